//! From what was counted to a type, and to how a source reads it. Each guess that could be wrong says so in a note.

use persona_io::SeenType;

use crate::model::{Column, Type};
use crate::names::{shown, snake, words};
use crate::stats::{DATES, INSTANTS, Stats, Way};

/// What the user says of all columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// The currency of amounts that name none.
    pub(crate) currency: Option<String>,
}

/// Of so many known values as this share must be read by a way.
const MOST: f64 = 0.95;
/// An enum has no more values, …
const ENUM_VALUES: usize = 24;
/// … and each comes so often on average.
const ENUM_TIMES: usize = 8;
/// The longest text of an enum's value.
const ENUM_TEXT: usize = 48;

/// The columns of a field: one, or those of the fields of a nested object.
pub(crate) fn columns(header: &str, stats: &Stats, said: &Said, into: &mut Vec<Column>) {
    let nested = stats.records > 0 && stats.records + stats.missing == stats.rows;
    if nested && !is_place(stats) {
        for (name, inner) in &stats.fields {
            let before = into.len();
            columns(&format!("{header}.{name}"), inner, said, into);
            // Where the object itself is missing, so is what is in it.
            for column in &mut into[before..] {
                column.optional |= stats.missing > 0;
                column.always &= stats.missing == 0;
            }
        }
        return;
    }
    into.push(column(header, stats, said));
}

fn column(header: &str, stats: &Stats, said: &Said) -> Column {
    let mut column = Column {
        header: header.to_owned(),
        ty: Type::Text,
        optional: stats.missing > 0 || stats.rows == 0,
        read: None,
        pii: false,
        notes: Vec::new(),
        unique: stats.unique(),
        always: stats.missing == 0 && stats.rows > 0,
        distinct: stats.distinct(),
        sample: stats.sample(),
        unreadable: None,
        known: stats.known(),
    };
    let name = snake(header.rsplit('.').next().unwrap_or(header));
    let name = words(&name);
    if stats.known() == 0 {
        column.notes.push("always empty in this file".to_owned());
        column.optional = true;
        return column;
    }
    settle(&mut column, &name, stats, said);
    let digits = stats.digits * 2 > stats.texts;
    column.pii =
        is_personal(&name, &column.ty) && (digits || !is_phone(&name) || column.ty == Type::Phone);
    column
}

fn settle(column: &mut Column, name: &[&str], stats: &Stats, said: &Said) {
    if stats.lists > 0 {
        return list(column, stats, said);
    }
    if stats.records > 0 {
        if is_place(stats) {
            column.ty = Type::Geo;
        } else {
            column.notes.push(
                "sometimes an object and sometimes not: read as it stands only where it is text"
                    .to_owned(),
            );
            column.optional = true;
        }
        return;
    }
    if stats.texts == 0 && stats.placeholders.is_empty() {
        return typed(column, name, stats, said);
    }
    if !stats.typed.is_empty() {
        column
            .notes
            .push("values of several types: all are read as text".to_owned());
        return;
    }
    text(column, name, stats, said);
}

fn list(column: &mut Column, stats: &Stats, said: &Said) {
    // Whoever has no list has an empty one.
    column.unique = false;
    let Some(elements) = &stats.elements else {
        column.unreadable = Some("a list that is always empty".to_owned());
        return;
    };
    if stats.texts > 0 || !stats.typed.is_empty() {
        column.unreadable = Some("sometimes a list and sometimes a single value".to_owned());
        return;
    }
    if elements.known() == 0 {
        column.unreadable = Some("a list without elements".to_owned());
        return;
    }
    if elements.records > 0 {
        let mut inner = Vec::new();
        for (name, stats) in &elements.fields {
            columns(name, stats, said, &mut inner);
        }
        inner.retain(|field| {
            let flat = !matches!(field.ty, Type::List(_) | Type::Set(_) | Type::Record(_));
            flat && field.unreadable.is_none() && is_name(&field.header)
        });
        if inner.is_empty() || elements.missing > 0 {
            column.unreadable = Some("a list of objects without a common shape".to_owned());
            return;
        }
        let field = |field: Column| (field.header, simple(field.ty), field.optional);
        column.ty = Type::List(Box::new(Type::Record(
            inner.into_iter().map(field).collect(),
        )));
        return;
    }
    if elements.lists > 0 || elements.missing > 0 {
        column.unreadable = Some("a list of lists, or with holes in it".to_owned());
        return;
    }
    let mut element = self::column("element", elements, said);
    if element.read.is_some() {
        element.ty = Type::Text;
    }
    let element = simple(element.ty);
    column.ty = match element {
        Type::Text | Type::Int => Type::Set(Box::new(element)),
        other => Type::List(Box::new(other)),
    };
}

