//! Signature help: what the call around a place takes, and which of it is being written.

use persona_base::FileId;
use persona_sema::{Database, Global, Param};

use crate::complete::builtin::{self, Function};
use crate::complete::lex::{Inside, Kind, Token};
use crate::complete::rules::Place;

/// A call and what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// The whole form: `recent_browser(topic: String, window: Duration = 48h)`.
    pub label: String,
    /// The parameters.
    pub params: Vec<SignatureParam>,
    /// The parameter that is being written; none where there are more arguments than parameters.
    pub active: Option<usize>,
    /// What it does, in Markdown.
    pub doc: Option<String>,
}

/// A parameter in a [`SignatureHelp`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureParam {
    /// Where it stands in the label, in bytes.
    pub start: usize,
    /// Where it ends there.
    pub end: usize,
}

/// What the call around an offset of a file of rules takes; nothing where there is none.
pub fn signature_help(db: &Database, file: FileId, offset: u32) -> Option<SignatureHelp> {
    let place = Place::find(db, file, offset)?;
    let call = call_around(&place)?;
    Some(call.help())
}

/// A call around a place.
pub(crate) struct Call {
    name: String,
    pub(crate) params: Vec<CallParam>,
    gives: String,
    active: Option<usize>,
    /// How many arguments stand before the place.
    pub(crate) given: usize,
    /// Whether it is worked out when the package is compiled: a trait or a segment.
    pub(crate) is_fixed: bool,
    doc: Option<String>,
}

/// A parameter of it.
pub(crate) struct CallParam {
    pub(crate) name: String,
    /// What it takes, with its default.
    pub(crate) takes: String,
    /// Whether an argument may name it.
    pub(crate) is_named: bool,
}

impl Call {
    fn help(self) -> SignatureHelp {
        let mut label = format!("{}(", self.name);
        let mut params = Vec::with_capacity(self.params.len());
        for (index, param) in self.params.iter().enumerate() {
            if index > 0 {
                label.push_str(", ");
            }
            let start = label.len();
            label.push_str(&param.name);
            if !param.takes.is_empty() {
                label.push_str(": ");
                label.push_str(&param.takes);
            }
            params.push(SignatureParam {
                start,
                end: label.len(),
            });
        }
        label.push(')');
        label.push_str(&self.gives);
        SignatureHelp {
            label,
            params,
            active: self.active,
            doc: self.doc,
        }
    }
}

/// The call around a place: the innermost one, also from inside of a list or a nested bracket.
pub(crate) fn call_around(place: &Place<'_>) -> Option<Call> {
    let context = &place.context;
    if context.before.inside == Inside::Comment {
        return None;
    }
    let tokens = &context.before.tokens;
    for open in context.before.open.iter().rev().copied() {
        let is_head = tokens[open].depth == 0 && open == context.head + 2;
        if context.text_of(tokens[open]) != "(" || is_head {
            continue;
        }
        let callee = open.checked_sub(1).map(|at| tokens[at])?;
        if callee.kind != Kind::Word || callee.end != tokens[open].start {
            continue;
        }
        let written = path_to(place, open - 1);
        let arguments = context.direct(open + 1, tokens[open].depth + 1);
        return found(place, &written, &arguments);
    }
    None
}

/// `rfm.monetary`, ending with this token.
fn path_to(place: &Place<'_>, mut at: usize) -> String {
    let tokens = &place.context.before.tokens;
    let mut parts = vec![place.context.text_of(tokens[at])];
    while at >= 2 && place.context.text_of(tokens[at - 1]) == "." {
        at -= 2;
        parts.push(place.context.text_of(tokens[at]));
    }
    parts.reverse();
    parts.join(".")
}

fn found(place: &Place<'_>, written: &str, arguments: &[Token]) -> Option<Call> {
    let mut call = declared(place, written).or_else(|| of_the_language(place, written))?;
    call.active = active(place, &call, arguments);
    let commas = arguments
        .iter()
        .filter(|token| place.context.text_of(**token) == ",");
    call.given = commas.count();
    Some(call)
}

