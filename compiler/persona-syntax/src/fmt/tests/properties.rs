//! What must hold whatever is formatted: the same trees, the same comments, nothing more to do afterwards, and not a
//! byte of what is broken.

use std::path::{Path, PathBuf};
use std::time::Instant;

use persona_base::Span;

use crate::ast::Decl;
use crate::fmt::check::shape;
use crate::fmt::token::Tokens;
use crate::fmt::{Formatted, declaration};
use crate::{format, format_range, parse_decl, split};

/// Files, formatted ones first.
const FILES: &[(&str, &str)] = &[
    ("language", include_str!("language.persona")),
    ("campaign", include_str!("campaign.persona")),
    ("cases", include_str!("cases.md")),
    ("shop", include_str!("../../tests/corpus/shop.persona")),
    (
        "missing",
        include_str!("../../tests/corpus/missing.persona"),
    ),
    (
        "history",
        include_str!("../../tests/corpus/history.persona"),
    ),
    ("texts", include_str!("../../tests/corpus/texts.persona")),
    ("docs", include_str!("../../tests/corpus/docs.persona")),
    (
        "sources",
        include_str!("../../tests/corpus/sources.persona"),
    ),
    (
        "arithmetic",
        include_str!("../../tests/corpus/arithmetic.persona"),
    ),
    ("words", include_str!("../../tests/corpus/words.persona")),
    ("ugly", include_str!("../../tests/corpus/ugly.persona")),
    (
        "oneline",
        include_str!("../../tests/corpus/oneline.persona"),
    ),
    ("broken", include_str!("../../tests/corpus/broken.persona")),
];

/// The blocks of programs in a page; a program is its own only block.
fn programs<'t>(name: &str, text: &'t str) -> Vec<&'t str> {
    if !text.starts_with("# ") {
        return vec![text];
    }
    let blocks = text.split("```persona").skip(1).filter_map(|block| {
        let (_, body) = block.split_once('\n')?;
        body.split("\n```").next()
    });
    let blocks: Vec<&str> = blocks.collect();
    assert!(
        !blocks.is_empty() || !name.contains("cases"),
        "{name} has no programs"
    );
    blocks
}

/// All programs of the files above.
fn corpus() -> Vec<&'static str> {
    FILES
        .iter()
        .flat_map(|(name, text)| programs(name, text))
        .collect()
}

/// The shapes and comments of a declaration that can be read.
fn readable(text: &str) -> Option<(String, Vec<String>)> {
    let parse = parse_decl(text);
    if !parse.errors.is_empty() {
        return None;
    }
    Some((shape(&parse.tree), comments(text, &parse.tree)?))
}

fn comments(text: &str, tree: &Decl) -> Option<Vec<String>> {
    let tokens = Tokens::of(text, tree)?;
    Some(tokens.comments().map(str::to_owned).collect())
}

/// Formats a file and checks all that must hold.
#[track_caller]
fn checked(text: &str) -> Formatted {
    let done = format(text);
    let (before, after) = (split(text), split(&done.text));
    assert_eq!(
        before.decls.len(),
        after.decls.len(),
        "other declarations:\n{text}\n=>\n{}",
        done.text
    );
    for (old, new) in before.decls.iter().zip(&after.decls) {
        let (old, new) = (old.span.of(text), new.span.of(&done.text));
        match readable(old) {
            None => assert_eq!(old, new, "what is broken is as it was"),
            Some(read) => assert_eq!(Some(read), readable(new), "{old}\n=>\n{new}"),
        }
    }
    let between = |split: &crate::Split| split.errors.len();
    assert_eq!(
        between(&before),
        between(&after),
        "{text}\n=>\n{}",
        done.text
    );
    for refused in done.refused.iter().filter(|refused| refused.broken) {
        assert!(
            done.text.contains(refused.span.of(text)),
            "{text}\n=>\n{}",
            done.text
        );
    }
    let again = format(&done.text);
    assert_eq!(
        again.text, done.text,
        "formatting again changes more of:\n{text}"
    );
    done
}

/// The same, for what only the text itself may keep from being formatted.
#[track_caller]
fn expressed(text: &str) -> Formatted {
    let done = checked(text);
    for refused in &done.refused {
        assert!(refused.broken, "{refused:?}\n{}", refused.span.of(text));
    }
    done
}

#[test]
fn the_program_of_the_language_is_formatted() {
    let text = include_str!("language.persona");
    assert_eq!(expressed(text).text, text);
    assert_eq!(format(text).refused, []);
}

#[test]
fn a_program_with_every_clause_is_formatted() {
    let text = include_str!("campaign.persona");
    let done = expressed(text);
    assert_eq!(done.refused, []);
    assert_eq!(done.text, text);
}

