//! What each table, setting and level of `persona.toml` means.

/// A setting of `[package]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    name: &'static str,
    /// A value that is right.
    pub(super) example: &'static str,
    /// What it does.
    pub(super) says: &'static str,
    /// Values that are often wanted, with what they mean.
    pub(super) values: &'static [(&'static str, &'static str)],
}

const SETTINGS: [Setting; 7] = [
    Setting {
        name: "name",
        example: "shop",
        says: "The package's name: what others write before the dot. It begins with a letter and has letters, digits, `_` and `-`.",
        values: &[],
    },
    Setting {
        name: "version",
        example: "0.1.0",
        says: "The package's version: three numbers.",
        values: &[
            ("0.1.0", "the first"),
            ("1.0.0", "the first that others rely on"),
        ],
    },
    Setting {
        name: "language",
        example: "1",
        says: "The edition of the language that the rules are written in.",
        values: &[("1", "the present edition")],
    },
    Setting {
        name: "timezone",
        example: "Europe/Berlin",
        says: "The time zone of people whose profile names none, of days and calendar windows, and of data without a zone. `UTC` where nothing is said.",
        values: &[],
    },
    Setting {
        name: "week_starts",
        example: "monday",
        says: "The day on which weeks start, for `this week` and `last calendar week`. Monday where nothing is said.",
        values: &[],
    },
    Setting {
        name: "lateness",
        example: "10m",
        says: "How late events may come and still count as if they had come in time. Ten minutes where nothing is said.",
        values: &[("10m", "ten minutes"), ("1h", "an hour"), ("1d", "a day")],
    },
    Setting {
        name: "holdout",
        example: "5%",
        says: "A share of all people to whom nothing is sent, to compare the others with. None where nothing is said.",
        values: &[
            ("5%", "one of twenty people"),
            ("10%", "one of ten people"),
            ("0%", "nobody"),
        ],
    },
];

pub(super) fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

pub(super) fn table(name: &str) -> Option<&'static str> {
    Some(match name {
        "package" => "What the package is called, and what holds for all of its rules.",
        "dependencies" => {
            "Other packages that the rules may `use`, each with its folder: `common = { path = \"../common\" }`."
        }
        "levels" => {
            "How each lint is treated, by its name: `unused_segment = \"allow\"`. A level here holds in the whole package; `@allow(lint)` holds for one declaration."
        }
        _ => return None,
    })
}

pub(super) fn level(level: &str) -> &'static str {
    match level {
        "allow" => "nothing is said",
        "warn" => "it is said, and the package is valid all the same",
        _ => "it is an error: the package is not valid",
    }
}