/// Types within lists: none that needs a name of its own, none that a source must be told how to read.
fn simple(ty: Type) -> Type {
    match ty {
        Type::Enum(_) | Type::Email | Type::Phone | Type::Url | Type::TimeZone | Type::Locale => {
            Type::Text
        }
        other => other,
    }
}

/// Whether fields of elements can be called so as they stand: there is no source that maps them.
fn is_name(header: &str) -> bool {
    crate::names::field(header, "") == header
}

fn is_place(stats: &Stats) -> bool {
    let has = |names: [&str; 3]| {
        stats.fields.iter().any(|(name, stats)| {
            let numbers = stats.typed.contains_key(&SeenType::Number)
                || stats.typed.contains_key(&SeenType::Int);
            numbers && names.contains(&name.to_lowercase().as_str())
        })
    };
    stats.fields.len() == 2 && has(["lat", "latitude", "y"]) && has(["lon", "longitude", "lng"])
}

/// A column whose values have types of the file's own.
fn typed(column: &mut Column, name: &[&str], stats: &Stats, said: &Said) {
    let only = |kinds: &[SeenType]| stats.typed.keys().all(|kind| kinds.contains(kind));
    column.ty = if only(&[SeenType::Int, SeenType::Number]) {
        return number(column, name, stats, said);
    } else if only(&[SeenType::Bool]) {
        Type::Bool
    } else if only(&[SeenType::Date]) {
        Type::Date
    } else if only(&[SeenType::Instant]) {
        Type::Timestamp
    } else if only(&[SeenType::Local, SeenType::Date]) {
        column
            .notes
            .push("times without a zone: read in the package's zone".to_owned());
        Type::Timestamp
    } else if only(&[SeenType::Time]) {
        Type::TimeOfDay
    } else if only(&[SeenType::Duration]) {
        Type::Duration
    } else {
        column
            .notes
            .push("values of several types: all are read as text".to_owned());
        Type::Text
    };
}

/// Numbers: of what they are, their name says more than their digits.
fn number(column: &mut Column, name: &[&str], stats: &Stats, said: &Said) {
    // A file may hold whole numbers as floating ones: an identifier is one all the same.
    let integral = stats.decimals == 0;
    let whole = integral && !stats.typed.contains_key(&SeenType::Number);
    if integral && is_identifier(name) {
        column.ty = Type::Text;
        return;
    }
    if whole && stats.least >= 600_000_000.0 && is_time(name) {
        if stats.greatest < 4e9 {
            column.ty = Type::Timestamp;
            column.read = Some(".as(Timestamp, \"%s\")".to_owned());
            column
                .notes
                .push("counts seconds since 1970, by the look of it".to_owned());
            return;
        }
        column.notes.push(
            "could count milliseconds since 1970: a source reads seconds, as in `column(\"…\").as(Timestamp, \"%s\")`"
                .to_owned(),
        );
    }
    if let Some(currency) = currency_of(name) {
        return amount(column, currency, name, stats, whole);
    }
    if is_money(name) {
        return match &said.currency {
            Some(currency) => amount(column, currency.clone(), name, stats, whole),
            None => {
                column.ty = if whole { Type::Int } else { Type::Float };
                column.notes.push(
                    "looks like an amount of money: `--currency EUR` makes it `Money<EUR>`"
                        .to_owned(),
                );
            }
        };
    }
    let flag = whole && stats.distinct() == 2 && stats.least == 0.0 && stats.greatest == 1.0;
    column.ty = match (flag, whole) {
        (true, _) => Type::Bool,
        (_, true) => Type::Int,
        _ => Type::Float,
    };
    if flag {
        column.notes.push("0 and 1, read as no and yes".to_owned());
    }
}

