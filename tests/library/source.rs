//! A module of the library, read as its readers read it: what it says of itself, and each declaration with its comment. It looks at lines,
//! not at meaning: the compiler's own tests look after that.

/// A module.
#[derive(Debug)]
pub(super) struct Module {
    /// Its name, without `std.`.
    pub(super) name: &'static str,
    /// The comment at its beginning, without the slashes.
    pub(super) about: String,
    /// What it declares, in its order.
    pub(super) declarations: Vec<Declared>,
}

/// A declaration of a module.
#[derive(Debug)]
pub(super) struct Declared {
    /// Its name.
    pub(super) name: String,
    /// Its comment, without the slashes and the examples.
    pub(super) doc: String,
    /// The examples of its comment, each a text of declarations.
    pub(super) examples: Vec<String>,
    /// Everything before what it means: its keyword, its name, its parameters, its type, its title; of a constant also its value.
    pub(super) signature: String,
}

/// All modules, by name.
pub(super) fn modules() -> Vec<Module> {
    persona_std::MODULES
        .iter()
        .map(|(name, text)| read(name, text))
        .collect()
}

fn read(name: &'static str, text: &str) -> Module {
    let (about, rest) = text.split_once("\n\n").expect("a comment, and the rules");
    let declarations = rest.split("\n\n").filter_map(declared).collect();
    Module {
        name,
        about: without_slashes(about, "//"),
        declarations,
    }
}

/// A paragraph that is a declaration.
fn declared(paragraph: &str) -> Option<Declared> {
    let at = paragraph
        .lines()
        .position(|line| !line.starts_with("///"))?;
    let lines: Vec<&str> = paragraph.lines().collect();
    let (comment, code) = lines.split_at(at);
    let code = code.join("\n");
    let signature = signature(&code);
    let words = signature
        .trim_start_matches("ordered ")
        .split_once(' ')?
        .1
        .chars();
    let name = words.take_while(|c| c.is_alphanumeric() || *c == '_');
    let (doc, examples) = told(&without_slashes(&comment.join("\n"), "///"));
    Some(Declared {
        name: name.collect(),
        doc,
        examples,
        signature,
    })
}

fn without_slashes(comment: &str, slashes: &str) -> String {
    let lines = comment.lines().map(|line| {
        let line = line.strip_prefix(slashes).unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A comment's text apart from its examples: what is indented.
pub(super) fn told(comment: &str) -> (String, Vec<String>) {
    let mut doc = String::new();
    let mut examples: Vec<String> = Vec::new();
    for block in comment.split("\n\n") {
        let code = block.lines().all(|line| line.starts_with("    "));
        if code {
            let lines = block.lines().map(|line| &line[4..]);
            examples.push(lines.collect::<Vec<_>>().join("\n"));
        } else {
            doc.push_str(if doc.is_empty() { "" } else { "\n\n" });
            doc.push_str(&block.replace('\n', " "));
        }
    }
    (doc, examples)
}

/// The declaration up to what it means, on one line: an enum and a constant as a whole, everything else up to its `=` or its brace.
fn signature(code: &str) -> String {
    let one_line = code.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.contains("enum ") && !one_line.contains('(') {
        return listed(&one_line);
    }
    if one_line.starts_with("const ") {
        return one_line.replace("[ ", "[").replace(", ]", "]");
    }
    let mut depth = 0_u32;
    let mut end = one_line.len();
    for (place, sign) in one_line.char_indices() {
        match sign {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '{' | '=' if depth == 0 && !in_title(&one_line[..place]) => {
                end = place;
                break;
            }
            _ => {}
        }
    }
    one_line[..end]
        .trim_end()
        .replace("( ", "(")
        .replace(", )", ")")
}

/// Whether a text ends inside of a title.
fn in_title(before: &str) -> bool {
    before.matches('"').count() % 2 == 1
}

/// An enum, with its values unless there are too many to be read.
fn listed(one_line: &str) -> String {
    let (head, values) = one_line.split_once('{').unwrap_or((one_line, ""));
    let values = values.trim_end_matches('}').replace(',', " ");
    let values: Vec<&str> = values.split_whitespace().collect();
    match values.len() {
        0..=16 => format!("{}{{ {} }}", head, values.join(", ")),
        many => format!("{head}{{ {}, … }} ({many} values)", values[..8].join(", ")),
    }
}
