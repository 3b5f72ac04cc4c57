//! The format by example: `cases.md`.

use crate::format;

const CASES: &str = include_str!("cases.md");

/// A heading with its blocks.
struct Case<'t> {
    title: &'t str,
    blocks: Vec<&'t str>,
}

fn cases() -> Vec<Case<'static>> {
    let case = |text: &'static str| Case {
        title: text.lines().next().unwrap_or_default(),
        blocks: text
            .split("```persona\n")
            .skip(1)
            .map(|block| block.split("```\n").next().unwrap_or_default())
            .collect(),
    };
    CASES.split("\n## ").skip(1).map(case).collect()
}

#[test]
fn each_example_is_formatted_as_it_says() {
    let mut wrong = String::new();
    for case in cases() {
        let (before, after) = match case.blocks[..] {
            [same] => (same, same),
            [before, after] => (before, after),
            _ => panic!("{}: one block or two", case.title),
        };
        for text in [before, after] {
            let formatted = format(text).text;
            if formatted != after {
                let (title, refused) = (case.title, format(text).refused);
                wrong.push_str(&format!("## {title}\n{formatted}\n{refused:?}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn only_what_is_broken_is_refused() {
    for case in cases() {
        for block in case.blocks {
            let refused = format(block).refused;
            assert!(
                refused.iter().all(|refused| refused.broken),
                "{}: {refused:?}",
                case.title
            );
        }
    }
}