fn amount(column: &mut Column, currency: String, name: &[&str], stats: &Stats, whole: bool) {
    let decimals =
        persona_base::Currency::from_code(&currency).map_or(2, persona_base::Currency::decimals);
    if whole
        && name
            .iter()
            .any(|word| ["cents", "cent", "pence", "minor"].contains(word))
    {
        column.read = Some(format!(" / 100).as(Money<{currency}>)"));
    } else if stats.decimals > decimals as usize {
        column.read = Some(format!(".as(Money<{currency}>)"));
        column.notes.push(format!(
            "has up to {} decimals; amounts are rounded to those of {currency}",
            stats.decimals
        ));
    }
    column.ty = Type::Money(currency);
}

/// A column of text.
fn text(column: &mut Column, name: &[&str], stats: &Stats, said: &Said) {
    let enough =
        |way: Way| stats.texts > 0 && stats.read_by(way) as f64 >= stats.texts as f64 * MOST;
    if is_identifier(name) && !enough(Way::Email) {
        return identifier(column, stats);
    }
    let Some(way) = way_of(column, name, stats, &enough) else {
        words_or_text(column, name, stats);
        let last = name.last().copied().unwrap_or("");
        let dates = is_birthday(name) || ["date", "datetime", "timestamp"].contains(&last);
        if dates && column.ty == Type::Text && stats.digits * 2 > stats.texts {
            column.notes.push(
                "dates of several forms, or of none that is known here: read as text".to_owned(),
            );
        }
        return;
    };
    let strange = stats.texts - stats.read_by(way);
    match way {
        Way::Bool => column.ty = Type::Bool,
        Way::Int | Way::Float => number_in_text(column, name, stats, said, way),
        Way::Grouped => {
            column.read = Some(".replace(\",\", \"\")".to_owned());
            number_in_text(column, name, stats, said, way);
        }
        Way::Comma => {
            let parted = stats.values.keys().any(|value| value.contains('.')) || stats.too_many;
            let first = if parted { ".replace(\".\", \"\")" } else { "" };
            column.read = Some(format!("{first}.replace(\",\", \".\")"));
            column
                .notes
                .push("commas are read as decimal points".to_owned());
            number_in_text(column, name, stats, said, way);
        }
        Way::Percent => {
            column.ty = Type::Float;
            column.read = Some(".replace(\"%\", \"\") / 100).as(Float)".to_owned());
        }
        Way::Amount => amount_in_text(column, name, stats),
        Way::Email => column.ty = Type::Email,
        Way::Phone => column.ty = Type::Phone,
        Way::Url => column.ty = Type::Url,
        Way::Zone => column.ty = Type::TimeZone,
        Way::Locale => column.ty = Type::Locale,
        Way::Geo => column.ty = Type::Geo,
        Way::Time => column.ty = Type::TimeOfDay,
        Way::Epoch => {
            column.ty = Type::Timestamp;
            column.read = Some(".as(Timestamp, \"%s\")".to_owned());
            column
                .notes
                .push("counts seconds since 1970, by the look of it".to_owned());
        }
        Way::Date(at) => dated(column, stats, "Date", DATES[at], &enough),
        Way::Instant(at) => dated(column, stats, "Timestamp", INSTANTS[at], &enough),
    }
    if stats.blank > 0 {
        let then = column.read.take().unwrap_or_default();
        column.read = Some(format!(".trim(){then}"));
    }
    let nothing: usize = stats.placeholders.values().sum();
    if strange + nothing > 0 {
        column.optional = true;
        let example = stats
            .placeholders
            .keys()
            .next()
            .or_else(|| stats.odd.get(&way));
        let example = example.map_or_else(String::new, |text| format!(", such as {}", shown(text)));
        column.notes.push(format!(
            "{} of {} values cannot be read as this{example}: they count as missing",
            strange + nothing,
            stats.texts + nothing
        ));
    }
}

