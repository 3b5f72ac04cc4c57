//! Puts tags inside each other. What is broken becomes an error node; what stands around it is read all the same.

use std::sync::Arc;

use persona_base::{Applicability, Diagnostic, FileId, Span, liquid, nearest};

use crate::ast::*;
use crate::limits::{MAX_DEPTH, MAX_TEMPLATE};
use crate::markup::Markup;
use crate::problems::{Problems, problem};
use crate::registry::{self, TagUse};
use crate::scan::{Token, is_space, lines, never_closed, scan};

/// A template's tree, and what is wrong with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    pub(crate) file: FileId,
    pub(crate) text: Arc<str>,
    pub(crate) body: Block,
    pub(crate) problems: Vec<Diagnostic>,
}

impl Template {
    /// Reads a template. There is no text that it refuses: what is wrong comes with the tree.
    pub fn parse(file: FileId, text: &str) -> Self {
        let mut problems = Problems::default();
        let mut body = Block::default();
        if text.len() > MAX_TEMPLATE {
            problems.report(
                problem(
                    liquid::TOO_LARGE,
                    file,
                    Span::default(),
                    "this template is too large",
                )
                .label(format!(
                    "it has {} bytes, and {MAX_TEMPLATE} are the most",
                    text.len()
                ))
                .help("put parts of it into files of their own, and `render` them"),
            );
        } else {
            let tokens = scan(file, text, &mut problems);
            let mut parser = Parser {
                markup: Markup { file, text },
                tokens: &tokens,
                at: 0,
                open: Vec::new(),
                problems: &mut problems,
            };
            body = parser.template();
        }
        Self {
            file,
            text: Arc::from(if text.len() > MAX_TEMPLATE { "" } else { text }),
            body,
            problems: problems.into_list(),
        }
    }

