//! As much of Rust's syntax as the rules need: code without its comments, strings and characters, and where
//! functions begin and end.

/// Stands for each byte of a string or character.
const TEXT: u8 = 1;

/// The same text without the contents of comments (spaces instead), strings and characters ([`TEXT`] instead); lines
/// and offsets stay.
pub(super) fn code_only(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = skip(bytes, at);
        let instead = if bytes[at] == b'/' { b' ' } else { TEXT };
        for byte in code[at..end].iter_mut().filter(|byte| **byte != b'\n') {
            *byte = instead;
        }
        at = end.max(at + 1);
    }
    code
}

/// The end of the comment, string or character that starts here; `at` itself where none does.
fn skip(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let word_before = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    match rest {
        [b'/', b'/', ..] => at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => at + block_comment(rest),
        [b'"', ..] => at + quoted(rest, b'"'),
        [b'r', b'"' | b'#', ..] if !word_before => at + raw_string(rest, 1),
        [b'b', b'r', b'"' | b'#', ..] if !word_before => at + raw_string(rest, 2),
        [b'\'', b'\\', ..] => at + quoted(rest, b'\''),
        [b'\'', ..] => at + character(rest),
        _ => at,
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let mut depth = 0_u32;
    let mut at = 0;
    while at + 1 < rest.len() {
        match &rest[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`; 0 for a raw identifier.
fn raw_string(rest: &[u8], prefix: usize) -> usize {
    let hashes = rest[prefix..].iter().take_while(|b| **b == b'#').count();
    if rest.get(prefix + hashes) != Some(&b'"') {
        return 0;
    }
    let mut end = vec![b'"'];
    end.resize(hashes + 1, b'#');
    let start = prefix + hashes + 1;
    let found = rest[start..]
        .windows(end.len())
        .position(|window| window == end);
    found.map_or(rest.len(), |position| start + position + end.len())
}

/// `'x'`; 0 for a lifetime.
fn character(rest: &[u8]) -> usize {
    let text = std::str::from_utf8(&rest[1..rest.len().min(6)]);
    let valid = match text {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&rest[1..=error.valid_up_to()]).unwrap_or_default(),
    };
    let Some(first) = valid.chars().next() else {
        return 0;
    };
    let end = 1 + first.len_utf8();
    if rest.get(end) == Some(&b'\'') {
        end + 1
    } else {
        0
    }
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    /// Its name.
    pub(super) name: String,
    /// The line of the word `fn`, from 1.
    pub(super) line: usize,
    /// From that line to the closing brace's, both counted, without lines that are all text: data is no code.
    pub(super) lines: usize,
}

/// All functions with a body, also nested ones.
pub(super) fn functions(text: &str) -> Vec<Function> {
    let code = code_only(text);
    let line_of = |at: usize| 1 + code[..at].iter().filter(|b| **b == b'\n').count();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = find_word(&code, at, b"fn") {
        at = start + 2;
        let name_start = at
            + code[at..]
                .iter()
                .take_while(|b| b.is_ascii_whitespace())
                .count();
        let is_name = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
        let name: Vec<u8> = code[name_start..]
            .iter()
            .take_while(is_name)
            .copied()
            .collect();
        if name.is_empty() {
            continue;
        }
        if let Some(end) = body_end(&code, name_start) {
            let line = line_of(start);
            let is_text = |line: &&[u8]| {
                line.contains(&TEXT)
                    && line
                        .iter()
                        .all(|byte| *byte == TEXT || byte.is_ascii_whitespace())
            };
            let lines = code[start..=end].split(|byte| *byte == b'\n');
            let lines = lines.filter(|line| !is_text(line)).count();
            found.push(Function {
                name: String::from_utf8(name).expect("ASCII"),
                line,
                lines,
            });
        }
    }
    found
}

fn find_word(code: &[u8], from: usize, word: &[u8]) -> Option<usize> {
    let part_of_word = |at: usize| {
        code.get(at)
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    (from..code.len().saturating_sub(word.len())).find(|at| {
        code[*at..].starts_with(word)
            && !part_of_word(at + word.len())
            && (*at == 0 || !part_of_word(at - 1))
    })
}

/// The place of the brace that closes the body of the function whose name starts at `at`; none without a body.
fn body_end(code: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_i32;
    let mut brackets = 0_i32;
    for (offset, byte) in code[at..].iter().enumerate() {
        match byte {
            b'(' | b'[' => brackets += 1,
            b')' | b']' => brackets -= 1,
            b';' if depth == 0 && brackets == 0 => return None,
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 && brackets == 0 {
                    return Some(at + offset);
                }
                if depth < 0 {
                    return None;
                }
            }
            _ => {}
        }
    }
    None
}

#[test]
fn strings_comments_characters_and_lifetimes_are_told_apart() {
    let text = "fn a<'x>(c: &'x str) { /* } /* } */ */ '{'; '\\''; \"}\\\"}\"; r#\"}\"#; br\"}\"; // }\n}\nfn b();";
    let found = functions(text);
    assert_eq!(
        found,
        [Function {
            name: "a".to_owned(),
            line: 1,
            lines: 2
        }]
    );
}

#[test]
fn lines_of_text_are_not_counted() {
    let text = "fn a() {\n    check(\n        r\"\none\ntwo\n    \",\n    );\n}\n";
    let found: Vec<usize> = functions(text).into_iter().map(|f| f.lines).collect();
    assert_eq!(found, [5]);
}

#[test]
fn nested_functions_and_signatures_over_lines_are_counted_whole() {
    let text = "pub fn outer(\n    a: [u8; 3],\n) -> u32\nwhere\n    u8: Copy,\n{\n    fn inner() {}\n    0\n}\n";
    let found: Vec<_> = functions(text)
        .into_iter()
        .map(|f| (f.name, f.line, f.lines))
        .collect();
    assert_eq!(
        found,
        [("outer".to_owned(), 1, 9), ("inner".to_owned(), 7, 1)]
    );
}