/// A declaration that takes parameters.
fn declared(place: &Place<'_>, written: &str) -> Option<Call> {
    let db = place.db;
    let global = db.global(place.space, written)?;
    let is_fixed = matches!(global, Global::Trait(_) | Global::Segment(_));
    let (params, gives): (Vec<Param>, String) = match global {
        Global::Trait(signature) => (
            signature.params.clone(),
            format!(": {}", place.type_text(&signature.ty)),
        ),
        Global::Fn(signature) => (
            signature.params.clone(),
            format!(" -> {}", place.type_text(&signature.ty)),
        ),
        Global::Segment(signature) => (signature.params.clone(), String::new()),
        Global::Recommend(signature, _) => (
            signature.params.clone(),
            format!(": {}", place.type_text(&signature.ty)),
        ),
        Global::Content => (db.content_shape(written)?.params.clone(), String::new()),
        _ => return None,
    };
    let declaration = db.named_in(place.space, written)?;
    let texts = written_params(&declaration);
    let params = params.iter().map(|param| {
        let text = texts.iter().find(|(name, _)| **name == *param.name);
        CallParam {
            name: param.name.to_string(),
            takes: text.map_or_else(|| place.type_text(&param.ty), |(_, takes)| takes.clone()),
            is_named: true,
        }
    });
    Some(Call {
        name: written.to_owned(),
        params: params.collect(),
        gives,
        active: None,
        given: 0,
        is_fixed,
        doc: declaration.tree.doc.clone(),
    })
}

/// The parameters of a declaration as they are written: `String`, `Duration = 48h`.
fn written_params<'d>(
    declaration: &persona_sema::editor::Declaration<'d>,
) -> Vec<(&'d str, String)> {
    use persona_syntax::ast::DeclKind as Kind;
    let params = match &declaration.tree.kind {
        Kind::Trait { params, .. } | Kind::Fn { params, .. } | Kind::Segment { params, .. } => {
            params.as_slice()
        }
        Kind::Recommend(decl) => &decl.params,
        Kind::Content(content) => &content.params,
        _ => &[],
    };
    let text = declaration.text;
    let shown = params.iter().map(|param| {
        let ty = param.ty.span.of(text);
        let takes = match &param.default {
            Some(default) => format!("{ty} = {}", default.span.of(text)),
            None => ty.to_owned(),
        };
        (param.name.text.as_str(), takes)
    });
    shown.collect()
}

/// A function, an aggregate or a method of the language.
fn of_the_language(place: &Place<'_>, written: &str) -> Option<Call> {
    let (is_method, name) = match written.rsplit_once('.') {
        Some((_, name)) => (true, name),
        None => {
            let tokens = &place.context.before.tokens;
            let at = tokens.iter().rposition(|token| {
                token.kind == Kind::Word && place.context.text_of(*token) == written
            });
            let dotted = at
                .and_then(|at| at.checked_sub(1))
                .is_some_and(|at| place.context.text_of(tokens[at]) == ".");
            (dotted, written)
        }
    };
    let lists: &[&str] = match (place.context.keyword, is_method) {
        ("source", true) => &["raw_method"],
        ("source", false) => &["raw"],
        (_, true) => &["method"],
        (_, false) => &["function", "aggregate"],
    };
    let function = lists.iter().find_map(|list| builtin::find(list, name))?;
    Some(call_of(function))
}

fn call_of(function: &Function) -> Call {
    let params = function.params.iter().map(|(name, takes)| CallParam {
        name: (*name).to_owned(),
        takes: (*takes).to_owned(),
        is_named: false,
    });
    Call {
        name: function.name.to_owned(),
        params: params.collect(),
        gives: match function.gives {
            "" => String::new(),
            gives => format!(" -> {gives}"),
        },
        active: None,
        given: 0,
        is_fixed: false,
        doc: Some(function.says.to_owned()),
    }
}

