//! The words of the language: where each is offered, how it is written out, and what it does, in a sentence or two.

/// A word or a form that is offered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    /// What the list shows.
    pub(crate) label: &'static str,
    /// The snippet; empty where it is the label.
    pub(crate) snippet: &'static str,
    /// What it does.
    pub(crate) says: &'static str,
}

const fn word(label: &'static str, snippet: &'static str, says: &'static str) -> Word {
    Word {
        label,
        snippet,
        says,
    }
}

/// Declarations, as they begin.
pub(crate) const DECLARATIONS: &[Word] = &[
    word(
        "segment",
        "segment ${1:name} \"${2:Title}\" {\n  when $0\n}",
        "A set of people: those for whom the condition holds now.",
    ),
    word(
        "trait",
        "trait ${1:name} = $0",
        "A named value of each person, computed from the profile and the history.",
    ),
    word(
        "partition",
        "partition ${1:name} \"${2:Title}\" {\n  ${3:stage} when $0\n  otherwise ${4:rest}\n}",
        "Stages that exclude each other: the first whose condition holds wins.",
    ),
    word(
        "trigger",
        "trigger ${1:name} \"${2:Title}\" {\n  on ${3:Event}\n  enter ${4:1 per 7d}\n\n  send ${5:content} via ${6:channel}$0\n}",
        "What starts a run for a person, and the steps that follow.",
    ),
    word(
        "content",
        "content ${1:name} {\n  subject: String\n  body: Html\n\n  otherwise {\n    subject = \"$2\"\n    body = template \"${3:emails/${1:name}.liquid}\"$0\n  }\n}",
        "What people read: typed slots, and variants that fill them.",
    ),
    word(
        "channel",
        "channel ${1:name} {\n  to ${2:email}\n  requires ${3:consent.email}$0\n}",
        "How people are reached: their address, their consent, quiet hours, limits.",
    ),
    word(
        "purpose",
        "purpose ${1:name} { requires $0 }",
        "A reason for which people allowed their data or attention to be used.",
    ),
    word(
        "recommend",
        "recommend ${1:name}: List<${2:Product}> {\n  from ${2:Product}\n  rank by $3 desc\n  take ${4:4}\n  otherwise $0\n}",
        "Picks items of a catalog for a person. Never short and never empty.",
    ),
    word(
        "experiment",
        "experiment ${1:name} {\n  on ${2:trigger}\n  arms { control 50%, ${3:treatment} 50% }\n  goal ${4:Purchase} within ${5:7d}$0\n}",
        "Divides people into arms, and counts what follows.",
    ),
    word(
        "exclusive",
        "exclusive { $0 }",
        "States that segments never overlap; the compiler proves it or shows who is in both.",
    ),
    word(
        "test",
        "test \"${1:what is expected}\" {\n  given { $2 }\n  at ${3:2026-01-10T12:00Z}\n  expect $0\n}",
        "A timeline and what is expected of it, beside the rules.",
    ),
    word(
        "profile",
        "profile ${1:Customer} {\n  id: String @key\n  $0\n}",
        "The person: the fields that data has of each.",
    ),
    word(
        "event",
        "event ${1:Name} { $0 }",
        "Something that happens to a person. Each has `at` and an `id` by itself.",
    ),
    word(
        "events",
        "events ${1:Name} = $0",
        "A named group of events.",
    ),
    word("enum", "enum ${1:Name} { $0 }", "A fixed set of values."),
    word(
        "ordered enum",
        "ordered enum ${1:Name} { $0 }",
        "A fixed set of values, from least to greatest: they may be compared with `<`.",
    ),
    word(
        "const",
        "const ${1:NAME}: ${2:Int} = $0",
        "A value that has a name.",
    ),
    word(
        "fn",
        "fn ${1:name}(${2:x: Int}) -> ${3:Int} = $0",
        "A helper that sees its parameters alone, neither profile nor history.",
    ),
    word(
        "catalog",
        "catalog ${1:Product} {\n  ${2:sku}: String @key\n  $0\n}",
        "A table to look things up in, and to recommend from.",
    ),
    word(
        "source",
        "source ${1:name} of ${2:Customer} {\n  from \"${3:data/customers.csv}\"\n  $0\n}",
        "Where data comes from, and how its columns map.",
    ),
    word(
        "use",
        "use $0",
        "Brings in a module of the standard library, or of a package named in `persona.toml`.",
    ),
];

pub(crate) const TABLE: &[Word] = &[word(
    "check",
    "check ${1:condition} \"${2:what is wrong}\"",
    "What must hold of each row. `else reject` (the default), `else clear field` or `else warn` says what follows.",
)];

