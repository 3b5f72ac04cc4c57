//! `CREATE TABLE` of the usual databases: columns, types, keys, references, and checks that list values. Statements of other kinds are
//! skipped. Anything that cannot be understood in a table is left out with a note; no text makes it fail but one without a table.

use std::collections::BTreeMap;

use crate::Error;
use crate::model::{Column, Table, Type};
use crate::names::shown;

/// The most tables of one file.
const TABLES: usize = 500;

/// Whether a text begins as declarations do.
pub(crate) fn is_ddl(text: &str) -> bool {
    let tokens = tokens(&text.chars().take(4_000).collect::<String>());
    let starts = [
        "create", "drop", "set", "begin", "alter", "use", "pragma", "comment",
    ];
    let first = tokens
        .first()
        .is_some_and(|token| starts.iter().any(|word| token.is(word)));
    first
        && tokens
            .windows(2)
            .any(|pair| pair[0].is("create") && !pair[1].text.is_empty() && !pair[1].quoted)
        && tokens
            .iter()
            .any(|token| token.is("table") || token.is("type"))
        && tokens.iter().any(|token| token.is("("))
}

/// A word, a sign, a number or a quoted text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    text: String,
    /// A name in quotes, which is no word of the language.
    quoted: bool,
    /// A text in single quotes.
    literal: bool,
}

impl Token {
    fn is(&self, word: &str) -> bool {
        !self.quoted && !self.literal && self.text.eq_ignore_ascii_case(word)
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '-' if signs.peek() == Some(&'-') => while signs.next_if(|c| *c != '\n').is_some() {},
            '#' => while signs.next_if(|c| *c != '\n').is_some() {},
            '/' if signs.peek() == Some(&'*') => {
                signs.next();
                let mut before = ' ';
                for c in signs.by_ref() {
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
            }
            '\'' | '"' | '`' | '[' => {
                let end = if sign == '[' { ']' } else { sign };
                let mut inside = String::new();
                while let Some(c) = signs.next() {
                    if c == end {
                        if end != ']' && signs.next_if_eq(&end).is_some() {
                            inside.push(end);
                            continue;
                        }
                        break;
                    }
                    inside.push(c);
                }
                tokens.push(Token {
                    text: inside,
                    quoted: sign != '\'',
                    literal: sign == '\'',
                });
            }
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(c) = signs.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
                {
                    word.push(c);
                }
                tokens.push(Token {
                    text: word,
                    quoted: false,
                    literal: false,
                });
            }
            c if c.is_whitespace() => {}
            c => tokens.push(Token {
                text: c.to_string(),
                quoted: false,
                literal: false,
            }),
        }
    }
    tokens
}

/// The tables that a text declares.
pub(crate) fn tables(text: &str, shown: &str) -> Result<Vec<Table>, Error> {
    let tokens = tokens(text);
    let mut enums: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut tables = Vec::new();
    for statement in tokens.split(|token| token.is(";")) {
        let Some(start) = statement.iter().position(|token| token.is("create")) else {
            continue;
        };
        let statement = &statement[start..];
        let kind = statement.iter().position(|token| {
            token.is("table") || token.is("type") || token.is("(") || token.is("as")
        });
        let Some(kind) = kind else { continue };
        if statement[kind].is("type") {
            enums.extend(enum_type(&statement[kind + 1..]));
        } else if statement[kind].is("table") {
            tables.extend(table(&statement[kind + 1..], &enums));
        }
    }
    if tables.is_empty() {
        return Err(Error::new(format!(
            "{shown}: there is no CREATE TABLE with columns in this file"
        ))
        .help(
            "what is read of SQL are declarations: CREATE TABLE customers (id TEXT PRIMARY KEY, …)",
        ));
    }
    if tables.len() > TABLES {
        return Err(Error::new(format!(
            "{shown}: {} tables are more than {TABLES}",
            tables.len()
        )));
    }
    Ok(tables)
}

