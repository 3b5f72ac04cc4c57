//! Any text is read without a panic, and whatever is accepted is rendered within its bounds.

mod support;

use std::time::{Duration, Instant};

use persona_base::liquid;
use persona_liquid::{MAX_OUTPUT, RenderError, Target, Template};
use proptest::prelude::*;
use support::Small;

/// Pieces of templates, whole and broken.
const PIECES: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "{{-",
    "-}}",
    "{%-",
    "-%}",
    " ",
    "\n",
    "a",
    "é",
    "'",
    "\"",
    "|",
    ":",
    ",",
    ".",
    "..",
    "(",
    ")",
    "[",
    "]",
    "=",
    "==",
    "!=",
    "<",
    "#",
    "if ",
    "elsif ",
    "else",
    "endif",
    "unless ",
    "endunless",
    "case ",
    "when ",
    "endcase",
    "for ",
    "endfor",
    "in ",
    "tablerow ",
    "endtablerow",
    "assign x = ",
    "capture x",
    "endcapture",
    "cycle ",
    "increment ",
    "render ",
    "include ",
    "liquid\n",
    "raw",
    "endraw",
    "comment",
    "endcomment",
    "doc",
    "enddoc",
    "ifchanged",
    "endifchanged",
    "echo ",
    "break",
    "continue",
    "reversed",
    "limit: ",
    "offset: continue",
    "count",
    "name",
    "nobody",
    "numbers",
    "items",
    "total",
    "tier",
    "birthday",
    "forloop.index",
    "x",
    "1",
    "-2",
    "0.5",
    "99999999999999999999",
    "'a'",
    "\"part\"",
    "blank",
    "empty",
    "nil",
    "true",
    "and ",
    "or ",
    "contains ",
    "| append: name",
    "| default: 1",
    "| plus: count",
    "| map: 'name'",
    "| join",
    "| date: '%Y'",
    "| money",
    "| split: ''",
    "| sort",
    "| truncate: 3",
    "{% for n in numbers %}",
    "{% if count > 1 %}",
    "{% endfor %}",
    "{% endif %}",
    "{{ name }}",
    "{% render 'part', x: name %}",
    "{% assign x = name %}",
];

fn text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..60)
        .prop_map(|pieces| pieces.concat());
    prop_oneof![4 => pieces, 1 => any::<String>(), 1 => "\\PC{0,80}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_checked_and_rendered_without_a_panic(text in text(), html in any::<bool>()) {
        let target = if html { Target::Html } else { Target::Text };
        let mut small = Small::new(&[("part", "<{{ x }}>{% increment c %}")]);
        let outcome = small.check(&text, target);
        for found in &outcome.diagnostics {
            let span = found.primary.span;
            let file = if found.primary.file.0 == 0 { text.as_str() } else { "<{{ x }}>{% increment c %}" };
            prop_assert!(span.start <= span.end && file.get(span.start as usize..span.end as usize).is_some(), "{found:?}");
        }
        if let Ok(Ok(written)) = small.render(&text, target) {
            prop_assert!(written.len() <= MAX_OUTPUT);
        }
    }
}

#[test]
fn every_prefix_of_a_template_is_read() {
    let text = "{% for item in items limit: 2 %}{{ item.name | upcase }}{% if item.note %}é{{ item.note }}{% endif %}{% else %}-{% endfor %}{% raw %}{{{% endraw %}{% case tier %}{% when 'gold' %}{% endcase %}";
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        Small::new(&[]).check(&text[..end], Target::Html);
        Small::new(&[]).check(&text[end..], Target::Text);
    }
}

/// What a template that never ends, or grows, comes to.
fn bounded(template: &str) -> Result<usize, RenderError> {
    let start = Instant::now();
    let written = Small::new(&[])
        .render(template, Target::Text)
        .unwrap_or_else(|wrong| unreachable!("{template}: {wrong}"));
    assert!(start.elapsed() < Duration::from_secs(60), "{template}");
    written.map(|written| written.len())
}

#[test]
fn rendering_is_bounded() {
    let many = "{% for a in (1..100000) %}{% for b in (1..100000) %}{% for c in (1..100000) %}x{% endfor %}{% endfor %}{% endfor %}";
    assert!(matches!(bounded(many), Err(RenderError::TooLong(_))));
    let silent = many.replace('x', "{% if count == 0 %}x{% endif %}");
    assert!(matches!(bounded(&silent), Err(RenderError::TooMuch(_))));
    let doubled = "{% assign s = name %}{% for a in (1..64) %}{% assign s = s | append: s %}{% endfor %}{{ s }}";
    assert!(matches!(bounded(doubled), Err(RenderError::TooLong(_))));
    let replaced = "{% assign s = name %}{% for a in (1..64) %}{% assign s = s | replace: '', s %}{% endfor %}{{ s }}";
    assert!(matches!(bounded(replaced), Err(RenderError::TooLong(_))));
    let listed = "{% assign l = tags %}{% for a in (1..64) %}{% assign l = l | concat: l %}{% endfor %}{{ l | size }}";
    assert!(matches!(bounded(listed), Err(RenderError::TooLong(_))));
    let ranged = "{{ (1..9223372036854775807) | size }}";
    assert!(matches!(bounded(ranged), Err(RenderError::TooLong(_))));
    let wide = "{% for i in (-9223372036854775807..9223372036854775807) %}{% break %}{% endfor %}";
    assert_eq!(bounded(wide), Ok(0));
}

