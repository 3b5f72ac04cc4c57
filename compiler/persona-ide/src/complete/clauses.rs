//! What stands where in each clause of each declaration, by its words.

use persona_sema::vocabulary;

use super::campaign::clause_sites;
use super::context::{After, Block, Context, Row, Site, Sort, TypePlace, ends_operand};
use super::expression::expression;
use super::lex::{Kind, Token};

/// Words that begin a clause wherever they stand, by the declaration's keyword.
pub(super) fn begins_anywhere(keyword: &str, word: &str) -> bool {
    match keyword {
        "trigger" => matches!(word, "send" | "emit" | "priority" | "again"),
        "channel" => matches!(
            word,
            "requires" | "quiet" | "limit" | "skip" | "transactional"
        ),
        "purpose" => word == "requires",
        "recommend" => matches!(word, "from" | "exclude" | "rank" | "take" | "otherwise"),
        "experiment" => matches!(
            word,
            "arms" | "holdout" | "goal" | "salt" | "layer" | "hash"
        ),
        "test" => matches!(word, "given" | "expect"),
        "content" => matches!(word, "variant" | "otherwise" | "locale" | "skip"),
        "profile" | "event" | "catalog" => word == "check",
        "segment" => word == "when",
        "partition" => word == "otherwise",
        _ => false,
    }
}

/// Before a declaration's body, or in one without braces.
pub(super) fn head(context: &Context<'_>, tokens: &[Token], closed: bool) -> Vec<Site> {
    let text = |at: usize| tokens.get(at).map(|token| context.text_of(*token));
    let keyword = context.keyword;
    let is_open = matches!(keyword, "const" | "trait" | "fn" | "use" | "events");
    let direct: Vec<Token> = tokens
        .iter()
        .filter(|token| token.depth == 0 || (token.kind == Kind::Close && token.depth <= 1))
        .copied()
        .collect();
    if closed && !is_open {
        return vec![Site::Declaration];
    }
    if context.before.first && context.before.word.start == 0 {
        return vec![Site::Declaration];
    }
    match keyword {
        "use" => vec![Site::Module],
        "events" => match direct.last().map(|token| context.text_of(*token)) {
            Some("=" | "or") => vec![Site::Event { did: false }],
            Some(_) if direct.len() > 3 => vec![Site::Words(&["or"])],
            _ => Vec::new(),
        },
        "const" | "trait" | "fn" => typed(context, &direct),
        "source" => match direct.len() {
            2 => vec![Site::Words(&["of"])],
            3 if text(2) == Some("of") => vec![Site::Named(Sort::Filled)],
            _ => Vec::new(),
        },
        "recommend" => match direct.last().map(|token| context.text_of(*token)) {
            Some(":" | "<" | "->") => vec![Site::Type(TypePlace::Shown)],
            _ => Vec::new(),
        },
        "enum" if text(0) == Some("ordered") && tokens.len() == 1 => vec![Site::Words(&["enum"])],
        _ if tokens.is_empty() => vec![Site::Declaration],
        _ => Vec::new(),
    }
}

/// `name(params): Type = value`, `-> Type = value`
fn typed(context: &Context<'_>, direct: &[Token]) -> Vec<Site> {
    let is = |token: &Token, what: &str| context.text_of(*token) == what;
    if let Some(equals) = direct.iter().position(|token| is(token, "=")) {
        return expression(context, &direct[equals + 1..], After::default());
    }
    let place = TypePlace::Value;
    match direct.last() {
        Some(last) if is(last, ":") || is(last, "->") => vec![Site::Type(place)],
        Some(last) if is(last, "<") => vec![inner_type(context, direct, place)],
        _ => Vec::new(),
    }
}

/// What stands in `<…>`: a currency, or a type.
fn inner_type(context: &Context<'_>, direct: &[Token], place: TypePlace) -> Site {
    let of = direct
        .len()
        .checked_sub(2)
        .map(|at| context.text_of(direct[at]));
    Site::Type(match of {
        Some("Money") => TypePlace::Currency,
        _ => place,
    })
}

