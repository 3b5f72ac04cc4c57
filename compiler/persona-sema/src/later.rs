//! What a checked package asks for that no run can answer yet: catalogs, what was sent, arms of experiments. Whoever is about
//! to compile the package asks here first.

use std::sync::Arc;

use persona_base::{Diagnostic, contents, names};

use crate::expr::every_part;
use crate::{Arg, Checked, Content, EventId, Expr, ExprKind, Kinds, Place, SlotValue, TemplateUse};

impl Checked {
    /// The first place of each declaration that a run would have to answer and cannot, in real files. An empty list means that
    /// the package can be compiled.
    pub fn not_run_yet(&self) -> Vec<Diagnostic> {
        let traits = self.traits.iter().map(|def| (def.origin, vec![&def.body]));
        let fns = self.fns.iter().map(|def| (def.origin, vec![&def.body]));
        let segments = self
            .segments
            .iter()
            .map(|def| (def.origin, vec![&def.body]));
        let partitions = self
            .partitions
            .iter()
            .map(|def| (def.origin, def.conditions.iter().collect()));
        let mut found: Vec<Diagnostic> = traits
            .chain(fns)
            .chain(segments)
            .chain(partitions)
            .filter_map(|(origin, bodies)| {
                let mut bodies = bodies.into_iter();
                bodies.find_map(|body| self.unanswered(origin, body))
            })
            .collect();
        persona_base::sort_and_dedup(&mut found);
        found
    }

    /// The templates of all contents, in the order of contents and of the text: the numbers by which a lowered campaign names
    /// them.
    pub fn templates(&self) -> impl Iterator<Item = &Arc<TemplateUse>> {
        let fillings = self.contents.iter().flat_map(Content::fillings);
        fillings.filter_map(|value| match value {
            SlotValue::Template { read, .. } => read.as_ref(),
            SlotValue::Expr(_) => None,
        })
    }

    /// The templates that nobody could read, because the package has no folder, in real files. Whoever is about to lower a
    /// campaign asks here first: an empty list means that all contents can be read.
    pub fn unread_templates(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for content in &self.contents {
            for value in content.fillings() {
                if let SlotValue::Template {
                    path,
                    span,
                    read: None,
                } = value
                {
                    let span = span.offset(content.origin.span.start);
                    let message = format!("`{path}` cannot be read");
                    let file = content.origin.file;
                    found.push(
                        Diagnostic::new(contents::TEMPLATE_NOT_FOUND, file, span, message)
                            .label("a file by itself has no templates beside it")
                            .help("open the package's folder instead"),
                    );
                }
            }
        }
        found
    }

    /// The first part of an expression that cannot be answered.
    fn unanswered(&self, origin: Place, body: &Expr) -> Option<Diagnostic> {
        let mut found = None;
        every_part(body, &mut |part| {
            if found.is_none() {
                found = self.reason(part).map(|why| (why, part.span));
            }
        });
        let ((message, label), span) = found?;
        let span = span.offset(origin.span.start);
        let diagnostic = Diagnostic::new(names::COMES_LATER, origin.file, span, message)
            .label(label)
            .note("the rest of the package was checked, and `persona check` accepts it")
            .help("take this out to run the package with this version of persona");
        Some(diagnostic)
    }

    fn reason(&self, part: &Expr) -> Option<(&'static str, &'static str)> {
        match &part.kind {
            ExprKind::Catalog(_) | ExprKind::Lookup(..) => Some((
                "this version of persona cannot look anything up in a catalog yet",
                "this asks a catalog",
            )),
            ExprKind::Arm(_) => Some((
                "this version of persona does not know yet who is in which arm of an experiment",
                "this asks an experiment",
            )),
            _ => None,
        }
    }