/// `CREATE TYPE name AS ENUM ('a', 'b')`.
fn enum_type(rest: &[Token]) -> Option<(String, Vec<String>)> {
    let open = rest.iter().position(|token| token.is("("))?;
    rest.iter().find(|token| token.is("enum"))?;
    let name = rest[..open]
        .iter()
        .take_while(|token| !token.is("as"))
        .last()?;
    let values = rest[open..].iter().filter(|token| token.literal);
    Some((
        name.text.to_lowercase(),
        values.map(|token| token.text.clone()).collect(),
    ))
}

fn table(rest: &[Token], enums: &BTreeMap<String, Vec<String>>) -> Option<Table> {
    let open = rest.iter().position(|token| token.is("("))?;
    let name = rest[..open].iter().rev().find(|token| !token.is("."))?;
    let mut table = Table::new(name.text.clone());
    for part in parts(&rest[open + 1..]) {
        column_or_rule(part, enums, &mut table);
    }
    if table.said_keys.len() > 1 {
        // Which of them is it? All together, and two can be.
        let places: Vec<usize> = table
            .said_keys
            .iter()
            .filter_map(|key| table.column(key))
            .collect();
        if let [one, other] = places[..] {
            table.pair = Some((one, other));
        }
        table.said_keys.clear();
    }
    (!table.columns.is_empty()).then_some(table)
}

/// What stands between the commas of the outer parentheses.
fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            if depth == 0 {
                parts.push(&tokens[start..at]);
                return parts;
            }
            depth -= 1;
        } else if token.is(",") && depth == 0 {
            parts.push(&tokens[start..at]);
            start = at + 1;
        }
    }
    parts.push(&tokens[start..]);
    parts
}

fn inside(tokens: &[Token]) -> Vec<String> {
    let names = tokens
        .iter()
        .skip_while(|token| !token.is("("))
        .skip(1)
        .take_while(|token| !token.is(")"));
    names
        .filter(|token| !token.is(","))
        .map(|token| token.text.clone())
        .collect()
}

fn column_or_rule(part: &[Token], enums: &BTreeMap<String, Vec<String>>, table: &mut Table) {
    let Some(first) = part.first() else { return };
    let rule = match first.is("constraint") {
        true => part.get(2..).unwrap_or_default(),
        false => part,
    };
    let begins = |word: &str| rule.first().is_some_and(|token| token.is(word));
    if begins("primary") {
        table.said_keys = inside(rule);
        for key in table.said_keys.clone() {
            if let Some(at) = table.column(&key) {
                table.columns[at].optional = false;
            }
        }
    } else if begins("foreign") {
        let columns = inside(rule);
        let to = rule.iter().position(|token| token.is("references"));
        if let ([column], Some(to)) = (&columns[..], to) {
            refer(column, &rule[to + 1..], table);
        }
    } else if begins("check") {
        if let Some((name, values)) = listed(rule)
            && let Some(at) = table.column(&name)
        {
            table.columns[at].ty = Type::Enum(values);
        }
    } else if [
        "unique",
        "key",
        "index",
        "fulltext",
        "exclude",
        "like",
        "partition",
        "period",
    ]
    .iter()
    .any(|word| begins(word))
        && !first.quoted
    {
        // What makes a table fast is not about what it holds.
    } else {
        column(part, enums, table);
    }
}

fn refer(column: &str, to: &[Token], table: &mut Table) {
    let name = to
        .iter()
        .take_while(|token| !token.is("("))
        .filter(|token| !token.is("."))
        .last();
    if let Some(name) = name {
        table.refers.push((column.to_owned(), name.text.clone()));
    }
}

/// `x IN ('a', 'b')`.
fn listed(tokens: &[Token]) -> Option<(String, Vec<String>)> {
    let at = tokens.iter().position(|token| token.is("in"))?;
    let name = tokens[..at]
        .iter()
        .rev()
        .find(|token| !token.is(")") && !token.is("("))?;
    let values = tokens[at..]
        .iter()
        .skip_while(|token| !token.is("("))
        .take_while(|token| !token.is(")"));
    let values: Vec<String> = values
        .filter(|token| token.literal)
        .map(|token| token.text.clone())
        .collect();
    (!values.is_empty()).then(|| (name.text.clone(), values))
}