    /// The names of the partials that it renders or includes, as they are written.
    pub fn partials(&self) -> Vec<Arc<str>> {
        let mut found = Vec::new();
        let mut blocks = vec![&self.body];
        while let Some(block) = blocks.pop() {
            for node in &block.nodes {
                if let NodeKind::Partial(partial) = &node.kind
                    && let OperandKind::Str(name) = &partial.path.kind
                {
                    found.push(Arc::clone(name));
                }
                node.kind.blocks(&mut blocks);
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// What is wrong with the text by itself.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }
}

struct Parser<'p, 't> {
    markup: Markup<'t>,
    tokens: &'p [Token],
    at: usize,
    /// The tags that are open, with their places.
    open: Vec<(&'static str, Span)>,
    problems: &'p mut Problems,
}

/// What ended a block: the tag, its whole place, its name's, and what follows the name.
#[derive(Clone, Copy)]
struct Stop {
    name: &'static str,
    span: Span,
    inner: Span,
}

/// The tags that end or divide each block.
fn stops(block: &str) -> &'static [&'static str] {
    match block {
        "if" => &["elsif", "else", "endif"],
        "unless" => &["elsif", "else", "endunless"],
        "case" => &["when", "else", "endcase"],
        "for" => &["else", "endfor"],
        "tablerow" => &["endtablerow"],
        "capture" => &["endcapture"],
        "ifchanged" => &["endifchanged"],
        "comment" => &["endcomment"],
        _ => &[],
    }
}

/// What people call tags elsewhere.
const HABITS: &[(&str, &str)] = &[
    ("elif", "elsif"),
    ("elseif", "elsif"),
    ("elsif", "elsif"),
    ("foreach", "for"),
    ("set", "assign"),
    ("let", "assign"),
    ("var", "assign"),
    ("switch", "case"),
    ("print", "echo"),
    ("import", "render"),
    ("partial", "render"),
    ("snippet", "render"),
    ("end", "endif"),
];

impl Parser<'_, '_> {
    fn template(&mut self) -> Block {
        let mut body = Block::default();
        loop {
            let (mut block, stop) = self.block();
            body.nodes.append(&mut block.nodes);
            if stop.is_none() {
                return body;
            }
        }
    }

    /// Nodes up to a tag that ends or divides the innermost open block.
    fn block(&mut self) -> (Block, Option<Stop>) {
        let mut block = Block {
            nodes: Vec::new(),
            blank: true,
        };
        while let Some(token) = self.tokens.get(self.at).copied() {
            self.at += 1;
            if self.problems.is_full() {
                break;
            }
            match token {
                Token::Text(span) => {
                    block.blank &= span.of(self.markup.text).chars().all(is_space);
                    push(&mut block, NodeKind::Text, span);
                }
                Token::Raw(span) => {
                    block.blank = false;
                    push(&mut block, NodeKind::Text, span);
                }
                Token::Output { span, inner } => {
                    block.blank = false;
                    let kind = self.kept(|markup| markup.output(inner).map(NodeKind::Output));
                    push(&mut block, kind, span);
                }
                Token::Tag { span, name, inner } => {
                    if let Some(stop) = self.tag(&mut block, span, name, inner) {
                        return (block, Some(stop));
                    }
                }
            }
        }
        (block, None)
    }

    fn kept(
        &mut self,
        read: impl FnOnce(&Markup<'_>) -> Result<NodeKind, Box<Diagnostic>>,
    ) -> NodeKind {
        read(&self.markup).unwrap_or_else(|diagnostic| {
            self.problems.report(*diagnostic);
            NodeKind::Error
        })
    }

    /// One tag: a node of the block, or what ends it.
    fn tag(&mut self, block: &mut Block, span: Span, name: Span, inner: Span) -> Option<Stop> {
        let text = name.of(self.markup.text);
        if text == "#" {
            self.comment_lines(name, inner);
            return None;
        }
        if text == "liquid" {
            let mut inside = self.liquid(span, inner);
            block.blank &= inside.blank;
            block.nodes.append(&mut inside.nodes);
            return None;
        }
        if let Some(stop) = self.stop(text, span, name, inner) {
            return stop.ok();
        }
        let (kind, blank) = self.node(text, span, name, inner);
        block.blank &= blank;
        if kind != NodeKind::Error || !blank {
            push(block, kind, span);
        }
        None
    }

    /// Each line of an inline comment begins with `#`.
    fn comment_lines(&mut self, name: Span, inner: Span) {
        let mut at = name.start;
        for line in Span::new(name.start, inner.end)
            .of(self.markup.text)
            .split_inclusive('\n')
        {
            let length = u32::try_from(line.len()).unwrap_or_default();
            let kept = line.trim_start_matches(is_space);
            if !kept.is_empty() && !kept.starts_with('#') {
                let start = at + u32::try_from(line.len() - kept.len()).unwrap_or_default();
                let end = start
                    + u32::try_from(kept.trim_end_matches(is_space).len()).unwrap_or_default();
                let line = problem(
                    liquid::SYNTAX,
                    self.markup.file,
                    Span::new(start, end),
                    "this line of a comment does not begin with `#`",
                );
                self.problems.report(line.fix(
                    "write `#` before it",
                    Applicability::Always,
                    Span::at(start),
                    "# ",
                ));
                return;
            }
            at += length;
        }
    }

    /// A tag that ends or divides a block: of the innermost one, or misplaced.
    fn stop(
        &mut self,
        text: &str,
        span: Span,
        name: Span,
        inner: Span,
    ) -> Option<Result<Stop, ()>> {
        let known = [
            "if",
            "unless",
            "case",
            "for",
            "tablerow",
            "capture",
            "ifchanged",
            "comment",
        ]
        .iter()
        .flat_map(|block| stops(block))
        .find(|stop| **stop == text)?;
        let innermost = self.open.last().copied();
        if let Some((block, _)) = innermost
            && stops(block).contains(known)
        {
            return Some(Ok(Stop {
                name: known,
                span,
                inner,
            }));
        }
        Some(self.misplaced(known, span, name, inner).ok_or(()))
    }

    /// A tag that ends or divides another block than the innermost; gives what it is taken for, so that the rest is not misread.
    fn misplaced(
        &mut self,
        known: &'static str,
        span: Span,
        name: Span,
        inner: Span,
    ) -> Option<Stop> {
        let file = self.markup.file;
        let here = self
            .open
            .iter()
            .rev()
            .take_while(|(block, _)| *block != "liquid");
        let outer = here.clone().any(|(block, _)| stops(block).contains(&known));
        let Some((block, place)) = here.clone().next().copied() else {
            let message = format!("`{known}` has nothing to end");
            let diagnostic = problem(liquid::MISPLACED, file, name, message);
            self.problems
                .report(diagnostic.help("remove it, or open its block before it"));
            return None;
        };
        let end = stops(block).last().expect("each block has an end");
        let stop = Stop {
            name: end,
            span,
            inner,
        };
        if known.starts_with("end") && outer {
            let diagnostic = never_closed(file, place, block);
            self.problems
                .report(diagnostic.secondary(file, name, "what is around it ends here"));
            // The outer block meets it again.
            self.at -= 1;
            return Some(stop);
        }
        let message = format!("`{known}` does not belong to `{block}`");
        let diagnostic = problem(liquid::MISPLACED, file, name, message).secondary(
            file,
            place,
            format!("`{block}` is opened here"),
        );
        if known.starts_with("end") {
            self.problems.report(diagnostic.perhaps(name, end));
            return Some(stop);
        }
        let belongs = match known {
            "when" => "`when` belongs to `case`",
            "elsif" => "`elsif` goes on with an `if` or `unless`",
            _ => "`else` belongs to `if`, `unless`, `case` and `for`",
        };
        self.problems.report(diagnostic.help(belongs));
        None
    }

    /// A tag that is a node; and whether it never prints.
    fn node(&mut self, text: &str, span: Span, name: Span, inner: Span) -> (NodeKind, bool) {
        match text {
            "echo" => (
                self.kept(|markup| markup.output(inner).map(NodeKind::Output)),
                false,
            ),
            "assign" => {
                let kind = self.kept(|markup| {
                    markup
                        .assign(inner)
                        .map(|(name, value)| NodeKind::Assign(name, value))
                });
                (kind, true)
            }
            "cycle" => (
                self.kept(|markup| {
                    markup
                        .cycle(inner)
                        .map(|cycle| NodeKind::Cycle(Box::new(cycle)))
                }),
                false,
            ),
            "increment" | "decrement" => {
                let up = text == "increment";
                (
                    self.kept(|markup| {
                        markup
                            .counter(inner, text)
                            .map(|name| NodeKind::Count(name, up))
                    }),
                    false,
                )
            }
            "render" | "include" => {
                let include = text == "include";
                let kind = self.kept(|markup| {
                    markup
                        .partial(inner, include)
                        .map(|partial| NodeKind::Partial(Box::new(partial)))
                });
                (kind, false)
            }
            "break" | "continue" => {
                self.nothing_behind(text, inner);
                (
                    if text == "break" {
                        NodeKind::Break
                    } else {
                        NodeKind::Continue
                    },
                    false,
                )
            }
            "if" => self.if_("if", span, inner),
            "unless" => self.if_("unless", span, inner),
            "case" => self.case(span, inner),
            "for" => self.for_("for", span, inner),
            "tablerow" => self.for_("tablerow", span, inner),
            "capture" => {
                let read = self.markup.capture(inner);
                let (body, _) = self.inside("capture", span);
                let kind = self.kept(|_| read.map(|name| NodeKind::Capture(name, body)));
                (kind, true)
            }
            "ifchanged" => {
                self.nothing_behind(text, inner);
                let (body, _) = self.inside("ifchanged", span);
                (NodeKind::IfChanged(body), false)
            }
            "comment" => {
                self.skip_comment(span);
                (NodeKind::Error, true)
            }
            _ => {
                self.unknown(text, span, name);
                (NodeKind::Error, false)
            }
        }
    }

    fn nothing_behind(&mut self, tag: &str, inner: Span) {
        if !inner.of(self.markup.text).trim().is_empty() {
            let diagnostic = problem(
                liquid::SYNTAX,
                self.markup.file,
                inner,
                format!("nothing stands behind `{tag}`"),
            );
            self.problems
                .report(diagnostic.help(format!("write `{{% {tag} %}}`")));
        }
    }

    /// A tag that does not exist, or not here.
    fn unknown(&mut self, text: &str, span: Span, name: Span) {
        let file = self.markup.file;
        if text.is_empty() {
            let diagnostic = problem(liquid::SYNTAX, file, span, "this tag has no name");
            self.problems
                .report(diagnostic.help("to print a value, write `{{ value }}`"));
            return;
        }
        if let Some(TagUse::Refused { why, instead }) = registry::tag(text) {
            let diagnostic = problem(
                liquid::UNKNOWN_TAG,
                file,
                name,
                format!("`{text}` is not for messages"),
            );
            self.problems.report(diagnostic.label(why).help(instead));
            return;
        }
        let diagnostic = problem(
            liquid::UNKNOWN_TAG,
            file,
            name,
            format!("there is no tag `{text}`"),
        );
        let meant = HABITS
            .iter()
            .find(|(habit, _)| *habit == text)
            .map(|(_, meant)| *meant);
        let near = meant.or_else(|| nearest(text, registry::tag_names()));
        self.problems.report(match near {
            Some(near) => diagnostic.perhaps(name, near),
            None => diagnostic.help("the tags are in the table of the documentation; text that looks like a tag stands between `{% raw %}` and `{% endraw %}`"),
        });
    }

    /// The inside of a block up to its end or next part.
    fn inside(&mut self, block: &'static str, span: Span) -> (Block, Option<Stop>) {
        if self.open.len() >= MAX_DEPTH {
            self.too_deep(span);
            self.at = self.tokens.len();
            return (Block::default(), None);
        }
        self.open.push((block, span));
        let (body, stop) = self.block();
        self.open.pop();
        if stop.is_none() && !self.problems.is_full() {
            self.problems
                .report(never_closed(self.markup.file, span, block));
        }
        (body, stop)
    }

    fn too_deep(&mut self, span: Span) {
        self.problems.report(
            problem(
                liquid::TOO_LARGE,
                self.markup.file,
                span,
                "too many tags inside each other",
            )
            .label(format!("{MAX_DEPTH} are the most")),
        );
    }

    fn if_(&mut self, tag: &'static str, span: Span, inner: Span) -> (NodeKind, bool) {
        let mut branches = Vec::new();
        let mut otherwise: Option<Block> = None;
        let mut blank = true;
        let mut broken = false;
        let mut part = (tag, inner);
        let mut last_else: Option<Span> = None;
        loop {
            let condition = (part.0 != "else").then(|| self.markup.condition(part.1, part.0));
            let (body, stop) = self.inside(tag, span);
            blank &= body.blank;
            match condition {
                None => otherwise = Some(body),
                Some(Ok(condition)) => branches.push(Branch {
                    condition,
                    negated: part.0 == "unless",
                    body,
                }),
                Some(Err(diagnostic)) => {
                    self.problems.report(*diagnostic);
                    broken = true;
                }
            }
            let Some(stop) = stop.filter(|stop| !stop.name.starts_with("end")) else {
                break;
            };
            if stop.name == "else" {
                self.nothing_behind("else", stop.inner);
            }
            if let Some(first) = last_else {
                self.after_else(stop, first);
            }
            if stop.name == "else" {
                last_else = Some(stop.span);
            }
            part = (stop.name, stop.inner);
        }
        if broken && branches.is_empty() {
            return (NodeKind::Error, false);
        }
        (blanked(NodeKind::If(branches, otherwise), blank), blank)
    }

    /// Something that stands behind `else`.
    fn after_else(&mut self, stop: Stop, first: Span) {
        let diagnostic = problem(
            liquid::MISPLACED,
            self.markup.file,
            stop.span,
            format!("nobody ever reads what stands behind this `{}`", stop.name),
        );
        self.problems.report(
            diagnostic
                .secondary(
                    self.markup.file,
                    first,
                    "everybody who gets here reads this",
                )
                .help("`else` comes last, and once"),
        );
    }

    fn case(&mut self, span: Span, inner: Span) -> (NodeKind, bool) {
        let subject = self.markup.case(inner);
        let (before, mut stop) = self.inside("case", span);
        self.before_when(&before);
        let mut case = Case {
            subject: Operand {
                kind: OperandKind::Error,
                span: inner,
            },
            whens: Vec::new(),
            otherwise: None,
        };
        match subject {
            Ok(subject) => case.subject = subject,
            Err(diagnostic) => self.problems.report(*diagnostic),
        }
        let mut blank = true;
        let mut last_else: Option<Span> = None;
        while let Some(part) = stop.filter(|stop| !stop.name.starts_with("end")) {
            if let Some(first) = last_else {
                self.after_else(part, first);
            }
            let values = (part.name == "when").then(|| self.markup.when(part.inner));
            if values.is_none() {
                self.nothing_behind("else", part.inner);
                last_else = Some(part.span);
            }
            let (body, next) = self.inside("case", span);
            stop = next;
            blank &= body.blank;
            match values {
                None => case.otherwise = Some(body),
                Some(Ok(values)) => case.whens.push((values, body)),
                Some(Err(diagnostic)) => self.problems.report(*diagnostic),
            }
        }
        (blanked(NodeKind::Case(Box::new(case)), blank), blank)
    }

    /// What stands between `case` and the first `when` is never printed.
    fn before_when(&mut self, before: &Block) {
        let text = self.markup.text;
        let stray = before
            .nodes
            .iter()
            .find(|node| node.kind != NodeKind::Text || !node.span.of(text).chars().all(is_space));
        if let Some(stray) = stray {
            let diagnostic = problem(
                liquid::MISPLACED,
                self.markup.file,
                stray.span,
                "nothing stands between `case` and its first `when`",
            );
            self.problems
                .report(diagnostic.help("put it before the `case`, or into a `when`"));
        }
    }

    fn for_(&mut self, tag: &'static str, span: Span, inner: Span) -> (NodeKind, bool) {
        let read = self.markup.loop_(inner, tag == "tablerow");
        let (body, mut stop) = self.inside(tag, span);
        let mut otherwise = None;
        let mut blank = body.blank;
        let mut last_else: Option<Span> = None;
        while let Some(part) = stop.filter(|stop| stop.name == "else") {
            self.nothing_behind("else", part.inner);
            if let Some(first) = last_else {
                self.after_else(part, first);
            }
            last_else = Some(part.span);
            let (body, next) = self.inside(tag, span);
            blank &= body.blank;
            otherwise = Some(body);
            stop = next;
        }
        let kind = self.kept(|_| {
            let read = read?;
            Ok(NodeKind::For(Box::new(Loop {
                body,
                otherwise,
                ..read
            })))
        });
        let blank = blank && tag == "for";
        (blanked(kind, blank), blank)
    }

    /// `comment` as a line of a `liquid` tag.
    fn skip_comment(&mut self, span: Span) {
        let mut depth = 1_u32;
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            if let Token::Tag { name, .. } = token {
                match name.of(self.markup.text) {
                    "comment" => depth += 1,
                    "endcomment" => depth -= 1,
                    _ => {}
                }
            }
            if depth == 0 {
                return;
            }
        }
        self.problems
            .report(never_closed(self.markup.file, span, "comment"));
    }

    /// The lines of a `liquid` tag; its blocks end inside it.
    fn liquid(&mut self, span: Span, inner: Span) -> Block {
        if self.open.len() >= MAX_DEPTH {
            self.too_deep(span);
            return Block::default();
        }
        let tokens = lines(self.markup.text, inner);
        let mut open = std::mem::take(&mut self.open);
        open.push(("liquid", span));
        let mut parser = Parser {
            markup: self.markup,
            tokens: &tokens,
            at: 0,
            open,
            problems: self.problems,
        };
        let mut body = Block {
            nodes: Vec::new(),
            blank: true,
        };
        loop {
            let (mut block, stop) = parser.block();
            body.blank &= block.blank;
            body.nodes.append(&mut block.nodes);
            if stop.is_none() {
                break;
            }
        }
        self.open = parser.open;
        self.open.pop();
        body
    }
}

fn push(block: &mut Block, kind: NodeKind, span: Span) {
    block.nodes.push(Node { kind, span });
}

/// Blocks in which nothing prints do not print their white space either.
fn blanked(mut kind: NodeKind, blank: bool) -> NodeKind {
    if !blank {
        return kind;
    }
    let clear = |block: &mut Block| block.nodes.retain(|node| node.kind != NodeKind::Text);
    match &mut kind {
        NodeKind::If(branches, otherwise) => {
            branches
                .iter_mut()
                .map(|branch| &mut branch.body)
                .chain(otherwise)
                .for_each(clear);
        }
        NodeKind::Case(case) => {
            case.whens
                .iter_mut()
                .map(|(_, body)| body)
                .chain(&mut case.otherwise)
                .for_each(clear);
        }
        NodeKind::For(for_) => {
            std::iter::once(&mut for_.body)
                .chain(&mut for_.otherwise)
                .for_each(clear);
        }
        _ => {}
    }
    kind
}