    /// Whether some answer asks what was sent.
    pub fn asks_sent(&self) -> bool {
        let mut found = false;
        let traits = self.traits.iter().map(|def| &def.body);
        let fns = self.fns.iter().map(|def| &def.body);
        let segments = self.segments.iter().map(|def| &def.body);
        let stages = self.partitions.iter().flat_map(|def| &def.conditions);
        for body in traits.chain(fns).chain(segments).chain(stages) {
            every_part(body, &mut |part| found |= self.is_about_sent(part));
        }
        found
    }

    /// Whether the expression itself asks about the event `Sent`.
    fn is_about_sent(&self, part: &Expr) -> bool {
        let sent = |event: &EventId| *event == self.sent.event;
        let any = |kinds: &Kinds| matches!(kinds, Kinds::Events(kinds) if kinds.iter().any(sent));
        match &part.kind {
            ExprKind::Agg { query, .. } => any(&query.kinds),
            ExprKind::Sequence {
                first, steps, not, ..
            } => {
                any(&first.kinds)
                    || steps.iter().any(|step| any(&step.kinds))
                    || not.as_ref().is_some_and(|not| any(&not.kinds))
            }
            ExprKind::Trait(_, args) | ExprKind::Segment(_, args) => {
                args.iter().any(|arg| match arg {
                    Arg::Event(kinds) => kinds.iter().any(sent),
                    Arg::Field(fields) => fields.iter().any(|(event, _)| sent(event)),
                    Arg::Value(_) | Arg::Param(_) => false,
                })
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Database;

    const SHOP: &str = "profile Customer {\n  id: String @key\n  sku: String\n}\n\
        catalog Product {\n  sku: String @key\n  price: Int\n}\n\
        event Seen { sku: String }\n\
        content hello {\n  subject: String\n  otherwise { subject = \"Hi\" }\n}\n\n";

    /// The places of a program that no run can answer, with their messages.
    fn told(rules: &str) -> Vec<(String, String)> {
        let mut db = Database::new();
        let text = format!("{SHOP}{rules}");
        db.set_file("shop.persona", text.clone());
        let checked = db.checked();
        let checked = checked.unwrap_or_else(|| panic!("{rules}: {:?}", db.diagnostics()));
        let found = checked.not_run_yet();
        let told = found.into_iter().map(|diagnostic| {
            assert_eq!(diagnostic.code.id(), "P0259");
            let span = diagnostic.primary.span;
            (span.of(&text).to_owned(), diagnostic.message)
        });
        told.collect()
    }

    #[test]
    fn what_cannot_be_run_is_told_once_for_each_declaration() {
        let told = told(
            "segment dear { when Product[sku].price > 10 and Product[sku].price < 99 }\n\
             trait any_dear: Bool = any p in Product where p.price > 10\n\
             partition greeted { yes when did Sent where content == hello otherwise no }\n\
             segment fine { when did Seen }\n\
             segment also_fine { when did any event }\n",
        );
        let catalog = "this version of persona cannot look anything up in a catalog yet";
        let sent = "this version of persona does not record yet what was sent";
        let told: Vec<(&str, &str)> = told.iter().map(|(a, b)| (&**a, &**b)).collect();
        assert_eq!(
            told,
            [
                ("Product[sku]", catalog),
                ("Product", catalog),
                ("did Sent where content == hello", sent),
            ]
        );
    }

    #[test]
    fn sequences_and_arguments_ask_what_was_sent_too() {
        for rule in [
            "segment s { when did Seen then Sent within 1d }",
            "segment s { when did Sent then not Seen for 1d }",
            "segment s { when did Seen then not Sent }",
            "segment twice(what: Event) { when count(what) >= 2 }\nsegment s { when in twice(Sent) }",
        ] {
            assert_eq!(told(rule).len(), 1, "{rule}");
        }
    }

    #[test]
    fn a_catalog_alone_keeps_nothing_from_running() {
        assert_eq!(
            told("segment s { when did Seen where sku == \"A1\" }\n"),
            []
        );
    }
}
