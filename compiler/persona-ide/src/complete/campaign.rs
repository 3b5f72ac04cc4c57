//! What stands where in the clauses of what happens and what people read: triggers, contents, channels, recommendations,
//! experiments, tests.

use super::clauses::{after_comma, table};
use super::context::{After, Block, Context, Site, Sort};
use super::expression::expression;
use super::lex::{Kind, Token};

const WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const EVERY: &[&str] = &[
    "day",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "month",
];

/// A clause of a campaign declaration, of a segment or a partition.
pub(super) fn clause_sites(context: &Context<'_>, block: Block, clause: &[Token]) -> Vec<Site> {
    let word = |at: usize| clause.get(at).map_or("", |token| context.text_of(*token));
    let rest = |from: usize| clause.get(from..).unwrap_or_default();
    let plain = |from: usize| expression(context, rest(from), After::default());
    match (block, word(0)) {
        (Block::Segment, "when") => plain(1),
        (Block::Partition, "otherwise") => Vec::new(),
        (Block::Partition, _) => match clause
            .iter()
            .position(|token| context.text_of(*token) == "when")
        {
            Some(when) => plain(when + 1),
            None => vec![Site::Words(&["when"])],
        },
        (Block::Purpose | Block::Channel, "requires") if clause.len() == 1 => {
            vec![Site::Value, Site::Words(&["nothing"])]
        }
        (Block::Purpose | Block::Channel, "requires") => plain(1),
        (Block::Channel, _) => channel(context, clause),
        (Block::Trigger | Block::Steps, _) => trigger(context, clause),
        (Block::Content | Block::Variant, _) => content(context, block, clause),
        (Block::Recommend, _) => recommend(context, clause),
        (Block::Experiment, _) => experiment(context, clause),
        (Block::Test, _) => test(context, clause),
        _ => Vec::new(),
    }
}

fn skip(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    match clause.len() {
        1 => vec![Site::Words(&["when"])],
        _ => expression(context, &clause[2..], After::default()),
    }
}