pub(crate) const SEGMENT: &[Word] = &[word(
    "when",
    "when $0",
    "The condition: who it holds for is in the segment.",
)];

pub(crate) const PARTITION: &[Word] = &[
    word(
        "stage when",
        "${1:stage} when $0",
        "A stage: those for whom this holds, and none before it.",
    ),
    word(
        "otherwise",
        "otherwise ${1:rest}",
        "The stage of everybody else. Required, and last.",
    ),
];

pub(crate) const PURPOSE: &[Word] = &[word(
    "requires",
    "requires $0",
    "What must hold of the person, most often a consent.",
)];

pub(crate) const CHANNEL: &[Word] = &[
    word("to", "to $0", "The field that must be known: the address."),
    word(
        "requires",
        "requires $0",
        "What must hold of the person; `requires nothing` for receipts and the like.",
    ),
    word(
        "quiet",
        "quiet ${1:21:00} to ${2:08:00}",
        "Local hours in which nothing is sent; what falls inside waits until they end. `when …` says for whom.",
    ),
    word(
        "limit",
        "limit ${1:1} per ${2:day}",
        "How many messages at most: `per 24h` rolls, `per day` follows the calendar. `across` counts other channels, too.",
    ),
    word(
        "when full",
        "when full ${1:drop}",
        "What happens to a message that the limits leave no room for: `drop` or `defer`.",
    ),
    word(
        "skip when",
        "skip when ${1:condition} \"${2:reason}\"",
        "Gives the message up, and keeps the reason.",
    ),
    word(
        "transactional",
        "transactional",
        "No quiet hours, limits or holdout: for receipts and the like.",
    ),
];

pub(crate) const TRIGGER: &[Word] = &[
    word(
        "on",
        "on $0",
        "What starts it: an event, `enter` or `leave` of a segment, `inactivity of`, `anniversary of`, `every`, `change of`.",
    ),
    word(
        "when",
        "when $0",
        "Asked as it starts; where it does not hold, nothing starts.",
    ),
    word(
        "per",
        "per $0",
        "One run for each value of this, not for each person.",
    ),
    word(
        "enter",
        "enter ${1:1 per 7d}",
        "How often one may enter: `once`, `always`, `n per D`.",
    ),
    word(
        "again",
        "again ${1:restart}",
        "What a starting event does while a run waits: `ignore` (the default) or `restart`.",
    ),
    word(
        "stop on",
        "stop on $0",
        "Ends the run at once, whatever it waits for.",
    ),
    word(
        "stop when",
        "stop when $0",
        "Ends the run as soon as this holds.",
    ),
    word(
        "priority",
        "priority ${1:10}",
        "Who goes first where a channel's limit leaves room for one.",
    ),
];

pub(crate) const STEPS: &[Word] = &[
    word(
        "send",
        "send ${1:content} via ${2:channel}",
        "Sends a content through a channel; `for` names the purpose, `within` drops what comes too late.",
    ),
    word("wait", "wait ${1:1h}", "Goes on after a length of time."),
    word(
        "wait until",
        "wait until $0",
        "Waits for an event (`, at most D`), a time of day, a weekday or an instant.",
    ),
    word(
        "if",
        "if ${1:condition} {\n  $0\n}",
        "Steps for those for whom the condition holds; `else { … }` for the others.",
    ),
    word(
        "emit",
        "emit ${1:Event} { $0 }",
        "Makes an event happen now.",
    ),
    word(
        "set",
        "set ${1:field} = $0",
        "Gives a field of the profile a new value; never a key, a zone or a consent.",
    ),
    word("stop", "stop", "Ends the run."),
];

pub(crate) const CONTENT: &[Word] = &[
    word(
        "variant",
        "variant ${1:name} when ${2:condition} {\n  $0\n}",
        "What those read for whom this holds, and none before it.",
    ),
    word(
        "otherwise",
        "otherwise {\n  $0\n}",
        "What everybody else reads. Required, and fills every slot without a default.",
    ),
    word(
        "skip when",
        "skip when ${1:condition} \"${2:reason}\"",
        "Gives the message up, and keeps the reason.",
    ),
];

pub(crate) const VARIANT: &[Word] = &[word(
    "locale",
    "locale ${1:de} {\n  $0\n}",
    "Replaces slots for a language; the profile's field of type `Locale` chooses.",
)];