#[test]
fn every_file_keeps_its_meaning() {
    corpus().into_iter().for_each(|text| {
        expressed(text);
    });
}

#[test]
fn line_ends_of_other_systems_change_nothing_else() {
    for text in corpus() {
        let done = format(&text.replace('\n', "\r\n"));
        if done.refused.is_empty() {
            assert_eq!(done.text, format(text).text);
        }
    }
}

/// The repository's files below a folder, with these endings.
fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut folders = vec![
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(folder),
    ];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == ending) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_program_of_the_suite_keeps_its_meaning() {
    let pages = files("tests/suite", "md");
    let mut count = 0;
    for (path, text) in &pages {
        for program in programs(&path.to_string_lossy(), text) {
            expressed(program);
            count += 1;
        }
    }
    assert!(count > 300, "only {count} programs");
}

#[test]
fn the_examples_are_formatted() {
    let mut programs = files("examples", "persona");
    assert!(programs.len() > 3);
    programs.extend(files("compiler/persona-cli/templates", "persona"));
    for (path, text) in programs {
        let done = expressed(&text);
        assert_eq!(done.refused, [], "{}", path.display());
        assert!(
            done.text == text,
            "{} is not formatted: call `persona fmt` on its package",
            path.display()
        );
    }
}

/// A small generator of pseudo-random numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// What may stand between two tokens; how wild it gets depends on `wild`.
fn between(random: &mut Random, wild: usize) -> &'static str {
    const TAME: &[&str] = &[" ", "  ", "\t", "\n", "\n\n", "\n\n\n", "\n \t", " \r\n "];
    const WILD: &[&str] = &[
        " // c\n",
        "\n// own\n",
        "\n\n// apart\n\n",
        "// tight\n",
        " // a\n// b\n",
        "\n/// doc\n",
        "\n  // with { brackets (\n\n",
        " /// trailing\n",
        " // \"quote\n",
    ];
    if random.below(100) < wild {
        WILD[random.below(WILD.len())]
    } else {
        TAME[random.below(TAME.len())]
    }
}

/// The tokens of a declaration in another layout.
fn shuffled(text: &str, tokens: &Tokens<'_>, random: &mut Random) -> String {
    let (often, wild) = (random.below(100), [0, 0, 5, 30][random.below(4)]);
    let mut out = String::new();
    for (at, token) in tokens.list.iter().enumerate() {
        let touches = at > 0 && tokens.list[at - 1].end == token.start;
        if at > 0 && random.below(100) < often && (!touches || random.below(10) == 0) {
            out.push_str(between(random, wild));
        } else if at > 0 {
            let gap = &text[tokens.list[at - 1].end..token.start];
            out.push_str(gap);
        }
        out.push_str(&text[token.start..token.end]);
    }
    out
}

#[test]
fn any_layout_of_a_declaration_is_formatted() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut same, mut refused, mut tried) = (0, 0, 0);
    for text in corpus() {
        for decl in split(text).decls {
            let text = decl.span.of(text);
            let parse = parse_decl(text);
            let Some(tokens) = Tokens::of(text, &parse.tree).filter(|_| parse.errors.is_empty())
            else {
                continue;
            };
            for _ in 0..6 {
                let other = shuffled(text, &tokens, &mut random);
                tried += 1;
                // Where white space has a meaning, the other layout is another declaration.
                let Some(read) = readable(&other) else {
                    continue;
                };
                same += 1;
                let Ok(printed) = declaration(&other) else {
                    refused += 1;
                    continue;
                };
                assert_eq!(
                    Some(&read),
                    readable(&printed).as_ref(),
                    "{other}\n=>\n{printed}"
                );
                let again = declaration(&printed).map_err(|refusal| refusal.reason);
                assert_eq!(again.as_ref(), Ok(&printed), "{other}");
                assert!(
                    !printed.contains(" \n"),
                    "blanks at a line's end:\n{printed}"
                );
            }
        }
    }
    assert!(
        same * 10 > tried * 6,
        "only {same} of {tried} layouts were read"
    );
    // Where a line's end changes what the parser sees without an error, the printed form is another tree.
    assert!(
        refused * 100 < same,
        "{refused} of {same} layouts were refused"
    );
}

#[test]
fn every_prefix_is_formatted_where_it_can_be() {
    for text in corpus() {
        let decls = split(text).decls;
        for pair in decls.windows(2) {
            let start = pair[0].span.start as usize;
            let (from, to) = (pair[1].span.start as usize, pair[1].span.end as usize);
            // In files of many declarations, a few cuts of each.
            let step = 1 + (to - from) * decls.len() / 60;
            for cut in (from..to)
                .step_by(step)
                .filter(|cut| text.is_char_boundary(*cut))
            {
                checked(&text[start..cut]);
            }
        }
    }
}