/// The parameter whose argument is being written.
fn active(place: &Place<'_>, call: &Call, arguments: &[Token]) -> Option<usize> {
    let text = |token: &Token| place.context.text_of(*token);
    let comma = arguments.iter().rposition(|token| text(token) == ",");
    let argument = &arguments[comma.map_or(0, |at| at + 1)..];
    if let [name, colon, ..] = argument
        && text(colon) == ":"
    {
        let named = text(name);
        return call.params.iter().position(|param| param.name == named);
    }
    let index = arguments.iter().filter(|token| text(token) == ",").count();
    (index < call.params.len()).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::complete::tests::SHOP;
    use crate::fixture::Fixture;

    fn shown(text: &str) -> String {
        let fixture = Fixture::new(&format!("{SHOP}{text}"));
        let (file, offset) = fixture.cursor();
        match signature_help(&fixture.db, file, offset) {
            None => "nothing".to_owned(),
            Some(help) => {
                let active = help.active.map_or("-", |active| {
                    let param = &help.params[active];
                    &help.label[param.start..param.end]
                });
                format!("{} | {active}", help.label)
            }
        }
    }

    #[test]
    fn segments_and_traits_show_their_parameters() {
        let of = |text: &str| shown(&format!("//- b.persona\nsegment x {{ when {text} }}\n"));
        assert_eq!(
            of("in recent_browser($0"),
            "recent_browser(topic: String, window: Duration = 48h) | topic: String"
        );
        assert_eq!(
            of("in recent_browser(\"shoes\", $0)"),
            "recent_browser(topic: String, window: Duration = 48h) | window: Duration = 48h"
        );
        assert_eq!(
            of("in recent_browser(window: $0)"),
            "recent_browser(topic: String, window: Duration = 48h) | window: Duration = 48h"
        );
        assert_eq!(
            of("spent_since(30d$0) > 5 USD"),
            "spent_since(window: Duration): Money<USD>? | window: Duration"
        );
    }

    #[test]
    fn functions_of_the_language_and_of_the_package_are_shown() {
        let of = |text: &str| shown(&format!("//- b.persona\nsegment x {{ when {text} }}\n"));
        assert_eq!(
            of("distance(address.location, $0"),
            "distance(a: Geo, b: Geo) -> Length | b: Geo"
        );
        assert_eq!(of("doubled($0)"), "doubled(x: Int) -> Int | x: Int");
        assert_eq!(
            of("count($0) > 3"),
            "count(events: events or a list, with `in` and `where`) -> Int | events: events or a list, with `in` and `where`"
        );
        assert_eq!(of("age(birthday, 2, $0)"), "age(date: Date) -> Int | -");
        assert_eq!(of("email.lower($0)"), "lower() -> String | -");
        assert_eq!(of("(lifetime_spend $0)"), "nothing");
        assert_eq!(of("doubled([1, $0])"), "doubled(x: Int) -> Int | x: Int");
    }

    #[test]
    fn contents_show_what_they_are_sent_with() {
        assert_eq!(
            shown(
                "//- b.persona\ntrigger t {\n  on CartAdded as cart\n  enter once\n  send cart_reminder(cart, $0) via email\n}\n"
            ),
            "cart_reminder(cart: CartAdded, discount: Float = 0%) | discount: Float = 0%"
        );
    }

    #[test]
    fn methods_of_columns_are_shown() {
        assert_eq!(
            shown(
                "//- b.persona\nsource s of Purchase {\n  from \"x.csv\"\n  at = column(\"d\").as(Timestamp, $0)\n}\n"
            ),
            "as(type: a type, hint: a zone or a format, in quotes) | hint: a zone or a format, in quotes"
        );
    }

    #[test]
    fn a_declarations_own_parameters_are_no_call() {
        assert_eq!(
            shown("//- b.persona\nsegment x(a: $0) { when true }\n"),
            "nothing"
        );
    }
}