/// In round brackets.
pub(super) fn in_round(context: &Context<'_>, open: usize, direct: &[Token]) -> Vec<Site> {
    let tokens = &context.before.tokens;
    let before = open.checked_sub(1).map(|at| tokens[at]);
    let called = before.map(|token| context.text_of(token));
    if before.is_some_and(|token| token.kind == Kind::Annotation) {
        return match called {
            Some("@allow") => vec![Site::Lint],
            _ => Vec::new(),
        };
    }
    if tokens[open].depth == 0 && open == context.head + 2 && context.keyword != "exclusive" {
        return params(context, direct);
    }
    let arg = after_comma(context, direct);
    let last = arg.last().map(|token| context.text_of(*token));
    // `in last (window)` calls nothing.
    let is_window = open >= 2 && matches!(context.text_of(tokens[open - 2]), "in" | "of");
    let is_aggregate = called.is_some_and(|name| vocabulary::AGGREGATES.contains(&name))
        && before.is_some_and(|token| token.kind == Kind::Word)
        && !is_window;
    if called == Some("column") || raw_place(context) {
        return raw(context, &arg);
    }
    if matches!(called, Some("arm")) && arg.is_empty() {
        return vec![Site::Named(Sort::Experiment)];
    }
    if is_aggregate {
        return match arg.is_empty() {
            true => vec![Site::Aggregated],
            false => expression(
                context,
                &arg,
                After {
                    query: true,
                    bare: true,
                    ..After::default()
                },
            ),
        };
    }
    let is_call = before.is_some_and(|token| {
        token.kind == Kind::Word
            && ends_operand(context.text_of(token))
            && token.end == tokens[open].start
    });
    let mut sites = expression(
        context,
        &arg,
        After {
            words: match called {
                Some("ntile" | "percentile") => &["among"],
                _ => &[],
            },
            ..After::default()
        },
    );
    if last == Some("among") {
        return vec![Site::Segment];
    }
    if is_call && arg.is_empty() {
        sites.push(Site::Argument);
    }
    // `(Purchase or CartAdded)` after `did`.
    if !is_call
        && matches!(
            called,
            Some("did" | "not" | "latest" | "then" | "on" | "of")
        )
    {
        return match last {
            None | Some("or") => vec![Site::Event { did: false }],
            _ => vec![Site::Words(&["or"])],
        };
    }
    sites
}

/// Parameters of a declaration.
fn params(context: &Context<'_>, direct: &[Token]) -> Vec<Site> {
    let param = after_comma(context, direct);
    let is = |token: &Token, what: &str| context.text_of(*token) == what;
    let place = match context.keyword {
        "content" => TypePlace::Shown,
        "fn" => TypePlace::Value,
        _ => TypePlace::Param,
    };
    if let Some(equals) = param.iter().position(|token| is(token, "=")) {
        return expression(context, &param[equals + 1..], After::default());
    }
    match param.last() {
        Some(last) if is(last, ":") => vec![Site::Type(place)],
        Some(last) if is(last, "<") => vec![inner_type(context, &param, place)],
        _ => Vec::new(),
    }
}

/// In square brackets: elements of a list, or a key.
pub(super) fn in_square(context: &Context<'_>, direct: &[Token]) -> Vec<Site> {
    expression(context, &after_comma(context, direct), After::default())
}

/// What stands behind the last comma.
pub(super) fn after_comma(context: &Context<'_>, direct: &[Token]) -> Vec<Token> {
    let comma = direct
        .iter()
        .rposition(|token| context.text_of(*token) == ",");
    direct[comma.map_or(0, |at| at + 1)..].to_vec()
}

/// In braces.
pub(super) fn in_block(context: &Context<'_>, block: Block, direct: &[Token]) -> Vec<Site> {
    let last = direct.last().copied();
    let complete = last.is_none_or(|last| context.completes(last));
    let comma = last.is_some_and(|last| context.text_of(last) == ",");
    let clause = context.clause_of(direct);
    match block {
        Block::Hole => return hole(context, direct),
        Block::Import => return vec![Site::Import],
        Block::Enum | Block::Arms => return Vec::new(),
        Block::Exclusive => {
            return match last.map(|last| context.text_of(last)) {
                None | Some("," | ".") => vec![Site::Segment],
                _ => Vec::new(),
            };
        }
        Block::Match => return arms(context, direct),
        Block::Row(row) => return fields_of(context, row, direct),
        Block::Record => return fields_of(context, Row::Unknown, direct),
        Block::RecordType => return table(context, direct),
        _ => {}
    }
    let starts = context.starts_line(direct) && (complete || comma) || direct.is_empty();
    let mut sites = Vec::new();
    if starts {
        sites.push(Site::Clause(block));
    }
    match block {
        Block::Table if starts => {}
        Block::Table => sites.extend(table(context, direct)),
        _ if direct.is_empty() => {}
        Block::Source if starts => sites.push(Site::SourceField),
        Block::Source => sites.extend(source(context, clause)),
        Block::Variant if starts => sites.push(Site::Slot),
        _ => sites.extend(clause_sites(context, block, clause)),
    }
    if block == Block::Variant && direct.is_empty() {
        sites.push(Site::Slot);
    }
    if block == Block::Source && direct.is_empty() {
        sites.push(Site::SourceField);
    }
    if starts {
        // A new line continues an expression with its operators alone.
        sites.retain(|site| {
            matches!(
                site,
                Site::Clause(_) | Site::Operator(_) | Site::Slot | Site::SourceField
            )
        });
    }
    sites
}

/// `{expr:format}` in a text.
fn hole(context: &Context<'_>, direct: &[Token]) -> Vec<Site> {
    match direct.last().map(|token| context.text_of(*token)) {
        Some(":") => vec![Site::Format],
        _ => expression(context, direct, After::default()),
    }
}

