//! What whoever lowers a package has to know of all of it: whether its answers ask what was sent, which templates its contents
//! have, and those that nobody could read.

use std::collections::BTreeSet;
use std::sync::Arc;

use persona_base::{Diagnostic, contents};

use crate::expr::{each_part, every_part};
use crate::{
    Arg, BinderId, Checked, Content, EventId, Expr, ExprKind, Kinds, Query, SlotValue, TemplateUse,
};

impl Checked {
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

impl Expr {
    /// Whether it can be asked about a person by itself: it uses no parameter, no slot, and nothing that its declaration binds
    /// around it, such as the event that started a trigger.
    pub fn is_closed(&self) -> bool {
        let (mut bound, mut used) = (BTreeSet::new(), BTreeSet::new());
        let mut closed = true;
        every_part(self, &mut |part| {
            closed &= !matches!(
                part.kind,
                ExprKind::Error
                    | ExprKind::Param(_)
                    | ExprKind::EventParam(..)
                    | ExprKind::Slot(..)
                    | ExprKind::Recommend(..)
            );
            used.extend(used_binder(part));
            bound.extend(bound_binders(part));
        });
        closed && used.is_subset(&bound)
    }

    /// Its direct parts, conditions of queries and lengths of windows included.
    pub fn parts(&self) -> Vec<&Self> {
        let mut parts = Vec::new();
        each_part(self, &mut |part| parts.push(part));
        parts
    }
}

fn used_binder(part: &Expr) -> Option<BinderId> {
    match part.kind {
        ExprKind::Event(binder, _) | ExprKind::Elem(binder, _) => Some(binder),
        _ => None,
    }
}

/// What an expression binds for its parts.
fn bound_binders(part: &Expr) -> Vec<BinderId> {
    let query = |query: &Query| {
        let items = query.items.as_ref().map(|items| items.binder);
        [Some(query.binder), items].into_iter().flatten()
    };
    match &part.kind {
        ExprKind::Quantifier { binder, .. } | ExprKind::ListAgg { binder, .. } => vec![*binder],
        ExprKind::Agg { query: of, .. } => query(of).collect(),
        ExprKind::Sequence {
            first, steps, not, ..
        } => {
            let steps = steps.iter().map(|step| step.binder);
            let not = not.iter().map(|not| not.binder);
            query(first).chain(steps).chain(not).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::Database;

    const SHOP: &str = "profile Customer {\n  id: String @key\n  sku: String\n}\n\
        event Seen { sku: String }\n\
        content hello {\n  subject: String\n  otherwise { subject = \"Hi\" }\n}\n\n";

    fn asks(rules: &str) -> bool {
        let mut db = Database::new();
        db.set_file("shop.persona", format!("{SHOP}{rules}"));
        let checked = db.checked();
        let checked = checked.unwrap_or_else(|| panic!("{rules}: {:?}", db.diagnostics()));
        checked.asks_sent()
    }

    #[test]
    fn conditions_sequences_and_arguments_ask_what_was_sent() {
        for rule in [
            "segment s { when did Sent where content == hello }",
            "partition greeted { yes when did Sent where content == hello otherwise no }",
            "segment s { when did Seen then Sent within 1d }",
            "segment s { when did Sent then not Seen for 1d }",
            "segment s { when did Seen then not Sent }",
            "segment twice(what: Event) { when count(what) >= 2 }\nsegment s { when in twice(Sent) }",
        ] {
            assert!(asks(rule), "{rule}");
        }
    }

    #[test]
    fn any_event_is_none_that_was_sent() {
        assert!(!asks(
            "segment s { when did any event }\nsegment t { when did Seen }"
        ));
    }
}
