//! Names for what files call anything: fields in `snake_case`, types in `UpperCamel`, never a word of the language, never twice. Knows no
//! files.

use persona_syntax::RESERVED;
use unicode_normalization::UnicodeNormalization;

/// Names that no field should have beside the reserved words: they mean something where they stand in an expression or open a clause,
/// and a field of this name would be read as that.
const MEANT: &[&str] = &[
    "now",
    "today",
    "sum",
    "avg",
    "min",
    "max",
    "first",
    "last",
    "nth",
    "distinct",
    "share",
    "gap",
    "age",
    "local",
    "distance",
    "sample",
    "ntile",
    "percentile",
    "most_common",
    "top_share",
    "days_since",
    "days_until",
    "anniversary",
    "exists",
    "arm",
    "geo",
    "per",
    "ago",
    "from",
    "to",
    "with",
    "by",
    "as",
    "on",
    "of",
    "for",
    "check",
    "else_",
    "column",
    "each",
    "group",
];

/// Names that fields of events cannot have: every event has them already.
const OF_EVENTS: &[&str] = &["at", "id", "profile", "event"];

/// Types that the language brings along.
const TYPES: &[&str] = &[
    "Bool",
    "Int",
    "Float",
    "String",
    "Date",
    "TimeOfDay",
    "Timestamp",
    "Duration",
    "Period",
    "Length",
    "Geo",
    "TimeZone",
    "Locale",
    "Email",
    "Phone",
    "Url",
    "Html",
    "Money",
    "List",
    "Set",
    "Event",
    "Field",
    "Weekday",
    "Sent",
];

/// A text in letters, digits and `_` of ASCII: `Straße (Nr.)` is `strasse_nr`. Empty where nothing of it is left.
pub(crate) fn snake(text: &str) -> String {
    let mut name = String::new();
    let mut small = false;
    let signs: Vec<char> = latin(text).chars().collect();
    for (at, c) in signs.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            // An apostrophe parts no words.
            if *c != '\'' && !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            small = false;
            continue;
        }
        let next_small = signs.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let upper = c.is_ascii_uppercase();
        let in_word = name
            .chars()
            .last()
            .is_some_and(|c| c.is_ascii_alphanumeric());
        let after_capital = at > 0 && signs[at - 1].is_ascii_uppercase();
        if upper && in_word && (small || after_capital && next_small) {
            name.push('_');
        }
        small = c.is_ascii_lowercase() || c.is_ascii_digit();
        name.push(c.to_ascii_lowercase());
    }
    let name = name.trim_matches('_');
    // A word with a hyphen, and no two.
    match name.strip_prefix("e_mail") {
        Some(rest) if rest.is_empty() || rest.starts_with('_') => format!("email{rest}"),
        _ => name.to_owned(),
    }
}

/// The text in letters of ASCII, as far as they have any.
fn latin(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        let written = match c {
            'ß' => "ss",
            'æ' | 'ä' => "ae",
            'œ' | 'ö' => "oe",
            'ü' => "ue",
            'Ä' | 'Æ' => "Ae",
            'Ö' | 'Œ' => "Oe",
            'Ü' => "Ue",
            'ø' => "o",
            'Ø' => "O",
            'ł' => "l",
            'Ł' => "L",
            'đ' => "d",
            '€' => " eur ",
            '£' => " gbp ",
            '$' => " usd ",
            '%' => " percent ",
            '#' => " number ",
            '&' => " and ",
            '+' => " plus ",
            _ => {
                plain.extend(c.nfkd().filter(|c| !is_mark(*c)));
                continue;
            }
        };
        plain.push_str(written);
    }
    plain
}

fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// A name for a field, or for a value of an enum: `fallback` where nothing is left of the text.
pub(crate) fn field(text: &str, fallback: &str) -> String {
    let mut name = snake(text);
    if name.is_empty() {
        fallback.clone_into(&mut name);
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "n_");
    }
    if RESERVED.contains(&name.as_str()) || MEANT.contains(&name.as_str()) {
        name.push_str("_value");
    }
    cut(&mut name);
    name
}

/// The same, for a field of an event.
pub(crate) fn event_field(text: &str, fallback: &str) -> String {
    let name = field(text, fallback);
    match OF_EVENTS.contains(&name.as_str()) {
        true => format!("{name}_value"),
        false => name,
    }
}

/// No name is longer than people read.
fn cut(name: &mut String) {
    if name.len() > 60 {
        name.truncate(60);
        name.truncate(name.trim_end_matches('_').len());
    }
}

/// `OrderLine` for `order_lines`.
pub(crate) fn type_name(text: &str, fallback: &str) -> String {
    let snake = snake(text);
    let mut words: Vec<String> = snake.split('_').map(str::to_owned).collect();
    // The day of an export is no part of what its rows are.
    let number = |word: &String| word.bytes().all(|b| b.is_ascii_digit());
    if !words.iter().all(number) {
        words.retain(|word| !number(word));
    }
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    camel(&words, fallback)
}