pub(crate) const RECOMMEND: &[Word] = &[
    word("from", "from $0", "The catalog whose items are picked."),
    word(
        "where",
        "where $0",
        "Which items; a bare name is a field of the item.",
    ),
    word(
        "exclude",
        "exclude $0",
        "Items not to show: keys of events (`Purchase.items.sku in last 365d`), or a condition.",
    ),
    word(
        "rank by",
        "rank by ${1:field} desc",
        "What comes first; ties end with the key.",
    ),
    word("take", "take ${1:4}", "How many."),
    word(
        "otherwise",
        "otherwise $0",
        "What stands in where it is short: another recommendation, keys, or `skip \"reason\"`.",
    ),
];

pub(crate) const EXPERIMENT: &[Word] = &[
    word(
        "on",
        "on $0",
        "The triggers or contents whose people take part.",
    ),
    word(
        "arms",
        "arms { control 50%, ${1:treatment} 50% }",
        "The arms, with their shares; equal without.",
    ),
    word(
        "holdout",
        "holdout ${1:5%}",
        "A share of people for whom nothing is sent.",
    ),
    word(
        "goal",
        "goal ${1:Purchase} within ${2:7d}",
        "What is counted, and how long after the first message.",
    ),
    word(
        "layer",
        "layer ${1:name}",
        "Experiments of one layer exclude each other.",
    ),
    word(
        "salt",
        "salt \"$1\"",
        "Another text changes who is in which arm.",
    ),
    word(
        "hash",
        "hash ${1:sha256}",
        "How people are assigned, for those who come from another tool.",
    ),
];

pub(crate) const TEST: &[Word] = &[
    word("given", "given { $0 }", "The profile at the beginning."),
    word("at", "at ${1:2026-01-10T12:00Z}", "Sets the time."),
    word("event", "event ${1:Event} { $0 }", "Happens now."),
    word(
        "set",
        "set ${1:field} = $0",
        "Changes a field of the profile now.",
    ),
    word("wait", "wait ${1:1h}", "Moves the time on."),
    word(
        "arm",
        "arm ${1:experiment} = ${2:arm}",
        "Fixes the arm of an experiment.",
    ),
    word(
        "expect",
        "expect $0",
        "What must hold now: a condition, `sent c via ch`, `not sent c`, `dropped c because …`, `c is variant`.",
    ),
];

pub(crate) const SOURCE: &[Word] = &[
    word(
        "from",
        "from \"${1:data/file.csv}\"",
        "The file or files; the format is known by the name or said: `from csv \"x.txt\" delimiter \";\"`.",
    ),
    word("where", "where $0", "Which rows are used."),
    word(
        "group by",
        "group by column(\"$1\")",
        "One event for each group of rows.",
    ),
    word(
        "prefer",
        "prefer ${1:source} over ${2:other}",
        "Which source wins where both know a value.",
    ),
];

/// What an expression may begin with, where a condition is wanted.
pub(crate) const CONDITIONS: &[Word] = &[
    word(
        "did",
        "did $0",
        "Whether such events happened: `did Purchase in last 30d where total > 50 USD`.",
    ),
    word("did not", "did not $0", "Whether no such event happened."),
    word(
        "in",
        "in $0",
        "Whether the person is in a segment, or in a stage of a partition.",
    ),
    word("not", "not $0", "The opposite."),
    word(
        "not in",
        "not in $0",
        "Whether the person is not in a segment.",
    ),
    word(
        "any … in … where",
        "any ${1:item} in ${2:list} where $0",
        "Whether some element of a list, or some item of a catalog, satisfies the condition.",
    ),
    word(
        "all … in … where",
        "all ${1:item} in ${2:list} where $0",
        "Whether all elements satisfy the condition.",
    ),
];

/// What any expression may begin with.
pub(crate) const VALUES: &[Word] = &[
    word(
        "if … then … else",
        "if ${1:condition} then ${2:value} else $0",
        "One value or another.",
    ),
    word(
        "match",
        "match ${1:value} { ${2:pattern} => $3, otherwise => $0 }",
        "A value for each value of something; exhaustive.",
    ),
];

/// What follows an operand of any type.
pub(crate) const LOGIC: &[Word] = &[
    word("and", "and $0", "Both hold."),
    word("or", "or $0", "At least one holds."),
];