fn column(part: &[Token], enums: &BTreeMap<String, Vec<String>>, table: &mut Table) {
    let [name, kind, rest @ ..] = part else {
        return;
    };
    let has = |words: [&str; 2]| {
        part.windows(2)
            .any(|pair| pair[0].is(words[0]) && pair[1].is(words[1]))
    };
    let key = has(["primary", "key"]);
    if key {
        table.said_keys.push(name.text.clone());
    }
    if let Some(at) = part.iter().position(|token| token.is("references")) {
        refer(&name.text, &part[at + 1..], table);
    }
    let mut notes = Vec::new();
    let header = &name.text;
    let values = match listed(rest) {
        Some((_, values)) => Some(values),
        None if kind.is("enum") || kind.is("set") => Some(
            rest.iter()
                .take_while(|token| !token.is(")"))
                .filter(|token| token.literal)
                .map(|token| token.text.clone())
                .collect(),
        ),
        None => enums.get(&kind.text.to_lowercase()).cloned(),
    };
    let many = rest.iter().any(|token| token.is("["));
    let ty = match values {
        Some(_) if kind.is("set") => Type::Set(Box::new(Type::Text)),
        Some(values) if !values.is_empty() => Type::Enum(values),
        _ => named_type(&kind.text, rest, header, &mut notes),
    };
    let ty = if many { Type::List(Box::new(ty)) } else { ty };
    let required = key || has(["not", "null"]);
    table.columns.push(declared(header, ty, !required, notes));
}

/// A column of which only a declaration is known; its name says the rest.
pub(crate) fn declared(header: &str, ty: Type, optional: bool, notes: Vec<String>) -> Column {
    let mut column = Column {
        header: header.to_owned(),
        ty,
        optional,
        read: None,
        pii: false,
        notes,
        unique: false,
        always: !optional,
        distinct: 0,
        sample: Vec::new(),
        unreadable: None,
        known: usize::from(!optional),
    };
    crate::guess::by_name(&mut column);
    column
}

fn named_type(kind: &str, rest: &[Token], header: &str, notes: &mut Vec<String>) -> Type {
    let kind = kind.to_lowercase();
    let number = |at: usize| {
        inside(rest)
            .get(at)
            .and_then(|text| text.parse::<u32>().ok())
    };
    match kind.as_str() {
        "tinyint" if number(0) == Some(1) => Type::Bool,
        "bool" | "boolean" | "bit" => Type::Bool,
        "int" | "integer" | "bigint" | "smallint" | "tinyint" | "mediumint" | "int2" | "int4"
        | "int8" | "serial" | "bigserial" | "smallserial" | "int64" | "int32" | "uint64"
        | "year" => Type::Int,
        "decimal" | "numeric" | "number" if number(1).unwrap_or(0) == 0 && number(0).is_some() => {
            Type::Int
        }
        "decimal" | "numeric" | "number" | "float" | "double" | "real" | "float4" | "float8"
        | "float64" => Type::Float,
        "money" | "smallmoney" => {
            notes.push("an amount of money: `--currency EUR` makes it `Money<EUR>`".to_owned());
            Type::Float
        }
        "date" => Type::Date,
        "timestamp" | "timestamptz" | "datetime" | "datetime2" | "smalldatetime"
        | "datetimeoffset" => Type::Timestamp,
        "time" | "timetz" => Type::TimeOfDay,
        "interval" => Type::Duration,
        "point" | "geography" | "geometry" => Type::Geo,
        "varchar" | "char" | "text" | "character" | "nvarchar" | "nchar" | "uuid" | "citext"
        | "string" | "clob" | "tinytext" | "mediumtext" | "longtext" | "varchar2"
        | "uniqueidentifier" | "bpchar" | "inet" => Type::Text,
        _ => {
            notes.push(format!(
                "{} of {} is read as text",
                shown(&kind),
                shown(header)
            ));
            Type::Text
        }
    }
}
