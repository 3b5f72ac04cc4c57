//! Every tag and filter of the registry: what is supported gives what its example says, what is refused is refused with its reason;
//! and the documentation's table is made of the same. `UPDATE=1 cargo test -p persona-liquid table` rewrites the table.

#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::path::Path;

use persona_base::liquid;
use persona_liquid::{TagUse, Target, filters, tags};
use support::Small;

/// An example of each supported filter, and what it prints.
const FILTERS: &[(&str, &str, &str)] = &[
    ("abs", "{{ -3 | abs }}", "3"),
    ("append", "{{ \"a\" | append: \"b\" }}", "ab"),
    ("at_least", "{{ 3 | at_least: 5 }}", "5"),
    ("at_most", "{{ 3 | at_most: 2 }}", "2"),
    (
        "base64_decode",
        "{{ \"XyMvLg==\" | base64_decode | default: \"?\" }}",
        "_#/.",
    ),
    (
        "base64_encode",
        "{{ \"_#/.\" | base64_encode }}",
        "XyMvLg==",
    ),
    (
        "base64_url_safe_decode",
        "{{ \"Pz8_\" | base64_url_safe_decode | default: \"?\" }}",
        "???",
    ),
    (
        "base64_url_safe_encode",
        "{{ \"???\" | base64_url_safe_encode }}",
        "Pz8_",
    ),
    (
        "capitalize",
        "{{ \"hELLO you\" | capitalize }}",
        "Hello you",
    ),
    ("ceil", "{{ 1.2 | ceil }}", "2"),
    ("compact", "{{ gaps | compact | join }}", "x"),
    ("concat", "{{ tags | concat: tags | size }}", "8"),
    (
        "date",
        "{{ birthday | date: \"%-d %B %Y\" }}",
        "14 March 2016",
    ),
    ("default", "{{ nobody | default: \"friend\" }}", "friend"),
    ("divided_by", "{{ total | divided_by: 4 }}", "2.62 USD"),
    ("downcase", "{{ \"ÄB\" | downcase }}", "äb"),
    ("escape", "{{ \"<p>\" | escape }}", "&lt;p&gt;"),
    ("escape_once", "{{ \"&lt; <\" | escape_once }}", "&lt; &lt;"),
    (
        "find",
        "{% assign hat = items | find: \"name\", \"Hat\" %}{{ hat.note | default: \"-\" }}",
        "new",
    ),
    (
        "find_index",
        "{{ items | find_index: \"name\", \"hat\" | default: -1 }}",
        "2",
    ),
    ("first", "{{ numbers | first | default: 0 }}", "3"),
    ("floor", "{{ -1.2 | floor }}", "-2"),
    ("has", "{{ items | has: \"name\", \"coat\" }}", "false"),
    ("join", "{{ numbers | join: \", \" }}", "3, 1, 2"),
    ("last", "{{ tags | last | default: \"\" }}", "a"),
    ("lstrip", "[{{ \" a \" | lstrip }}]", "[a ]"),
    (
        "map",
        "{{ items | map: \"name\" | join: \", \" }}",
        "shoe, Hat, hat",
    ),
    ("minus", "{{ total | minus: \"0.50 USD\" }}", "10.00 USD"),
    ("modulo", "{{ 7 | modulo: 4 }}", "3"),
    ("money", "{{ total | money }}", "$10.50"),
    (
        "money_with_currency",
        "{{ total | money_with_currency }}",
        "$10.50 USD",
    ),
    (
        "money_without_currency",
        "{{ total | money_without_currency }}",
        "10.50",
    ),
    (
        "money_without_trailing_zeros",
        "{{ total | times: 2 | money_without_trailing_zeros }}",
        "$21",
    ),
    (
        "newline_to_br",
        "{{ \"a\nb\" | newline_to_br }}",
        "a<br />\nb",
    ),
    (
        "pluralize",
        "{{ count }} {{ count | pluralize: \"item\", \"items\" }}",
        "7 items",
    ),
    ("plus", "{{ 10.1 | plus: 2.2 }}", "12.3"),
    ("prepend", "{{ \"b\" | prepend: \"a\" }}", "ab"),
    (
        "reject",
        "{{ items | reject: \"count\", 1 | map: \"name\" | join }}",
        "shoe",
    ),
    ("remove", "{{ \"banana\" | remove: \"an\" }}", "ba"),
    (
        "remove_first",
        "{{ \"banana\" | remove_first: \"an\" }}",
        "bana",
    ),
    (
        "remove_last",
        "{{ \"banana\" | remove_last: \"an\" }}",
        "bana",
    ),
    (
        "replace",
        "{{ \"banana\" | replace: \"a\", \"o\" }}",
        "bonono",
    ),
    (
        "replace_first",
        "{{ \"banana\" | replace_first: \"a\", \"o\" }}",
        "bonana",
    ),
    (
        "replace_last",
        "{{ \"banana\" | replace_last: \"a\", \"o\" }}",
        "banano",
    ),
    ("reverse", "{{ numbers | reverse | join }}", "2 1 3"),
    ("round", "{{ 5.666 | round: 1 }} {{ 2.5 | round }}", "5.7 3"),
    ("rstrip", "[{{ \" a \" | rstrip }}]", "[ a]"),
    ("size", "{{ tags | size }} {{ \"äöü\" | size }}", "4 3"),
    ("slice", "{{ \"Liquid\" | slice: -3, 2 }}", "ui"),
    (
        "sort",
        "{{ items | sort: \"price\" | map: \"name\" | join }}",
        "Hat hat shoe",
    ),
    (
        "sort_natural",
        "{{ tags | sort_natural | join }}",
        "a a b B",
    ),
    (
        "split",
        "{{ \"a,b,,\" | split: \",\" | join: \"-\" }}",
        "a-b",
    ),
    ("strip", "[{{ \" a \" | strip }}]", "[a]"),
    (
        "strip_html",
        "{{ \"<p>a</p><script>b</script>\" | strip_html }}",
        "a",
    ),
    ("strip_newlines", "{{ \"a\nb\" | strip_newlines }}", "ab"),
    ("sum", "{{ items | sum: \"price\" }}", "89.98 USD"),
    ("times", "{{ total | times: 3 }}", "31.50 USD"),
    (
        "truncate",
        "{{ \"Ground control\" | truncate: 9 }}",
        "Ground...",
    ),
    (
        "truncatewords",
        "{{ \"one two three\" | truncatewords: 2, \"…\" }}",
        "one two…",
    ),
    ("uniq", "{{ tags | uniq | join }}", "b a B"),
    ("upcase", "{{ \"straße\" | upcase }}", "STRASSE"),
    ("url_decode", "{{ \"a+b%40c\" | url_decode }}", "a b@c"),
    ("url_encode", "{{ \"a b@c\" | url_encode }}", "a+b%40c"),
    (
        "where",
        "{{ items | where: \"count\", 1 | map: \"name\" | join }}",
        "Hat hat",
    ),
];