pub(crate) const EQUALITY: &[Word] = &[
    word(
        "==",
        "== $0",
        "The same value. With a missing operand it is false.",
    ),
    word("!=", "!= $0", "Another value."),
    word("in [ ]", "in [$0]", "One of these values."),
];
pub(crate) const ORDER: &[Word] = &[
    word("<", "< $0", "Less than."),
    word("<=", "<= $0", "At most."),
    word(">", "> $0", "More than."),
    word(">=", ">= $0", "At least."),
    word(
        "between",
        "between ${1:low} and ${2:high}",
        "From one value to another, both included.",
    ),
];
pub(crate) const TEXTS: &[Word] = &[
    word("contains", "contains \"$1\"", "The text has this inside."),
    word(
        "starts with",
        "starts with \"$1\"",
        "The text begins with this.",
    ),
    word("ends with", "ends with \"$1\"", "The text ends with this."),
    word(
        "matches",
        "matches r\"$1\"",
        "The regular expression matches; linear time, no back-references.",
    ),
    word("=~", "=~ \"$1\"", "The same text, whatever the case."),
];
pub(crate) const COLLECTIONS: &[Word] = &[
    word(
        "contains",
        "contains $0",
        "The value is one of the elements.",
    ),
    word(
        "contains any",
        "contains any [$0]",
        "At least one of these is an element.",
    ),
    word(
        "contains all",
        "contains all [$0]",
        "All of these are elements.",
    ),
];
pub(crate) const TIMES: &[Word] = &[
    word("in last", "in last ${1:30d}", "In the time up to now."),
    word("in next", "in next ${1:7d}", "In the time from now on."),
    word(
        "in this",
        "in this ${1:month}",
        "In the unit of the calendar that holds now, in the person's zone.",
    ),
    word(
        "from … ago to … ago",
        "from ${1:90d} ago to ${2:30d} ago",
        "Between two points before now.",
    ),
    word("before", "before $0", "Earlier than."),
    word("after", "after $0", "Later than."),
];
pub(crate) const LENGTHS: &[Word] = &[
    word("ago", "ago", "So long before now."),
    word("from now", "from now", "So long after now."),
];
pub(crate) const MISSING: &[Word] = &[
    word("is known", "is known", "There is a value."),
    word("is missing", "is missing", "There is no value."),
    word("??", "?? $0", "The value, or this one where it is missing."),
];
pub(crate) const NUMBERS: &[Word] = &[
    word("div", "div $0", "Whole division."),
    word("mod", "mod $0", "What remains of a whole division."),
];

/// What follows the events of a question.
pub(crate) const QUERIES: &[Word] = &[
    word(
        "in last",
        "in last ${1:30d}",
        "Events in the time up to now.",
    ),
    word(
        "in this",
        "in this ${1:month}",
        "Events in the unit of the calendar that holds now.",
    ),
    word("in latest", "in latest ${1:10}", "The last so many events."),
    word(
        "from … ago to … ago",
        "from ${1:90d} ago to ${2:30d} ago",
        "Events between two points before now.",
    ),
    word(
        "where",
        "where $0",
        "Which events: a bare name is a field of the event.",
    ),
    word("as", "as ${1:name}", "Gives the event a name."),
];
pub(crate) const DID: &[Word] = &[
    word(
        "at least … times",
        "at least ${1:3} times",
        "At least so often.",
    ),
    word(
        "at most … times",
        "at most ${1:3} times",
        "At most so often.",
    ),
    word(
        "exactly … times",
        "exactly ${1:3} times",
        "Exactly so often.",
    ),
    word(
        "in at least … of last …",
        "in at least ${1:3} of last ${2:4} calendar weeks",
        "Regular use: in how many of the whole units before this one.",
    ),
    word("per", "per $0", "For some one value of this field."),
    word("then", "then $0", "Followed by another event."),
    word(
        "then not",
        "then not $0",
        "Not followed by another event: `within 24h`, `for 24h`, or up to now.",
    ),
    word(
        "within",
        "within ${1:24h}",
        "So soon after the step before.",
    ),
];

/// Windows, after `in`.
pub(crate) const WINDOWS: &[Word] = &[
    word(
        "last",
        "last ${1:30d}",
        "The time up to now: `last 30d`, `last 6 months`, `last calendar month`.",
    ),
    word("next", "next ${1:7d}", "The time from now on."),
    word(
        "this",
        "this ${1:month}",
        "The unit of the calendar that holds now.",
    ),
];
pub(crate) const EVENT_WINDOWS: &[Word] = &[
    word(
        "last",
        "last ${1:30d}",
        "The time up to now: `last 30d`, `last 6 months`, `last calendar month`.",
    ),
    word(
        "this",
        "this ${1:month}",
        "The unit of the calendar that holds now.",
    ),
    word("latest", "latest ${1:10}", "The last so many events."),
    word(
        "at least … of last …",
        "at least ${1:3} of last ${2:4} calendar weeks",
        "In how many of the whole units before this one.",
    ),
];

