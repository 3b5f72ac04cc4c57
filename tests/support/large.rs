//! The package that is measured: nothing in it is believable, only large; the same bytes every time. Shared by programs that
//! measure, in this crate and in others. Knows nothing of what is measured.

use std::fmt::Write as _;

/// The files of the package, unless all is in one.
const FILES: usize = 100;
/// The declarations of each.
const DECLARATIONS: usize = 100;

/// Its `persona.toml`.
pub(crate) const CONFIG: &str =
    "[package]\nname = \"large\"\nversion = \"0.1.0\"\nlanguage = \"1\"\n";

/// 10,000 declarations in a hundred files, or all in one: paths and texts.
pub(crate) fn files(in_one: bool) -> Vec<(String, String)> {
    let parts: Vec<String> = (0..FILES).map(part).collect();
    let texts = if in_one { vec![parts.concat()] } else { parts };
    let named = texts.into_iter().enumerate();
    let named = named.map(|(number, text)| (format!("rules_{number:03}.persona"), text));
    named.collect()
}

/// A hundred declarations; the first ones are the schema and the segment that a quarter of all others name.
fn part(number: usize) -> String {
    let mut text = String::new();
    let mut left = DECLARATIONS;
    if number == 0 {
        left -= schema(&mut text);
    }
    for index in 0..left {
        declaration(&mut text, number, index);
    }
    text
}

fn schema(text: &mut String) -> usize {
    text.push_str("enum Country { US, CA, GB, DE, FR, other }\n");
    text.push_str("profile Customer {\n  id: String @key\n  country: Country = other\n");
    text.push_str("  city: String?\n  signed_up_at: Timestamp\n  spend: Money<USD>\n");
    for field in 0..30 {
        writeln!(text, "  score_{field}: Int").expect("text grows");
    }
    text.push_str("}\nsegment everyone {\n  when spend > 5 USD\n}\n");
    for event in 0..20 {
        let fields = "sku: String, total: Money<USD>, seconds: Int?";
        writeln!(text, "event Event{event} {{ {fields} }}").expect("text grows");
    }
    23
}

/// One of four kinds, which refer to the file's own and to the one before.
fn declaration(text: &mut String, file: usize, index: usize) {
    let (score, event) = ((file + index) % 30, (file * 7 + index) % 20);
    let limit = index * 3 + file;
    let name = |kind: &str, index: usize| format!("{kind}_{file}_{index}");
    let done = match index % 4 {
        0 => writeln!(
            text,
            "/// A trait.\ntrait {}: Int = score_{score} * 2 + count(Event{event} in last 30d)\n",
            name("trait", index)
        ),
        1 => writeln!(
            text,
            "segment {} \"Number {index}\" {{\n  when {} > {limit}\n    and in everyone\n    and did Event{event} in last 90d where total > {limit} USD\n}}\n",
            name("segment", index),
            name("trait", index - 1),
        ),
        2 => writeln!(
            text,
            "segment {} {{\n  when in {} and country in [US, CA]\n    and (city is missing or not city starts with \"x{limit}\")\n    and spend between {limit} USD and {} USD\n}}\n",
            name("segment", index),
            name("segment", index - 1),
            limit + 1000,
        ),
        _ => writeln!(
            text,
            "partition {} {{\n  fresh when signed_up_at in last 14d\n  busy when in {}\n  rich when spend > {limit} USD\n  otherwise rest\n}}\n",
            name("partition", index),
            name("segment", index - 1),
        ),
    };
    done.expect("text grows");
}