#[test]
fn changed_bytes_are_formatted_where_they_can_be() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for text in corpus() {
        let decls = split(text).decls;
        for _ in 0..10 {
            let Some(decl) = decls.get(random.below(decls.len().max(1))) else {
                continue;
            };
            let mut bytes = decl.span.of(text).as_bytes().to_vec();
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[at] = (random.below(127) + 1) as u8,
                1 => bytes.insert(at, b"\"{}()[]'\\/=\n,\r"[random.below(14)]),
                _ => {
                    bytes.remove(at);
                }
            }
            let changed = String::from_utf8_lossy(&bytes);
            checked(&format!(
                "enum   A {{ x }}\n{changed}\nsegment   z {{ when   y }}\n"
            ));
        }
    }
}

#[test]
fn a_range_touches_no_other_declaration() {
    let text = "segment  a { when   x }\n\n\n\nsegment  b { when   y }\nsegment  c { when   z }\n";
    let at = text.find("when   y").unwrap() as u32;
    let done = format_range(text, Span::at(at));
    assert_eq!(
        done.text,
        text.replace("segment  b { when   y }", "segment b { when y }")
    );
    assert_eq!(format_range(text, Span::at(25)).text, text);
    let all = format_range(text, Span::new(0, text.len() as u32)).text;
    assert_eq!(
        all,
        text.replace("  b", " b")
            .replace("  a", " a")
            .replace("  c", " c")
            .replace("   ", " ")
    );
}

#[test]
fn a_range_with_something_broken_names_it() {
    let text = "segment  a { when   x > }\nsegment  b { when   y }\n";
    assert_eq!(format_range(text, Span::at(40)).refused, []);
    let done = format_range(text, Span::at(3));
    assert_eq!((done.text.as_str(), done.refused.len()), (text, 1));
}

#[test]
fn nothing_and_almost_nothing_are_formatted() {
    for (text, formatted) in [
        ("", ""),
        ("\n\n \t\n", ""),
        ("// a", "// a\n"),
        ("\n\n// a  \n\n\n\n// b\n\n\n", "// a\n\n// b\n"),
        ("\u{feff}enum A { x }", "enum A { x }\n"),
        ("enum A { x } // a\n// b\n", "enum A { x } // a\n// b\n"),
        ("enum A { x } enum B { y }", "enum A { x }\nenum B { y }\n"),
        (
            "  enum A { x }\n// a\n\n\nenum B { y }",
            "enum A { x }\n// a\n\nenum B { y }\n",
        ),
    ] {
        assert_eq!(format(text).text, formatted, "{text:?}");
    }
}

#[test]
fn deep_nesting_is_formatted() {
    let nested = |open: &str, close: &str, depth: usize| {
        let text = format!(
            "trait t: Int = {}x{}",
            open.repeat(depth),
            close.repeat(depth)
        );
        checked(&text)
    };
    for depth in [20, 60, 120, 200, 5_000] {
        nested("(", ")", depth);
        nested("[", "]", depth);
        nested("f(", ")", depth);
        nested("{ a: ", " }", depth);
        nested("if x then ", " else y", depth);
        nested("{\na:\n", "\n}", depth.min(60));
        nested("\"{", "}\"", depth);
        nested("- - ", "", depth);
        nested("not (x and ", ")", depth);
    }
}

#[test]
fn time_grows_with_the_length() {
    let chain = |n: usize| format!("segment a {{ when {} }}", vec!["x > 1"; n].join(" and "));
    let list = |n: usize| format!("const A: List<Int> = [{}]", vec!["1"; n].join(", "));
    let many = |n: usize| "segment  a { when did Purchase  in last 30d and x > 3 }\n".repeat(n);
    let comments = |n: usize| format!("enum A {{\n{}}}", "  // a\n  x\n".repeat(n));
    let makers: [&dyn Fn(usize) -> String; 4] = [&chain, &list, &many, &comments];
    for make in makers {
        let time = |n: usize| {
            let text = make(n);
            let start = Instant::now();
            let done = format(&text);
            assert_eq!(done.refused, []);
            start.elapsed().as_secs_f64()
        };
        time(100);
        let (short, long) = (time(400), time(3_200));
        assert!(
            long < 40.0 * short + 0.1,
            "{long} s for eight times what takes {short} s: {}",
            &make(2)
        );
    }
}