/// Single words that clauses take, with what they do.
pub(crate) const SINGLE: &[Word] = &[
    word("via", "via $0", "The channel through which it is sent."),
    word("for", "for $0", "The purpose, or how long."),
    word("as", "as ${1:name}", "Gives it a name."),
    word(
        "within",
        "within ${1:12h}",
        "Dropped where it would come later than this.",
    ),
    word(
        "before",
        "before $0",
        "Dropped where it would come after this.",
    ),
    word("once", "once", "One may enter one time, ever."),
    word("always", "always", "One may enter each time."),
    word(
        "ignore",
        "ignore",
        "A starting event does nothing while a run waits.",
    ),
    word(
        "restart",
        "restart",
        "A starting event begins the run anew.",
    ),
    word(
        "enter",
        "enter $0",
        "The moment somebody becomes a member of a segment.",
    ),
    word(
        "leave",
        "leave $0",
        "The moment somebody is a member no longer.",
    ),
    word(
        "inactivity of",
        "inactivity of ${1:Event} for ${2:30d}",
        "The moment the last such event is so old.",
    ),
    word(
        "anniversary of",
        "anniversary of ${1:birthday} at ${2:09:00}",
        "Every year, local time.",
    ),
    word(
        "every",
        "every ${1:monday} at ${2:09:00}",
        "Again and again, local time.",
    ),
    word(
        "change of",
        "change of $0",
        "The moment a field or trait gets another value.",
    ),
    word(
        "including current",
        "including current",
        "Starts for those who are members already, too.",
    ),
    word("drop", "drop", "The message is given up."),
    word("defer", "defer", "The message waits for room."),
    word(
        "template",
        "template \"${1:emails/name.liquid}\"",
        "A Liquid file, checked against what the content sees.",
    ),
    word("nothing", "nothing", "No consent is needed."),
    word("sent", "sent $0", "The content was sent."),
    word(
        "dropped",
        "dropped $0",
        "The content was given up; `because` says why.",
    ),
    word(
        "skip",
        "skip \"${1:reason}\"",
        "Gives the message up, and keeps the reason.",
    ),
    word("reject", "reject", "The row is set aside."),
    word("clear", "clear $0", "The field becomes missing."),
    word("warn", "warn", "The row is used, and counted."),
    word("among", "among $0", "Ranked among the people of a segment."),
    word("at most", "at most ${1:24h}", "How long it is waited for."),
    word(
        ", at most",
        ", at most ${1:24h}",
        "How long it is waited for.",
    ),
    word(
        "until",
        "until $0",
        "An event, a time of day, a weekday or an instant.",
    ),
    word(
        "across",
        "across $0",
        "Other channels that are counted together with this one.",
    ),
    word(
        "of last",
        "of last ${1:4} calendar weeks",
        "Among so many whole units before this one.",
    ),
    word("event", "event", "Events of all kinds."),
    word(
        "latest",
        "latest $0",
        "Only the last such event is considered.",
    ),
];

/// What a word does, by its label; clauses of declarations are told apart by `list`.
pub(crate) fn says(list: &str, label: &str) -> Option<&'static str> {
    let (_, words) = LISTS.iter().find(|(name, _)| *name == list)?;
    let found = words.iter().find(|word| word.label == label)?;
    Some(found.says)
}

/// All lists, by the names that documentation is asked by.
pub(crate) const LISTS: &[(&str, &[Word])] = &[
    ("declaration", DECLARATIONS),
    ("table", TABLE),
    ("segment", SEGMENT),
    ("partition", PARTITION),
    ("purpose", PURPOSE),
    ("channel", CHANNEL),
    ("trigger", TRIGGER),
    ("step", STEPS),
    ("content", CONTENT),
    ("variant", VARIANT),
    ("recommend", RECOMMEND),
    ("experiment", EXPERIMENT),
    ("test", TEST),
    ("source", SOURCE),
    ("condition", CONDITIONS),
    ("value", VALUES),
    ("logic", LOGIC),
    ("equality", EQUALITY),
    ("order", ORDER),
    ("text", TEXTS),
    ("collection", COLLECTIONS),
    ("time", TIMES),
    ("length", LENGTHS),
    ("missing", MISSING),
    ("number", NUMBERS),
    ("query", QUERIES),
    ("did", DID),
    ("window", WINDOWS),
    ("event_window", EVENT_WINDOWS),
    ("word", SINGLE),
];