/// `PaymentMethod` for `payment_method`.
pub(crate) fn enum_name(field: &str) -> String {
    let words: Vec<String> = field.split('_').map(str::to_owned).collect();
    camel(&words, "Kind")
}

fn camel(words: &[String], fallback: &str) -> String {
    let mut name = String::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        let (first, rest) = word.split_at(1);
        name.push_str(&first.to_ascii_uppercase());
        name.push_str(rest);
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, fallback);
    }
    cut(&mut name);
    if TYPES.contains(&name.as_str()) {
        name.push_str("Value");
    }
    name
}

/// One of many: `category` of `categories`.
fn singular(word: &str) -> String {
    let ending = |end: &str, other: &str| {
        word.strip_suffix(end)
            .filter(|start| start.len() > 1)
            .map(|start| format!("{start}{other}"))
    };
    if [
        "news", "series", "sms", "status", "address", "business", "gas", "bus",
    ]
    .contains(&word)
        || word.ends_with("ss")
        || word.ends_with("us")
        || word.ends_with("is")
    {
        return word.to_owned();
    }
    if word == "people" {
        return "person".to_owned();
    }
    ending("ies", "y")
        .or_else(|| ending("sses", "ss"))
        .or_else(|| ending("xes", "x"))
        .or_else(|| ending("ches", "ch"))
        .or_else(|| ending("shes", "sh"))
        .or_else(|| ending("s", ""))
        .unwrap_or_else(|| word.to_owned())
}

/// Names that are taken, and others for those that come later.
#[derive(Debug, Default)]
pub(crate) struct Taken(Vec<String>);

impl Taken {
    /// The name, with a number behind it where another has it.
    pub(crate) fn take(&mut self, name: String) -> String {
        if !self.0.contains(&name) {
            self.0.push(name.clone());
            return name;
        }
        let mut free = name.clone();
        let mut number = 2;
        while self.0.contains(&free) {
            free = match name.ends_with(|c: char| c.is_ascii_digit()) {
                true => format!("{name}_{number}"),
                false => format!(
                    "{name}{}{number}",
                    if name.contains('_') || name.chars().all(|c| !c.is_ascii_uppercase()) {
                        "_"
                    } else {
                        ""
                    }
                ),
            };
            number += 1;
        }
        self.0.push(free.clone());
        free
    }
}

/// The words of a name.
pub(crate) fn words(name: &str) -> Vec<&str> {
    name.split('_').filter(|word| !word.is_empty()).collect()
}

/// A text between quotes, as the language writes it.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '{' => quoted.push_str("\\{"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A text for a comment: one line of it.
pub(crate) fn shown(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match plain.char_indices().nth(40) {
        Some((end, _)) => format!("`{}…`", &plain[..end]),
        None => format!("`{plain}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_header_becomes_a_name() {
        let names = [
            ("CustomerID", "customer_id"),
            ("customerID", "customer_id"),
            ("E-Mail Address", "email_address"),
            ("SalesInThousands", "sales_in_thousands"),
            ("Straße (Nr.)", "strasse_nr"),
            ("Prénom", "prenom"),
            ("2019", "n_2019"),
            ("count", "count_value"),
            ("商店", "column_3"),
            ("", "column_3"),
            ("HTTPServer2Name", "http_server2_name"),
            ("% churn", "percent_churn"),
            ("Customer's name", "customers_name"),
        ];
        for (header, name) in names {
            assert_eq!(field(header, "column_3"), name, "{header}");
        }
        assert_eq!(event_field("ID", "x"), "id_value");
    }

    #[test]
    fn files_become_types_of_one() {
        let types = [
            ("customers", "Customer"),
            ("order_lines", "OrderLine"),
            ("telco-customer-churn", "TelcoCustomerChurn"),
            ("categories", "Category"),
            ("2022 orders", "Order"),
            ("2022_05", "Row202205"),
            ("addresses", "Address"),
            ("dates", "DateValue"),
            ("", "Row"),
        ];
        for (file, name) in types {
            assert_eq!(type_name(file, "Row"), name, "{file}");
        }
    }

    #[test]
    fn no_name_is_taken_twice() {
        let mut taken = Taken::default();
        let take = |taken: &mut Taken, name: &str| taken.take(name.to_owned());
        assert_eq!(take(&mut taken, "name"), "name");
        assert_eq!(take(&mut taken, "name"), "name_2");
        assert_eq!(take(&mut taken, "name"), "name_3");
        assert_eq!(take(&mut taken, "State"), "State");
        assert_eq!(take(&mut taken, "State"), "State2");
    }
}
