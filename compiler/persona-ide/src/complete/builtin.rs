//! The functions, methods and parts that the language has by itself: their forms, what they give, what they do.

use persona_sema::TypeKind;

/// A function of the language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its parameters, each with what it takes.
    pub(crate) params: &'static [(&'static str, &'static str)],
    /// What it gives, as written.
    pub(crate) gives: &'static str,
    /// What it does.
    pub(crate) says: &'static str,
}

const fn function(
    name: &'static str,
    params: &'static [(&'static str, &'static str)],
    gives: &'static str,
    says: &'static str,
) -> Function {
    Function {
        name,
        params,
        gives,
        says,
    }
}

/// All functions but those that go over events or lists.
pub(crate) const FUNCTIONS: &[Function] = &[
    function(
        "abs",
        &[("x", "a number or an amount")],
        "",
        "The value without its sign.",
    ),
    function(
        "age",
        &[("date", "Date")],
        "Int",
        "Whole years since a date, in the person's zone.",
    ),
    function(
        "anniversary",
        &[("date", "Date")],
        "Date",
        "The next day, today included, with the date's day and month: `anniversary(birthday) in next 7d`.",
    ),
    function(
        "arm",
        &[("experiment", "an experiment")],
        "",
        "The arm that the person is in; missing in the holdout.",
    ),
    function(
        "ceil",
        &[("x", "Float")],
        "Int",
        "The least whole number that is not less.",
    ),
    function(
        "date",
        &[("instant", "Timestamp")],
        "Date",
        "The local day of an instant.",
    ),
    function(
        "days_since",
        &[("time", "Timestamp or Date")],
        "Int",
        "Whole days up to now: of 24 hours since an instant, of the calendar since a date.",
    ),
    function(
        "days_until",
        &[("time", "Timestamp or Date")],
        "Int",
        "Whole days from now on.",
    ),
    function(
        "distance",
        &[("a", "Geo"), ("b", "Geo")],
        "Length",
        "How far apart two places are: `distance(address.location, geo(48.85, 2.35)) < 10 km`.",
    ),
    function(
        "floor",
        &[("x", "Float")],
        "Int",
        "The greatest whole number that is not more.",
    ),
    function(
        "geo",
        &[("latitude", "Float"), ("longitude", "Float")],
        "Geo",
        "A place, in degrees.",
    ),
    function(
        "greatest",
        &[
            ("a", "a value that has an order"),
            ("b", "another of its type"),
        ],
        "",
        "The greatest of two or more values.",
    ),
    function(
        "least",
        &[
            ("a", "a value that has an order"),
            ("b", "another of its type"),
        ],
        "",
        "The least of two or more values.",
    ),
    function(
        "local",
        &[("instant", "Timestamp")],
        "",
        "The wall clock in the person's zone: `local(now).hour`, `.weekday`, `.month`, `.date`, `.time`.",
    ),
    function(
        "ntile",
        &[("n", "Int"), ("x", "what is ranked")],
        "Int",
        "Which of `n` equal parts of all people the person is in, by rank, ascending; `among segment` ranks among these.",
    ),
    function(
        "percentile",
        &[("x", "what is ranked")],
        "Float",
        "The share of people who are ranked lower; `among segment` ranks among these.",
    ),
    function(
        "round",
        &[("x", "Float")],
        "Int",
        "The nearest whole number.",
    ),
    function(
        "sample",
        &[("share", "a percentage"), ("salt", "String")],
        "Bool",
        "A fixed pseudo-random part of all people: `sample(10%, \"salt\")`.",
    ),
];

/// What goes over events or lists.
pub(crate) const AGGREGATES: &[Function] = &[
    function(
        "count",
        &[("events", "events or a list, with `in` and `where`")],
        "Int",
        "How many: `count(Purchase in last 30d)`, `count(items where price > 10 USD)`.",
    ),
    function(
        "sum",
        &[("field", "a field of events or of a list's elements")],
        "",
        "The sum; of nothing it is zero: `sum(Purchase.total in last 90d)`.",
    ),
    function(
        "avg",
        &[("field", "a field of events or of a list's elements")],
        "",
        "The mean; of nothing it is missing.",
    ),
    function(
        "min",
        &[("field", "a field of events or of a list's elements")],
        "",
        "The least; of nothing it is missing.",
    ),
    function(
        "max",
        &[("field", "a field of events or of a list's elements")],
        "",
        "The greatest; of nothing it is missing.",
    ),
    function(
        "distinct",
        &[("field", "a field of events or of a list's elements")],
        "Int",
        "How many different values.",
    ),
    function(
        "most_common",
        &[("field", "a field of events")],
        "",
        "The value that occurs most often; ties go to the latest.",
    ),
    function(
        "top_share",
        &[("field", "a field of events")],
        "Float",
        "The share of the value that occurs most often.",
    ),
    function(
        "share",
        &[("events", "events `where` a condition")],
        "Float",
        "How much of the events satisfies the condition.",
    ),
    function(
        "gap",
        &[("events", "events")],
        "Duration",
        "The mean time between neighbours.",
    ),
    function(
        "first",
        &[("events", "events")],
        "",
        "The first of the events: `first(Purchase).total`. Its fields may be missing.",
    ),
    function(
        "last",
        &[("events", "events")],
        "",
        "The last of the events: `last(ProductViewed).category`. Its fields may be missing.",
    ),
    function(
        "nth",
        &[("n", "Int"), ("events", "events")],
        "",
        "The n-th of the events, in order.",
    ),
];