/// The way that reads nearly all texts, the most special one first.
fn way_of(
    column: &mut Column,
    name: &[&str],
    stats: &Stats,
    enough: &dyn Fn(Way) -> bool,
) -> Option<Way> {
    let has = |words: &[&str]| name.iter().any(|word| words.contains(word));
    if enough(Way::Email) {
        return Some(Way::Email);
    }
    if enough(Way::Zone) && has(&["zone", "timezone", "tz"]) {
        return Some(Way::Zone);
    }
    // `english` reads as a tag too, and means none.
    let short = |text: &String| text.len() <= 3 || text.contains(['-', '_']);
    let tags = !stats.too_many && stats.values.keys().all(short);
    if enough(Way::Locale) && tags && has(&["locale", "language", "lang"]) {
        return Some(Way::Locale);
    }
    // Phone numbers are digits: only their name tells them from others.
    if has(&[
        "phone",
        "mobile",
        "tel",
        "telephone",
        "fax",
        "cell",
        "cellphone",
        "telefon",
    ]) {
        if enough(Way::Phone) {
            return Some(Way::Phone);
        }
        if stats.digits * 2 > stats.texts {
            column.notes.push(
                "looks like telephone numbers, without their country: read as text".to_owned(),
            );
            return None;
        }
    }
    if enough(Way::Url) {
        return Some(Way::Url);
    }
    let zeros = stats.zeros * 20 > stats.texts;
    if has(&["zip", "postcode", "postal", "plz", "postleitzahl"]) || zeros && !is_time(name) {
        return None;
    }
    let born = is_birthday(name);
    let time = is_time(name) || born;
    if enough(Way::Epoch) && is_time(name) && !born {
        return Some(Way::Epoch);
    }
    let numbers = enough(Way::Float);
    // `20240131` is a date only where the name says so.
    if !numbers || time {
        if let Some(at) = (0..DATES.len()).find(|at| enough(Way::Date(*at))) {
            return Some(Way::Date(at));
        }
        if let Some(at) = (0..INSTANTS.len()).find(|at| enough(Way::Instant(*at))) {
            return Some(Way::Instant(at));
        }
    }
    if enough(Way::Bool) && stats.distinct() <= 6 && (!numbers || stats.distinct() == 2) {
        return Some(Way::Bool);
    }
    let ways = [
        Way::Int,
        Way::Float,
        Way::Grouped,
        Way::Comma,
        Way::Percent,
        Way::Amount,
        Way::Time,
    ];
    if let Some(way) = ways.into_iter().find(|way| enough(*way)) {
        return Some(way);
    }
    (enough(Way::Geo)
        && has(&[
            "geo",
            "location",
            "place",
            "coordinates",
            "position",
            "latlon",
        ]))
    .then_some(Way::Geo)
}

fn number_in_text(column: &mut Column, name: &[&str], stats: &Stats, said: &Said, way: Way) {
    let read = column.read.take();
    let whole = way == Way::Int || way == Way::Grouped && stats.decimals == 0;
    let numbers = stats.as_numbers(whole);
    number(column, name, &numbers, said);
    if column.ty == Type::Text && !is_identifier(name) {
        column.ty = if whole { Type::Int } else { Type::Float };
    }
    column.read = match (read, column.read.take()) {
        (Some(first), Some(then)) => Some(format!("{first}{then}")),
        (Some(first), None) => {
            let ty = match &column.ty {
                Type::Money(currency) => format!("Money<{currency}>"),
                Type::Int => "Int".to_owned(),
                _ => "Float".to_owned(),
            };
            Some(format!("{first}.as({ty})"))
        }
        (None, then) => then,
    };
}