#[test]
fn depth_and_size_have_errors_of_their_own() {
    let codes = |text: &str| {
        let found = Small::new(&[]).check(text, Target::Text).diagnostics;
        found
            .into_iter()
            .map(|found| found.code)
            .collect::<Vec<_>>()
    };
    let nested = |n: usize| format!("{}{}", "{% if yes %}".repeat(n), "{% endif %}".repeat(n));
    assert!(codes(&nested(60)).is_empty());
    assert!(codes(&nested(5_000)).contains(&liquid::TOO_LARGE));
    assert!(
        codes(&format!(
            "{{{{ {}1{} }}}}",
            "tags[".repeat(40),
            "]".repeat(40)
        ))
        .contains(&liquid::TOO_LARGE)
    );
    assert!(
        codes(&format!("{{{{ name {} }}}}", "| upcase ".repeat(100))).contains(&liquid::TOO_LARGE)
    );
    assert!(
        codes(&format!(
            "{{% if {} yes %}}{{% endif %}}",
            "yes and ".repeat(1_000)
        ))
        .contains(&liquid::TOO_LARGE)
    );
    assert!(codes(&"x".repeat(2 << 20)).contains(&liquid::TOO_LARGE));
    let assigned: String = (0..2_000)
        .map(|n| format!("{{% assign v{n} = 1 %}}"))
        .collect();
    assert!(codes(&assigned).contains(&liquid::TOO_LARGE));
    let broken = "{{ ".repeat(100_000);
    assert!(codes(&broken).len() <= 100);
}

#[test]
fn partials_that_multiply_are_refused() {
    let names: Vec<(&'static str, String)> = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"]
        .windows(2)
        .map(|pair| (pair[0], format!("{{% render '{}' %}}", pair[1]).repeat(20)))
        .collect();
    let mut partials: Vec<(&'static str, &str)> = names
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    partials.push(("p8", "x"));
    let found = Small::new(&partials).check("{% render 'p0' %}", Target::Text);
    assert!(found.template.is_none());
    assert!(
        found
            .diagnostics
            .iter()
            .any(|found| found.code == liquid::TOO_LARGE)
    );
}

#[test]
fn a_template_reads_the_same_twice() {
    let text = "{% for i in numbers %}{% cycle 'a', 'b' %}{% ifchanged %}{{ i }}{% endifchanged %}{% endfor %}";
    assert_eq!(
        Template::parse(persona_base::FileId(0), text),
        Template::parse(persona_base::FileId(0), text)
    );
    let mut small = Small::new(&[]);
    assert_eq!(
        small.render(text, Target::Text),
        small.render(text, Target::Text)
    );
}

#[test]
fn large_and_nasty_templates_are_checked_in_bounded_time() {
    let fill = |piece: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        let mut n = 0;
        while text.len() < 300_000 {
            text.push_str(&piece(n));
            n += 1;
        }
        text
    };
    let assigned: String = (0..120)
        .map(|n| format!("{{% assign v{n} = nobody %}}"))
        .collect();
    let branches = fill(&|n| format!("{{% elsif tags[{n}] == nil %}}x"));
    let nasty = [
        format!("{assigned}{{% if yes %}}{branches}{{% endif %}}"),
        format!(
            "{assigned}{}",
            fill(&|_| "{% if yes %}{% assign v1 = nobody %}{% endif %}".to_owned())
        ),
        format!(
            "{{% for n in numbers %}}{}{{% endfor %}}",
            fill(&|_| "{% if yes %}{% break %}{% endif %}".to_owned())
        ),
        fill(&|n| format!("{{{{ unknown{n} }}}}")),
        fill(&|_| "{{".to_owned()),
        fill(&|_| "{{ '".to_owned()),
        fill(&|_| "{% comment %}".to_owned()),
        fill(&|_| "{% raw %}".to_owned()),
        fill(&|_| "{% if yes %}{% for n in numbers %}".to_owned()),
        fill(&|_| "{% endif %}".to_owned()),
        fill(&|_| "'\"".to_owned()),
        fill(&|n| format!("{{% cycle 'a{n}' %}}{{% increment c{n} %}}")),
        format!("{{{{ name {} }}}}", "[".repeat(60_000)),
        format!("{{{{ {} }}}}", "name | ".repeat(9_000)),
        format!("{{% if {} %}}{{% endif %}}", "yes or ".repeat(9_000)),
    ];
    for text in nasty {
        let start = Instant::now();
        Small::new(&[]).check(&text, Target::Html);
        let took = start.elapsed();
        println!("{took:?} {}", text.chars().take(60).collect::<String>());
        assert!(took < Duration::from_secs(60), "{took:?}");
    }
}