/// What raw columns can be asked, in a source.
pub(crate) const RAW: &[Function] = &[
    function(
        "column",
        &[("name", "a column's name, in quotes")],
        "",
        "The value of a column of the row.",
    ),
    function(
        "sum",
        &[("value", "a value of each row")],
        "",
        "The sum over the rows of the group.",
    ),
    function(
        "min",
        &[("value", "a value of each row")],
        "",
        "The least over the rows of the group.",
    ),
    function(
        "max",
        &[("value", "a value of each row")],
        "",
        "The greatest over the rows of the group.",
    ),
    function(
        "avg",
        &[("value", "a value of each row")],
        "",
        "The mean over the rows of the group.",
    ),
    function(
        "first",
        &[("value", "a value of each row")],
        "",
        "That of the group's first row.",
    ),
    function(
        "last",
        &[("value", "a value of each row")],
        "",
        "That of the group's last row.",
    ),
    function("count", &[], "Int", "How many rows the group has."),
    function(
        "geo",
        &[("latitude", "a column"), ("longitude", "a column")],
        "Geo",
        "A place, in degrees.",
    ),
];

/// Methods of raw columns.
pub(crate) const RAW_METHODS: &[Function] = &[
    function(
        "as",
        &[
            ("type", "a type"),
            ("hint", "a zone or a format, in quotes"),
        ],
        "",
        "Reads the value as a type: `.as(Timestamp, \"Europe/London\")`, `.as(Money<GBP>)`.",
    ),
    function("trim", &[], "String", "Without white space at both ends."),
    function("lower", &[], "String", "In lower case."),
    function("upper", &[], "String", "In upper case."),
    function(
        "split",
        &[("separator", "a text")],
        "",
        "The parts between separators, as a list.",
    ),
    function(
        "replace",
        &[("old", "a text"), ("new", "a text")],
        "String",
        "With one text in place of another.",
    ),
    function(
        "empty_as_missing",
        &[],
        "",
        "Missing where the text is empty.",
    ),
];

/// Methods of text.
const TEXT: &[Function] = &[
    function("lower", &[], "String", "In lower case."),
    function("upper", &[], "String", "In upper case."),
    function("trim", &[], "String", "Without white space at both ends."),
    function(
        "fold",
        &[],
        "String",
        "Without case and accents, for comparisons.",
    ),
    function("length", &[], "Int", "How many characters."),
    function("domain", &[], "String", "What stands behind the `@`."),
];

const COLLECTION: &[Function] = &[function("size", &[], "Int", "How many elements.")];

/// The methods of a type.
pub(crate) fn methods(kind: &TypeKind) -> &'static [Function] {
    if matches!(kind, TypeKind::List(_) | TypeKind::Set(_)) {
        COLLECTION
    } else if kind.is_text() && *kind != TypeKind::Html {
        TEXT
    } else {
        &[]
    }
}

/// The parts of a date, and those that only a wall clock has.
pub(crate) const DATE_PARTS: [(&str, &str); 5] = [
    ("year", "Int"),
    ("quarter", "Int"),
    ("month", "Int"),
    ("day", "Int"),
    ("weekday", "Weekday"),
];
pub(crate) const CLOCK_PARTS: [(&str, &str); 4] = [
    ("hour", "Int"),
    ("minute", "Int"),
    ("date", "Date"),
    ("time", "TimeOfDay"),
];

/// A function of the language, by the list it is in and its name.
pub(crate) fn find(list: &str, name: &str) -> Option<&'static Function> {
    let all: &[Function] = match list {
        "function" => FUNCTIONS,
        "aggregate" => AGGREGATES,
        "raw" => RAW,
        "raw_method" => RAW_METHODS,
        "method" => return TEXT.iter().chain(COLLECTION).find(|one| one.name == name),
        _ => return None,
    };
    all.iter().find(|one| one.name == name)
}

impl Function {
    /// `age(date: Date) -> Int`
    pub(crate) fn form(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(|(name, takes)| format!("{name}: {takes}"))
            .collect();
        let gives = match self.gives {
            "" => String::new(),
            gives => format!(" -> {gives}"),
        };
        format!("{}({}){gives}", self.name, params.join(", "))
    }

    /// `age(${1:date})`
    pub(crate) fn snippet(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .enumerate()
            .map(|(index, (name, _))| format!("${{{}:{name}}}", index + 1))
            .collect();
        format!("{}({})", self.name, params.join(", "))
    }
}