fn amount_in_text(column: &mut Column, name: &[&str], stats: &Stats) {
    let most = stats.currencies.iter().max_by_key(|(_, count)| **count);
    let Some((currency, _)) = most else { return };
    if stats.currencies.len() > 1 {
        column.notes.push(format!(
            "amounts of several currencies ({}): read as text",
            stats
                .currencies
                .keys()
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        ));
        return;
    }
    let sign = crate::stats::SIGNS
        .iter()
        .find(|(_, code)| code == currency);
    let sign = sign.map_or(currency.as_str(), |(sign, _)| sign);
    let sign = crate::names::quoted(sign);
    column.read = Some(format!(
        ".replace({sign}, \"\").replace(\",\", \"\").as(Money<{currency}>)"
    ));
    column.ty = Type::Money(currency.clone());
    if sign == "\"$\"" && !name.contains(&"usd") {
        column.notes.push("`$` is read as US dollars".to_owned());
    }
}

/// A date or an instant, and whether day and month could stand the other way round.
fn dated(column: &mut Column, stats: &Stats, ty: &str, format: &str, enough: &dyn Fn(Way) -> bool) {
    column.ty = if ty == "Date" {
        Type::Date
    } else {
        Type::Timestamp
    };
    let (formats, way): (&[&str], fn(usize) -> Way) = match ty {
        "Date" => (DATES, Way::Date),
        _ => (INSTANTS, Way::Instant),
    };
    let turned = turned(format);
    let other = turned.and_then(|other| formats.iter().position(|known| *known == other));
    let mut chosen = format;
    if let Some(at) = other {
        let here = formats.iter().position(|known| *known == format);
        let hits = |at: usize| stats.read_by(way(at));
        match here.map(hits) {
            // Some read only one way round: so do all.
            Some(mine) if hits(at) > mine => chosen = formats[at],
            Some(mine) if enough(way(at)) && hits(at) == mine => column.notes.push(format!(
                "day and month could stand the other way round: then it is `{}`",
                formats[at]
            )),
            _ => {}
        }
    }
    if !chosen.is_empty() {
        column.read = Some(format!(".as({ty}, \"{chosen}\")"));
    }
    if ty == "Timestamp" && !chosen.contains("%z") {
        let zone = stats.zoned * 2 > stats.texts;
        if !zone {
            column
                .notes
                .push("times without a zone: read in the package's zone".to_owned());
        }
    }
}

/// The format with day and month in each other's place.
fn turned(format: &str) -> Option<String> {
    let (month, day) = (format.find("%m")?, format.find("%d")?);
    let after = if month < day {
        format.get(day + 2..)
    } else {
        format.get(month + 2..)
    };
    after?;
    let swapped = format
        .replace("%m", "%\u{0}")
        .replace("%d", "%m")
        .replace("%\u{0}", "%d");
    Some(swapped)
}

/// A text that only tells one from another.
fn identifier(column: &mut Column, stats: &Stats) {
    column.ty = Type::Text;
    if stats.padded > 0 {
        column.read = Some(".trim()".to_owned());
    }
}