/// Those that are for slots of type `Html` only.
const HTML_FILTERS: &[(&str, &str, &str)] =
    &[("raw", "{{ \"<i>\" | raw }}{{ \"<i>\" }}", "<i>&lt;i&gt;")];

/// An example of each supported tag.
const TAGS: &[(&str, &str, &str)] = &[
    ("#", "a{% # nothing\n   # more %}b", "ab"),
    ("assign", "{% assign x = count | plus: 1 %}{{ x }}", "8"),
    (
        "break",
        "{% for n in numbers %}{% if n == 1 %}{% break %}{% endif %}{{ n }}{% endfor %}",
        "3",
    ),
    (
        "capture",
        "{% capture x %}{{ count }}!{% endcapture %}{{ x | append: \"?\" }}",
        "7!?",
    ),
    (
        "case",
        "{% case tier %}{% when \"gold\" %}Au{% else %}?{% endcase %}",
        "Au",
    ),
    (
        "comment",
        "a{% comment %}{% comment %}{{{% endcomment %}{% endcomment %}b",
        "ab",
    ),
    (
        "continue",
        "{% for n in numbers %}{% if n == 1 %}{% continue %}{% endif %}{{ n }}{% endfor %}",
        "32",
    ),
    (
        "cycle",
        "{% for n in numbers %}{% cycle \"odd\", \"even\" %} {% endfor %}",
        "odd even odd ",
    ),
    ("decrement", "{% decrement c %}{% decrement c %}", "-1-2"),
    ("doc", "a{% doc %}{{ nothing {% enddoc %}b", "ab"),
    ("echo", "{% echo count | plus: 1 %}", "8"),
    (
        "for",
        "{% for n in numbers limit: 2 %}{{ forloop.index }}:{{ n }} {% else %}none{% endfor %}",
        "1:3 2:1 ",
    ),
    (
        "if",
        "{% if somebody %}{{ somebody }}{% elsif count > 1 %}many{% else %}few{% endif %}",
        "Bob",
    ),
    (
        "ifchanged",
        "{% assign sorted = tags | sort %}{% for t in sorted %}{% ifchanged %}{{ t }}{% endifchanged %}{% endfor %}",
        "Bab",
    ),
    (
        "include",
        "{% assign x = 1 %}{% include \"whole\" %}",
        "[1]",
    ),
    ("increment", "{% increment c %}{% increment c %}", "01"),
    (
        "liquid",
        "{% liquid\n  assign x = count\n  if x > 3\n    echo x\n  endif\n%}",
        "7",
    ),
    ("raw", "{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    (
        "render",
        "{% render \"line\", x: count %}{% render \"line\" for numbers as x %}",
        "[7][3][1][2]",
    ),
    (
        "unless",
        "{% unless yes %}no{% else %}yes{% endunless %}",
        "yes",
    ),
];