fn channel(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    let word = |at: usize| clause.get(at).map_or("", |token| context.text_of(*token));
    let last = clause.last().map_or("", |token| context.text_of(*token));
    match word(0) {
        "to" if clause.len() == 1 => vec![Site::Value],
        "to" if last == "." => vec![Site::Value],
        "skip" => skip(context, clause),
        "when" if clause.len() == 1 => vec![Site::Words(&["full"])],
        "when" if last == "full" => vec![Site::Words(&["drop", "defer"])],
        "quiet" => match clause
            .iter()
            .position(|token| context.text_of(*token) == "when")
        {
            Some(when) => expression(context, &clause[when + 1..], After::default()),
            None if clause.len() == 2 => vec![Site::Words(&["to"])],
            None if clause.len() == 4 => vec![Site::Words(&["when"])],
            None => Vec::new(),
        },
        "limit" => match last {
            "per" => vec![
                Site::Words(&["day", "week", "month"]),
                Site::Amount { last: false },
            ],
            "across" | "," => vec![Site::Named(Sort::Channel)],
            _ if clause.len() == 2 => vec![Site::Words(&["per"])],
            _ if clause.len() == 4 => vec![Site::Words(&["across"])],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// `per 7d`, `per day`
fn rate(last: &str) -> Option<Vec<Site>> {
    (last == "per").then(|| {
        vec![
            Site::Words(&["day", "week", "month"]),
            Site::Amount { last: false },
        ]
    })
}

fn trigger(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    let word = |at: usize| clause.get(at).map_or("", |token| context.text_of(*token));
    let last = clause.last().map_or("", |token| context.text_of(*token));
    let plain = |from: usize| {
        expression(
            context,
            clause.get(from..).unwrap_or_default(),
            After::default(),
        )
    };
    match word(0) {
        "on" => start(context, clause),
        "when" | "per" => plain(1),
        "if" => plain(1),
        "else" if clause.len() == 1 => vec![Site::Words(&["if"])],
        "else" => plain(2),
        "enter" => rate(last).unwrap_or_else(|| match clause.len() {
            1 => vec![Site::Words(&["once", "always"])],
            2 if clause[1].kind == Kind::Number => vec![Site::Words(&["per"])],
            _ => Vec::new(),
        }),
        "again" if clause.len() == 1 => vec![Site::Words(&["ignore", "restart"])],
        "stop" => match word(1) {
            "on" => query(context, &clause[2..], &[]),
            "when" => plain(2),
            "" => vec![Site::Words(&["on", "when"])],
            _ => Vec::new(),
        },
        "send" => send(context, clause),
        "wait" => wait(context, clause),
        "emit" if clause.len() == 1 => vec![Site::Named(Sort::Event)],
        "set" => set(context, clause),
        _ => Vec::new(),
    }
}

/// `set field = value`
fn set(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    match clause
        .iter()
        .position(|token| context.text_of(*token) == "=")
    {
        Some(equals) => expression(context, &clause[equals + 1..], After::default()),
        None => vec![Site::SetField],
    }
}

/// What starts a trigger.
fn start(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    let word = |at: usize| clause.get(at).map_or("", |token| context.text_of(*token));
    let last = clause.last().map_or("", |token| context.text_of(*token));
    match word(1) {
        "" => vec![
            Site::Event { did: false },
            Site::Words(&[
                "enter",
                "leave",
                "inactivity of",
                "anniversary of",
                "every",
                "change of",
            ]),
        ],
        "enter" | "leave" => match clause.len() {
            2 => vec![Site::Segment],
            _ if last == "." => vec![Site::Segment],
            _ if last == "including" => vec![Site::Words(&["current"])],
            _ => vec![Site::Words(&["including current"])],
        },
        "inactivity" => match last {
            "inactivity" => vec![Site::Words(&["of"])],
            "of" => vec![Site::Event { did: false }],
            "for" => vec![Site::Amount { last: false }],
            _ => query(context, &clause[3.min(clause.len())..], &["for"]),
        },
        "anniversary" => match last {
            "anniversary" => vec![Site::Words(&["of"])],
            "of" | "." => vec![Site::Value],
            "at" => Vec::new(),
            _ => vec![Site::Words(&["at"])],
        },
        "every" => match last {
            "every" => vec![Site::Words(EVERY)],
            "at" => Vec::new(),
            _ => vec![Site::Words(&["at"])],
        },
        "change" => match last {
            "change" => vec![Site::Words(&["of"])],
            "of" | "." => vec![Site::Value],
            "as" => Vec::new(),
            _ => match clause
                .iter()
                .position(|token| context.text_of(*token) == "where")
            {
                Some(at) => expression(context, &clause[at + 1..], After::default()),
                None => vec![Site::Words(&["as", "where"])],
            },
        },
        _ => query(context, &clause[1..], &[]),
    }
}

/// Events with `as` and `where`, without a window.
fn query(context: &Context<'_>, tokens: &[Token], words: &'static [&'static str]) -> Vec<Site> {
    let at = tokens
        .iter()
        .position(|token| context.text_of(*token) == "where");
    if let Some(at) = at {
        return expression(
            context,
            &tokens[at + 1..],
            After {
                words,
                ..After::default()
            },
        );
    }
    match tokens.last().map(|token| context.text_of(*token)) {
        None | Some("or") => vec![Site::Event { did: false }],
        Some(".") => vec![Site::Value],
        Some("as") => Vec::new(),
        Some(_) if tokens.iter().any(|token| context.text_of(*token) == "as") => {
            vec![Site::Words(&["where"]), Site::Words(words)]
        }
        Some(_) => vec![Site::Words(&["as", "where"]), Site::Words(words)],
    }
}

fn send(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    let last = clause.last().map_or("", |token| context.text_of(*token));
    let has = |what: &str| clause.iter().any(|token| context.text_of(*token) == what);
    match last {
        "send" => vec![Site::Named(Sort::Content)],
        "via" => vec![Site::Named(Sort::Channel)],
        "for" => vec![Site::Named(Sort::Purpose)],
        "as" => Vec::new(),
        "within" => vec![Site::Amount { last: false }],
        "before" => vec![Site::Value],
        "," => vec![Site::Words(&["within", "before"])],
        _ if !has("via") => vec![Site::Words(&["via"])],
        _ => vec![Site::Words(&["for", "as", "within", "before"])],
    }
}

fn wait(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    let word = |at: usize| clause.get(at).map_or("", |token| context.text_of(*token));
    let last = clause.last().map_or("", |token| context.text_of(*token));
    match (clause.len(), word(1)) {
        (1, _) => vec![Site::Amount { last: false }, Site::Words(&["until"])],
        (2, "until") => vec![
            Site::Event { did: false },
            Site::Words(WEEKDAYS),
            Site::Value,
        ],
        (_, "until") if last == "at" => Vec::new(),
        (_, "until") if last == "," => vec![Site::Words(&["at most"])],
        (_, "until") if last == "most" => vec![Site::Amount { last: false }],
        (3, "until") if WEEKDAYS.contains(&word(2)) => vec![Site::Words(&["at"])],
        (_, "until") => {
            let mut sites = query(context, &clause[2..], &[]);
            sites.push(Site::Words(&[", at most"]));
            sites
        }
        _ => expression(context, &clause[1..], After::default()),
    }
}

fn content(context: &Context<'_>, block: Block, clause: &[Token]) -> Vec<Site> {
    let word = |at: usize| clause.get(at).map_or("", |token| context.text_of(*token));
    match word(0) {
        "skip" => skip(context, clause),
        "variant" => match clause
            .iter()
            .position(|token| context.text_of(*token) == "when")
        {
            Some(when) => expression(context, &clause[when + 1..], After::default()),
            None if clause.len() == 2 => vec![Site::Words(&["when"])],
            None => Vec::new(),
        },
        "otherwise" => Vec::new(),
        "locale" if clause.len() == 1 => vec![Site::Locale],
        "locale" => Vec::new(),
        _ if word(1) == "=" => {
            let mut sites = expression(context, &clause[2..], After::default());
            if clause.len() == 2 {
                sites.push(Site::Words(&["template"]));
            }
            sites
        }
        _ if block == Block::Content => table(context, clause),
        _ => vec![Site::Slot],
    }
}

fn recommend(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    let word = |at: usize| clause.get(at).map_or("", |token| context.text_of(*token));
    let last = clause.last().map_or("", |token| context.text_of(*token));
    match word(0) {
        "from" if clause.len() == 1 => vec![Site::Named(Sort::Catalog)],
        "where" => expression(context, &clause[1..], After::default()),
        "exclude" if clause.len() == 1 => vec![Site::Event { did: false }, Site::Value],
        "exclude" => expression(
            context,
            &clause[1..],
            After {
                query: true,
                ..After::default()
            },
        ),
        "rank" if clause.len() == 1 => vec![Site::Words(&["by"])],
        "rank" => {
            let key = after_comma(context, &clause[2.min(clause.len())..]);
            match key.last() {
                Some(token) if context.completes(*token) => {
                    vec![Site::Words(&["asc", "desc"])]
                }
                _ => vec![Site::Value],
            }
        }
        "otherwise" if clause.len() == 1 => {
            vec![Site::Named(Sort::Recommend), Site::Words(&["skip"])]
        }
        _ if last == "." => vec![Site::Value],
        _ => Vec::new(),
    }
}

fn experiment(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    let word = |at: usize| clause.get(at).map_or("", |token| context.text_of(*token));
    let last = clause.last().map_or("", |token| context.text_of(*token));
    match word(0) {
        "on" if matches!(last, "on" | ",") => vec![Site::Named(Sort::TriggerOrContent)],
        "goal" => match last {
            "within" => vec![Site::Amount { last: false }],
            _ => query(context, &clause[1..], &["within"]),
        },
        "hash" if clause.len() == 1 => vec![Site::Hash],
        "layer" if clause.len() == 3 => vec![Site::Words(&["to"])],
        _ => Vec::new(),
    }
}

fn test(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    let word = |at: usize| clause.get(at).map_or("", |token| context.text_of(*token));
    let last = clause.last().map_or("", |token| context.text_of(*token));
    match word(0) {
        "event" => match last {
            "event" => vec![Site::Named(Sort::Event)],
            _ if clause.len() == 2 => vec![Site::Words(&["of"])],
            _ => Vec::new(),
        },
        "set" => set(context, clause),
        "wait" if clause.len() == 1 => vec![Site::Amount { last: false }],
        "arm" => match clause.len() {
            1 => vec![Site::Named(Sort::Experiment)],
            3 => vec![Site::Arm],
            _ => Vec::new(),
        },
        "expect" => expect(context, clause, last),
        _ => Vec::new(),
    }
}

fn expect(context: &Context<'_>, clause: &[Token], last: &str) -> Vec<Site> {
    let has = |what: &str| clause.iter().any(|token| context.text_of(*token) == what);
    match last {
        "expect" => vec![
            Site::Words(&["sent", "dropped", "not"]),
            Site::Named(Sort::Content),
            Site::Value,
        ],
        "not" if clause.len() == 2 => vec![Site::Words(&["sent", "dropped"]), Site::Value],
        "sent" | "dropped" => vec![Site::Named(Sort::Content)],
        "via" => vec![Site::Named(Sort::Channel)],
        "because" => vec![Site::Reason],
        "is" if clause.len() == 3 => vec![Site::Variant, Site::Words(&["known", "missing"])],
        _ if has("sent") => vec![Site::Words(&["via"])],
        _ if has("dropped") => vec![Site::Words(&["because"])],
        _ => expression(context, &clause[1..], After::default()),
    }
}