/// One of some words, a set in one cell, or just text.
fn words_or_text(column: &mut Column, name: &[&str], stats: &Stats) {
    let trimmed = stats.padded > 0;
    if trimmed {
        column.read = Some(".trim()".to_owned());
    }
    if stats.bars > 0 && stats.bars * 3 > stats.texts && !stats.too_many_words() {
        let bar = match stats.values.keys().any(|value| value.contains('|')) || stats.too_many {
            true => "|",
            false => ";",
        };
        column.ty = Type::Set(Box::new(Type::Text));
        column.read = Some(format!(".split(\"{bar}\")"));
        column.unique = false;
        return;
    }
    let nothing = |value: &str| stats.placeholders.contains_key(value);
    let mut values: Vec<String> = Vec::new();
    for value in stats.values.keys().filter(|value| !nothing(value)) {
        let value = value.trim().to_owned();
        if !values
            .iter()
            .any(|known| known.eq_ignore_ascii_case(&value))
        {
            values.push(value);
        }
    }
    let few = !stats.too_many
        && (2..=ENUM_VALUES).contains(&values.len())
        && stats.texts >= values.len() * ENUM_TIMES
        && values
            .iter()
            .all(|value| value.chars().count() <= ENUM_TEXT)
        && values
            .iter()
            .all(|value| value.chars().any(char::is_alphanumeric));
    if !few || is_personal(name, &Type::Text) || stats.rare() || is_random(&values) {
        return;
    }
    if !stats.placeholders.is_empty() {
        column.optional = true;
        let words: Vec<String> = stats.placeholders.keys().map(|text| shown(text)).collect();
        column
            .notes
            .push(format!("{} counts as missing", words.join(", ")));
    }

    column.ty = Type::Enum(values);
}

impl Stats {
    /// Whether many of the values hardly ever come: mistakes in writing, or words that only look like a list of few.
    fn rare(&self) -> bool {
        let seldom = self
            .values
            .values()
            .filter(|count| **count * 200 < self.texts);
        seldom.count() * 3 > self.values.len()
    }

    /// Whether texts with bars are sentences rather than sets.
    fn too_many_words(&self) -> bool {
        self.longest > 200
    }
}

/// Whether values are numbers that a machine has made up.
fn is_random(values: &[String]) -> bool {
    let hex = |value: &String| {
        value.len() >= 16 && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
    };
    values.iter().all(hex)
}

fn is_phone(name: &[&str]) -> bool {
    let words = [
        "phone",
        "mobile",
        "tel",
        "telephone",
        "fax",
        "cell",
        "cellphone",
        "telefon",
    ];
    name.iter().any(|word| words.contains(word))
}

fn is_identifier(name: &[&str]) -> bool {
    let last = name.last().copied().unwrap_or("");
    let words = [
        "id", "ids", "uuid", "guid", "key", "sku", "upc", "ean", "isbn", "gtin", "hash", "token",
        "code", "ssn",
    ];
    let number = last == "number" && name.len() > 1;
    let of_house = ["street", "house", "room", "line", "page", "week"];
    let of_house = name.iter().any(|word| of_house.contains(word));
    words.contains(&last)
        || number && !of_house
        || [
            "customerid",
            "userid",
            "orderid",
            "productid",
            "clientid",
            "memberid",
        ]
        .contains(&last)
        || name == ["invoice", "no"]
        || name == ["customer", "no"]
        || name == ["order", "no"]
        || name == ["order", "number"]
        || name == ["customer", "number"]
}

pub(crate) fn is_birthday(name: &[&str]) -> bool {
    name.iter().any(|word| {
        [
            "birthday",
            "birthdate",
            "dob",
            "born",
            "birth",
            "geburtsdatum",
        ]
        .contains(word)
    })
}

pub(crate) fn is_time(name: &[&str]) -> bool {
    let words = [
        "at",
        "on",
        "date",
        "time",
        "timestamp",
        "datetime",
        "ts",
        "when",
        "day",
        "created",
        "updated",
        "since",
        "until",
        "datum",
        "registered",
        "joined",
        "occurred",
    ];
    name.iter().any(|word| words.contains(word))
}

fn is_money(name: &[&str]) -> bool {
    let words = [
        "price", "amount", "total", "revenue", "spend", "spent", "cost", "costs", "sales",
        "charge", "charges", "fee", "fees", "paid", "payment", "subtotal", "tax", "balance", "ltv",
        "msrp", "turnover", "refund", "discount", "disc", "income", "budget", "gmv", "preis",
        "betrag", "umsatz",
    ];
    let not = [
        "method", "type", "count", "rate", "percent", "number", "quantity", "date", "at", "id",
        "share", "night", "minutes",
    ];
    name.iter().any(|word| words.contains(word)) && !name.iter().any(|word| not.contains(word))
}