/// `pattern => value`
fn arms(context: &Context<'_>, direct: &[Token]) -> Vec<Site> {
    let arrow = direct
        .iter()
        .rposition(|token| context.text_of(*token) == "=>");
    let comma = direct
        .iter()
        .rposition(|token| context.text_of(*token) == ",");
    match (arrow, comma) {
        (Some(arrow), comma) if comma.is_none_or(|comma| comma < arrow) => {
            let value = &direct[arrow + 1..];
            let complete = value.last().is_some_and(|last| context.completes(*last));
            if complete && context.before.first {
                return vec![Site::Pattern];
            }
            expression(context, value, After::default())
        }
        (_, comma) => {
            let pattern = &direct[comma.map_or(0, |at| at + 1)..];
            match pattern.last().map(|token| context.text_of(*token)) {
                None | Some("or" | ".") => vec![Site::Pattern],
                Some(_) => vec![Site::Words(&["or"])],
            }
        }
    }
}

/// `{ name: value, … }`
fn fields_of(context: &Context<'_>, row: Row, direct: &[Token]) -> Vec<Site> {
    let is = |token: &Token, what: &str| context.text_of(*token) == what;
    let field = context.clause_of(direct);
    let field = after_comma(context, field);
    let sign = field
        .iter()
        .position(|token| is(token, ":") || is(token, "="));
    match sign {
        None if field.is_empty() || context.before.first => vec![Site::FieldName(row)],
        None => Vec::new(),
        Some(sign) => {
            let value = &field[sign + 1..];
            let complete = value.last().is_some_and(|last| context.completes(*last));
            if complete && context.before.first {
                return vec![Site::FieldName(row)];
            }
            match row {
                Row::Each(_) => raw(context, value),
                _ => expression(context, value, After::default()),
            }
        }
    }
}

/// Fields of a table or a record type.
pub(super) fn table(context: &Context<'_>, direct: &[Token]) -> Vec<Site> {
    let is = |token: &Token, what: &str| context.text_of(*token) == what;
    let clause = context.clause_of(direct);
    let clause = match clause.iter().position(|token| is(token, ",")) {
        Some(_) => after_comma(context, clause),
        None => clause.to_vec(),
    };
    if clause.first().is_some_and(|first| is(first, "check"))
        && !clause.get(1).is_some_and(|next| is(next, ":"))
    {
        return check(context, &clause[1..]);
    }
    if let Some(equals) = clause.iter().position(|token| is(token, "=")) {
        let mut sites = expression(context, &clause[equals + 1..], After::default());
        sites.retain(|site| !matches!(site, Site::Operator(_)));
        return sites;
    }
    match clause.last() {
        None => Vec::new(),
        Some(last) if is(last, ":") => vec![Site::Type(field_place(context))],
        Some(last) if is(last, "<") => vec![inner_type(context, &clause, field_place(context))],
        Some(last) if context.completes(*last) && clause.len() > 2 => vec![Site::AfterType],
        Some(_) => Vec::new(),
    }
}

fn field_place(context: &Context<'_>) -> TypePlace {
    match context.keyword {
        "content" => TypePlace::Shown,
        _ => TypePlace::Field,
    }
}

/// `check EXPR "message" else clear field`
fn check(context: &Context<'_>, rest: &[Token]) -> Vec<Site> {
    match rest
        .last()
        .map(|token| (token.kind, context.text_of(*token)))
    {
        Some((Kind::Text, _)) => vec![Site::Words(&["else"])],
        Some((_, "else")) => vec![Site::Words(&["reject", "clear", "warn"])],
        Some((_, "clear")) => vec![Site::SetField],
        _ => expression(context, rest, After::default()),
    }
}

/// A clause of a source.
fn source(context: &Context<'_>, clause: &[Token]) -> Vec<Site> {
    let word = |at: usize| clause.get(at).map(|token| context.text_of(*token));
    match word(0) {
        Some("from") if clause.len() == 1 => {
            vec![Site::Words(&["csv", "ndjson", "parquet", "arrow"])]
        }
        Some("from") => match clause.last().map(|token| token.kind) {
            Some(Kind::Text) => vec![Site::Words(&["delimiter"])],
            _ => Vec::new(),
        },
        Some("group") if clause.len() == 1 => vec![Site::Words(&["by"])],
        Some("prefer") => match clause.len() {
            1 => vec![Site::Named(Sort::Source)],
            2 => vec![Site::Words(&["over"])],
            3 => vec![Site::Named(Sort::Source)],
            _ => Vec::new(),
        },
        Some("where") => raw(context, &clause[1..]),
        Some("group") => raw(context, &after_comma(context, &clause[2..])),
        _ => {
            let equals = clause
                .iter()
                .position(|token| context.text_of(*token) == "=");
            match equals {
                Some(equals) => raw(context, &clause[equals + 1..]),
                None => vec![Site::SourceField],
            }
        }
    }
}

/// Whether the place is one where raw columns are read.
fn raw_place(context: &Context<'_>) -> bool {
    context.keyword == "source" && context.before.tokens.len() > context.head + 3
}

/// A value over raw columns.
fn raw(context: &Context<'_>, value: &[Token]) -> Vec<Site> {
    match value.last() {
        Some(last) if context.completes(*last) => {
            vec![Site::Operator(After::default())]
        }
        Some(last) if context.text_of(*last) == "is" => {
            vec![Site::Words(&["known", "missing"])]
        }
        _ => vec![Site::Raw],
    }
}
