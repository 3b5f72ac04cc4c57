//! What may stand at the end of an expression, by the words it has so far: an operand, an operator, a window, a unit.

use super::context::{After, Context, Site};
use super::lex::{Kind, Token};

const UNITS: &[&str] = &["day", "week", "month", "quarter", "year"];
const MANY_UNITS: &[&str] = &["days", "weeks", "months", "quarters", "years"];

/// What may stand at the end of an expression that has these words so far.
pub(super) fn expression(context: &Context<'_>, tokens: &[Token], after: After) -> Vec<Site> {
    let text = |back: usize| {
        let at = tokens.len().checked_sub(back + 1)?;
        Some(context.text_of(tokens[at]))
    };
    let word_at = context.before.word.start as usize;
    let typed = &context.text[word_at..context.before.word.end as usize];
    let state = Asked::of(context, tokens, after);
    if typed.starts_with(|c: char| c.is_ascii_digit()) {
        let lasting = matches!(
            text(0),
            Some("last" | "next" | "within" | "for" | "until" | "most")
        );
        return vec![Site::Unit {
            number: word_at,
            duration: lasting,
            calendar: false,
        }];
    }
    let ends = |token: &Token| token.kind != Kind::Sign && context.completes(*token);
    let Some(last) = tokens.last() else {
        return vec![match after.query {
            true => Site::Aggregated,
            false => Site::Value,
        }];
    };
    let before_completes = tokens
        .len()
        .checked_sub(2)
        .is_some_and(|at| ends(&tokens[at]));
    match context.text_of(*last) {
        "." => vec![Site::Value],
        "in" if !before_completes => vec![Site::Segment],
        "in" if state.query => vec![Site::Window { events: true }],
        "in" => vec![Site::InValue],
        "is" => vec![Site::Words(&["known", "missing"])],
        "not" if before_completes => {
            vec![Site::Words(&[
                "in",
                "between",
                "contains",
                "starts with",
                "ends with",
                "matches",
            ])]
        }
        "starts" | "ends" if before_completes => vec![Site::Words(&["with"])],
        "did" => vec![Site::Event { did: true }],
        "not" | "latest"
            if matches!(text(1), Some("did" | "then"))
                || text(0) == Some("latest") && text(1) == Some("not") =>
        {
            vec![Site::Event { did: false }]
        }
        "last" if text(1) == Some("in") || text(1) == Some("of") => {
            vec![Site::Amount { last: true }]
        }
        "next" if text(1) == Some("in") => vec![Site::Amount { last: false }],
        "this" if text(1) == Some("in") => vec![Site::Words(UNITS)],
        "calendar" => vec![Site::Words(if text(1) == Some("last") {
            UNITS
        } else {
            MANY_UNITS
        })],
        "as" => Vec::new(),
        "at" if state.query => vec![Site::Words(&["least", "most"])],
        "least" | "most" | "exactly" if state.query => Vec::new(),
        "per" if state.query => vec![Site::Per],
        "then" if state.query => vec![Site::Event { did: false }, Site::Words(&["not"])],
        "within" | "for" if state.query => vec![Site::Amount { last: false }],
        "any" | "all" if text(1) == Some("contains") => vec![Site::List],
        "any" | "all" => vec![Site::Words(&["event"])],
        "among" => vec![Site::Segment],
        "between" => vec![Site::Value],
        _ if last.kind == Kind::Number
            && is_bare_number(context.text_of(*last))
            && !context.before.first =>
        {
            let lasting = matches!(text(1), Some("last" | "next" | "within" | "for"));
            let mut sites = vec![Site::Unit {
                number: last.start,
                duration: lasting,
                calendar: matches!(text(1), Some("last")),
            }];
            match text(1) {
                Some("least" | "most" | "exactly") if state.query => {
                    sites = vec![Site::Words(&["times"]), Site::Words(&["of last"])];
                }
                _ => sites.push(Site::Operator(state.after)),
            }
            sites
        }
        _ if tokens.len() >= 3 && is_quantifier(context, tokens) => vec![Site::Words(&["in"])],
        _ if ends(last) => vec![Site::Operator(state.after)],
        _ => vec![Site::Value],
    }
}

/// `any item`, without its `in` yet.
fn is_quantifier(context: &Context<'_>, tokens: &[Token]) -> bool {
    let at = tokens.len() - 2;
    matches!(context.text_of(tokens[at]), "any" | "all")
        && context.text_of(tokens[tokens.len() - 1]) != "event"
        && (at == 0 || context.text_of(tokens[at - 1]) != "contains")
}

fn is_bare_number(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.'))
}

/// Whether the words before a place ask about events.
struct Asked {
    /// They do, and not in a `where`.
    query: bool,
    after: After,
}

impl Asked {
    fn of(context: &Context<'_>, tokens: &[Token], after: After) -> Self {
        let last = |wanted: &[&str]| {
            tokens
                .iter()
                .rposition(|token| wanted.contains(&context.text_of(*token)))
        };
        let did = last(&["did"]);
        let ends = last(&["and", "or", "else", "=>", "if"]);
        let filter = last(&["where"]);
        let asks = did > ends && did.is_some();
        let in_where = filter > did && filter.is_some();
        // `then` after a `where` goes on with the question.
        let steps = last(&["then"]);
        let windows = last(&["in", "from"]);
        let open = asks && (!in_where || steps > filter);
        let query = open || (after.query && !in_where);
        Self {
            query,
            after: After {
                query,
                did: asks,
                windowed: steps <= windows && windows > did,
                step: steps > did,
                ..after
            },
        }
    }
}