/// The currency that a name ends with: `price_eur`.
fn currency_of(name: &[&str]) -> Option<String> {
    if name.iter().any(|word| ["dollar", "dollars"].contains(word)) {
        return Some("USD".to_owned());
    }
    if name.iter().any(|word| ["euro", "euros"].contains(word)) {
        return Some("EUR".to_owned());
    }
    let last = name.last()?.to_ascii_uppercase();
    let known = [
        "USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "INR", "BRL",
        "MXN",
    ];
    (name.len() > 1 && known.contains(&last.as_str())).then_some(last)
}

fn is_personal(name: &[&str], ty: &Type) -> bool {
    if matches!(ty, Type::Email | Type::Phone) {
        return true;
    }
    if !matches!(ty, Type::Text | Type::Date | Type::Geo | Type::Timestamp) {
        return false;
    }
    let has = |words: &[&str]| name.iter().any(|word| words.contains(word));
    let about = [
        "country", "state", "type", "verified", "count", "status", "service", "org",
    ];
    if name.last().is_some_and(|word| about.contains(word)) {
        return false;
    }
    let person = [
        "first", "last", "given", "family", "middle", "full", "maiden", "native", "customer",
        "user", "contact", "person",
    ];
    let named = has(&["name", "names"]) && has(&person);
    let whole = has(&[
        "email",
        "mail",
        "phone",
        "mobile",
        "fax",
        "surname",
        "forename",
        "firstname",
        "lastname",
        "fullname",
        "address",
        "street",
        "addr",
        "addr1",
        "address1",
        "address2",
        "passport",
        "ssn",
        "iban",
        "ip",
        "suburb",
        "zip",
        "postcode",
        "zipcode",
        "plz",
        "vorname",
        "nachname",
        "strasse",
        "license",
        "director",
    ]);
    let secret = name.windows(2).any(|pair| {
        matches!(
            pair,
            ["soc", "sec"] | ["social", "security"] | ["credit", "card"] | ["postal", "code"]
        )
    });
    named || whole || secret || name == ["name"] || is_birthday(name)
}

/// What a name says of a column of which only a declared type is known.
pub(crate) fn by_name(column: &mut Column) {
    let name = snake(column.header.rsplit('.').next().unwrap_or(&column.header));
    let name = words(&name);
    let has = |any: &[&str]| name.iter().any(|word| any.contains(word));
    if column.ty == Type::Text {
        if has(&["email"]) || name == ["mail"] || name == ["e", "mail"] {
            column.ty = Type::Email;
        } else if has(&["timezone"]) || name == ["time", "zone"] {
            column.ty = Type::TimeZone;
        } else if has(&["locale"]) {
            column.ty = Type::Locale;
        }
    }
    if matches!(column.ty, Type::Float)
        && let Some(currency) = currency_of(&name)
    {
        column.ty = Type::Money(currency);
    }
    if is_identifier(&name) && column.ty == Type::Int {
        column.ty = Type::Text;
    }
    column.pii = is_personal(&name, &column.ty);
}

/// An amount of money, of which only the name says that it is one.
pub(crate) fn money_by_name(column: &mut Column, said: &Said) {
    let name = snake(column.header.rsplit('.').next().unwrap_or(&column.header));
    if column.ty != Type::Float || !is_money(&words(&name)) {
        return;
    }
    match &said.currency {
        Some(currency) => {
            column.ty = Type::Money(currency.clone());
            column.notes.retain(|note| !note.contains("--currency"));
        }
        None if column.notes.is_empty() => column.notes.push(
            "looks like an amount of money: `--currency EUR` makes it `Money<EUR>`".to_owned(),
        ),
        None => {}
    }
}