const HTML_TAGS: &[(&str, &str, &str)] = &[(
    "tablerow",
    "{% tablerow n in numbers cols: 2 %}{{ n }}{% endtablerow %}",
    "<tr class=\"row1\">\n<td class=\"col1\">3</td><td class=\"col2\">1</td></tr>\n<tr class=\"row2\"><td class=\"col1\">2</td></tr>\n",
)];

fn small() -> Small {
    Small::new(&[("line", "[{{ x }}]"), ("whole", "[{{ x }}]")])
}

#[test]
fn each_example_prints_what_it_says() {
    let text = FILTERS
        .iter()
        .chain(TAGS)
        .map(|example| (Target::Text, example));
    let html = HTML_FILTERS
        .iter()
        .chain(HTML_TAGS)
        .map(|example| (Target::Html, example));
    for (target, (name, template, expected)) in text.chain(html) {
        let written = small().render(template, target);
        assert_eq!(
            written,
            Ok(Ok((*expected).to_owned())),
            "{name}: {template}"
        );
    }
}

#[test]
fn each_supported_tag_and_filter_has_an_example_and_each_refused_one_is_refused() {
    let has = |examples: [&[(&str, &str, &str)]; 2], name: &str| {
        examples.concat().iter().any(|(known, ..)| *known == name)
    };
    for filter in filters() {
        if filter.is_supported() {
            assert!(has([FILTERS, HTML_FILTERS], filter.name), "{}", filter.name);
            continue;
        }
        let found = small()
            .check(&format!("{{{{ name | {} }}}}", filter.name), Target::Html)
            .diagnostics;
        let codes: Vec<_> = found.iter().map(|found| found.code).collect();
        assert_eq!(codes, [liquid::UNKNOWN_FILTER], "{}", filter.name);
        assert_eq!(
            found[0].help.as_deref(),
            Some(filter.says),
            "{}",
            filter.name
        );
    }
    for (name, used) in tags() {
        let TagUse::Refused { why, instead } = used else {
            assert!(has([TAGS, HTML_TAGS], name), "{name}");
            continue;
        };
        let found = small()
            .check(&format!("{{% {name} %}}"), Target::Html)
            .diagnostics;
        let codes: Vec<_> = found.iter().map(|found| found.code).collect();
        assert_eq!(codes, [liquid::UNKNOWN_TAG], "{name}");
        assert_eq!(
            (found[0].primary.text.as_str(), found[0].help.as_deref()),
            (*why, Some(*instead)),
            "{name}"
        );
    }
}

#[test]
fn the_registry_is_sorted_and_names_nothing_twice() {
    assert!(filters().windows(2).all(|pair| pair[0].name < pair[1].name));
    assert!(tags().windows(2).all(|pair| pair[0].0 < pair[1].0));
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('\n', "⏎").replace('|', "\\|")
}

fn example_of(examples: [&[(&'static str, &'static str, &'static str)]; 2], name: &str) -> String {
    let found = examples.concat();
    let (_, template, expected) = found
        .iter()
        .find(|(known, ..)| *known == name)
        .expect("each has one");
    format!("`{}` → `{}`", cell(template), cell(expected))
}

fn tables() -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "## Tags\n\n| tag | how it is written | what it does | example |\n|---|---|---|---|"
    );
    for (name, used) in tags() {
        let TagUse::Supported { form, says } = used else {
            continue;
        };
        let _ = writeln!(
            text,
            "| `{name}` | `{}` | {} | {} |",
            cell(form),
            cell(says),
            example_of([TAGS, HTML_TAGS], name)
        );
    }
    let _ = writeln!(
        text,
        "\n### Refused tags\n\n| tag | why | what to do instead |\n|---|---|---|"
    );
    for (name, used) in tags() {
        if let TagUse::Refused { why, instead } = used {
            let _ = writeln!(text, "| `{name}` | {} | {} |", cell(why), cell(instead));
        }
    }
    let _ = writeln!(
        text,
        "\n## Filters\n\n| filter | works on | gives | what it does | example |\n|---|---|---|---|---|"
    );
    for filter in filters().iter().filter(|filter| filter.is_supported()) {
        let example = example_of([FILTERS, HTML_FILTERS], filter.name);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {example} |",
            filter.name,
            filter.takes,
            filter.gives,
            cell(filter.says)
        );
    }
    let _ = writeln!(
        text,
        "\n### Refused filters\n\n| filter | why, and what to do instead |\n|---|---|"
    );
    for filter in filters().iter().filter(|filter| !filter.is_supported()) {
        let _ = writeln!(text, "| `{}` | {} |", filter.name, cell(filter.says));
    }
    text
}

#[test]
fn the_documentation_has_this_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/liquid.md");
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let (start, _) = page
        .split_once("## Tags\n")
        .expect("the page has the tables at its end");
    let fresh = format!("{start}{}", tables());
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, fresh).expect("the page is writable");
        return;
    }
    assert!(
        page == fresh,
        "the tables of docs/liquid.md are out of date: UPDATE=1 cargo test -p persona-liquid table"
    );
}
