//! Reads the chapters of the corpus; knows nothing of persona.

/// A chapter: right programs with their mistakes.
#[derive(Debug, Default)]
pub(super) struct Chapter {
    pub(super) bases: Vec<Base>,
}

/// A right program, and what people do to it.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) line: usize,
    pub(super) program: String,
    pub(super) config: Option<String>,
    pub(super) mistakes: Vec<Mistake>,
}

/// What somebody did, and what is said about it.
#[derive(Debug, Default)]
pub(super) struct Mistake {
    pub(super) line: usize,
    pub(super) name: String,
    /// What is replaced.
    pub(super) edits: Vec<Change>,
    /// Codes, and the texts they point at.
    pub(super) reports: Vec<(String, String)>,
    /// Why no fix is possible.
    pub(super) no_fix: Option<String>,
    /// What is known to be said instead.
    pub(super) observed: Vec<String>,
}

/// A text of the right program, what it is in the wrong one, and what the fix makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) right: String,
    pub(super) wrong: String,
    pub(super) fixed: String,
}

impl Chapter {
    pub(super) fn read(text: &str) -> Self {
        let mut chapter = Self::default();
        let mut lines = text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let Some(kind) = line.strip_prefix("```") else {
                continue;
            };
            let block: Vec<(usize, &str)> = lines
                .by_ref()
                .take_while(|(_, line)| *line != "```")
                .collect();
            let body = || block.iter().map(|(_, line)| format!("{line}\n")).collect();
            match (kind, chapter.bases.last_mut()) {
                ("persona", _) => chapter.bases.push(Base {
                    line: index + 1,
                    program: body(),
                    config: None,
                    mistakes: Vec::new(),
                }),
                ("toml", Some(base)) => base.config = Some(body()),
                ("mistakes", Some(base)) => base.mistakes.extend(mistakes(&block)),
                _ => panic!("line {}: what is this block?", index + 1),
            }
        }
        chapter
    }
}

fn mistakes(block: &[(usize, &str)]) -> Vec<Mistake> {
    let paragraphs = block.split(|(_, line)| line.is_empty());
    paragraphs
        .filter(|lines| !lines.is_empty())
        .map(mistake)
        .collect()
}

fn mistake(lines: &[(usize, &str)]) -> Mistake {
    let mut mistake = Mistake {
        line: lines[0].0 + 1,
        name: lines[0].1.to_owned(),
        ..Mistake::default()
    };
    let unfold = |text: &str| text.replace('⏎', "\n");
    for (index, line) in &lines[1..] {
        let (kind, text) = line.split_at(1);
        let text = text.strip_prefix(' ').unwrap_or(text);
        let number = index + 1;
        match kind {
            "-" => mistake.edits.push(Change {
                right: unfold(text),
                wrong: unfold(text),
                fixed: unfold(text),
            }),
            "+" => last(&mut mistake.edits, number).wrong = unfold(text),
            "=" => last(&mut mistake.edits, number).fixed = unfold(text),
            "!" => {
                let (code, place) = text.split_once(' ').unwrap_or((text, ""));
                mistake.reports.push((code.to_owned(), unfold(place)));
            }
            "~" => mistake.no_fix = Some(text.to_owned()),
            "?" => mistake.observed.push((*line).to_owned()),
            _ => panic!("line {number}: what does `{kind}` say?"),
        }
    }
    mistake
}

fn last(edits: &mut [Change], line: usize) -> &mut Change {
    let edit = edits.last_mut();
    edit.unwrap_or_else(|| panic!("line {line}: what is replaced?"))
}

/// The chapter's text with what was observed below each mistake, by the mistake's line.
pub(super) fn with_observed(text: &str, observed: &[(usize, Vec<String>)]) -> String {
    let mut lines = Vec::new();
    let mut pending: Vec<&str> = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        if line == "```mistakes" {
            inside = true;
        } else if inside && (line.is_empty() || line == "```") {
            lines.append(&mut pending);
            inside = line.is_empty();
        }
        if inside && line.starts_with('?') {
            continue;
        }
        lines.push(line);
        let here = observed.iter().find(|(line, _)| *line == index + 1);
        pending.extend(
            here.iter()
                .flat_map(|(_, found)| found.iter().map(String::as_str)),
        );
    }
    lines.join("\n") + "\n"
}

#[test]
fn a_chapter_is_read_and_written_back() {
    let text = "# T\n\n```persona\nsegment s { when true }\n```\n\n```mistakes\nthe case\n- when\n+ When\n! P0113 When\n? old\n\nanother\n- s\n+ t\n! P0001 t\n~ no way\n```\n";
    let chapter = Chapter::read(text);
    let mistakes = &chapter.bases[0].mistakes;
    assert_eq!(mistakes.len(), 2);
    let edit = &mistakes[0].edits[0];
    assert_eq!(
        (&*edit.right, &*edit.wrong, &*edit.fixed),
        ("when", "When", "when")
    );
    assert_eq!(mistakes[0].observed, ["? old"]);
    assert_eq!(mistakes[1].no_fix.as_deref(), Some("no way"));
    let new = with_observed(text, &[(mistakes[1].line, vec!["? new".to_owned()])]);
    assert!(
        !new.contains("? old") && new.contains("~ no way\n? new\n```\n"),
        "{new}"
    );
}
