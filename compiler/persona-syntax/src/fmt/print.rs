//! The printer: writes tokens in their order, and decides from left to right which groups fit on their line. Takes time
//! linear in the tokens. Changes nothing but white space and the commas that the layout asks for.

use super::layout::{Between, Comma, Gap, GroupId, Layout};

/// The widest line, in characters.
pub(super) const WIDTH: usize = 100;
/// The spaces of one step of indentation.
const STEP: usize = 2;

/// A declaration as it is written, without the end of its last line.
pub(super) fn print(layout: &Layout<'_>) -> String {
    let mut printer = Printer::new(layout);
    for at in 0..layout.tokens.len() {
        printer.token(at);
    }
    printer.out
}

/// How wide things are on one line: prefix sums over gap, token, gap, token, …
struct Widths {
    width: Vec<usize>,
    hard: Vec<usize>,
    /// From behind each token to the next place to break.
    tail: Vec<usize>,
}

impl Widths {
    fn new(layout: &Layout<'_>) -> Self {
        let count = layout.tokens.len();
        let mut forced_at = vec![false; count];
        for group in &layout.groups {
            if group.forced && group.first + 1 < count {
                forced_at[group.first + 1] = true;
            }
        }
        let (mut width, mut hard) = (vec![0], vec![0]);
        let (mut wide, mut hards) = (0, 0);
        for (at, forced) in forced_at.iter().enumerate() {
            wide += flat(layout, at);
            hards += usize::from(*forced || is_hard(layout, at));
            width.push(wide);
            hard.push(hards);
            wide += token_width(layout, at);
            hards += usize::from(layout.tokens[at].text.contains('\n'));
            width.push(wide);
            hard.push(hards);
        }
        let mut tail = vec![0; count];
        for at in (0..count.saturating_sub(1)).rev() {
            let next = at + 1;
            let gap = &layout.gaps[next];
            let breaks = matches!(gap.between, Between::Line | Between::SoftLine);
            tail[at] = if breaks || is_hard(layout, next) {
                usize::from(gap.comma == Comma::Always)
            } else {
                flat(layout, next) + token_width(layout, next) + tail[next]
            };
        }
        Self { width, hard, tail }
    }

    /// The width of these tokens on one line, up to the next place to break; `None` if they cannot be on one.
    fn on_one_line(&self, first: usize, last: usize) -> Option<usize> {
        let (from, to) = (2 * first + 1, 2 * last + 2);
        (self.hard[to] == self.hard[from])
            .then(|| self.width[to] - self.width[from] + self.tail[last])
    }
}

fn is_hard(layout: &Layout<'_>, at: usize) -> bool {
    !layout.tokens[at].comments.is_empty()
}

fn token_width(layout: &Layout<'_>, at: usize) -> usize {
    let text = &layout.tokens[at].text;
    if layout.dropped[at] {
        return 0;
    }
    text.split('\n').next().unwrap_or("").chars().count()
}

/// The width of the gap before a token on one line.
fn flat(layout: &Layout<'_>, at: usize) -> usize {
    let gap = &layout.gaps[at];
    let comma = usize::from(matches!(gap.comma, Comma::Always | Comma::Flat));
    comma
        + match gap.between {
            _ if layout.dropped[at] => 0,
            Between::Tight | Between::SoftLine => 0,
            Between::Space(more) => 1 + more,
            Between::Line => 1,
        }
}

/// A group that is being printed.
struct Open {
    id: GroupId,
    last: usize,
    broken: bool,
}

struct Printer<'l, 't> {
    layout: &'l Layout<'t>,
    widths: Widths,
    /// The groups by the token they start at, outer ones first.
    starts: Vec<GroupId>,
    next_start: usize,
    open: Vec<Open>,
    /// Whether each group is broken, and how its first line is indented.
    state: Vec<(bool, usize)>,
    out: String,
    column: usize,
    /// How the current line is indented.
    indent: usize,
}

impl<'l, 't> Printer<'l, 't> {
    fn new(layout: &'l Layout<'t>) -> Self {
        let mut starts: Vec<GroupId> = (0..layout.groups.len()).collect();
        starts.sort_by_key(|id| {
            let group = &layout.groups[*id];
            (group.first, usize::MAX - group.last)
        });
        Self {
            layout,
            widths: Widths::new(layout),
            starts,
            next_start: 0,
            open: Vec::new(),
            state: vec![(false, 0); layout.groups.len()],
            out: String::with_capacity(layout.text.len() + layout.text.len() / 8),
            column: 0,
            indent: 0,
        }
    }

    fn token(&mut self, at: usize) {
        if !self.layout.dropped[at] {
            self.gap(at);
        }
        self.open_groups(at);
        if !self.layout.dropped[at] {
            self.write(&self.layout.tokens[at].text);
        }
        while self.open.last().is_some_and(|group| group.last <= at) {
            self.open.pop();
        }
    }

    /// Writes what stands before a token.
    fn gap(&mut self, at: usize) {
        let token = &self.layout.tokens[at];
        let gap = &self.layout.gaps[at];
        let broken = gap.group.is_some_and(|group| self.state[group].0);
        let comma = match gap.comma {
            Comma::Never => false,
            Comma::Always => true,
            Comma::Flat => !broken,
            Comma::Broken => broken,
        };
        if comma {
            self.write(",");
        }
        if !token.comments.is_empty() {
            self.comments(at, gap);
            return;
        }
        match gap.between {
            Between::Line | Between::SoftLine if broken => {
                let blank = token.blank && gap.blank && !gap.opens && !gap.closes;
                self.new_line(blank, self.base(gap) + STEP * gap.indent);
            }
            Between::Tight | Between::SoftLine => {}
            Between::Line => self.write(" "),
            Between::Space(more) => {
                for _ in 0..=more {
                    self.write(" ");
                }
            }
        }
    }

    /// The indentation that a gap counts from.
    fn base(&self, gap: &Gap) -> usize {
        let group = gap.group.or_else(|| self.open.last().map(|open| open.id));
        group.map_or(0, |group| self.state[group].1)
    }

    fn comments(&mut self, at: usize, gap: &Gap) {
        let token = &self.layout.tokens[at];
        let base = self.base(gap);
        let mut behind_opener = gap.opens;
        let mut doc = false;
        for (index, comment) in token.comments.iter().enumerate() {
            if comment.trailing && index == 0 && at > 0 {
                self.write(" ");
            } else if at > 0 || index > 0 {
                let blank = comment.blank && (gap.blank || at == 0) && !behind_opener;
                self.new_line(blank, base + STEP * gap.comments * usize::from(at > 0));
                behind_opener = false;
            }
            self.write(comment.text);
            doc = comment.text.starts_with("///") && !comment.trailing;
        }
        let blank = token.blank && gap.blank && !behind_opener && !gap.closes && !doc;
        self.new_line(blank, base + STEP * gap.indent * usize::from(at > 0));
    }

    fn open_groups(&mut self, at: usize) {
        while let Some(id) = self.starts.get(self.next_start).copied()
            && self.layout.groups[id].first == at
        {
            self.next_start += 1;
            let group = &self.layout.groups[id];
            let outer = self.open.last().is_none_or(|outer| outer.broken);
            let broken = outer
                && (group.forced
                    || self
                        .widths
                        .on_one_line(group.first, group.last)
                        .is_none_or(|width| self.column + width > WIDTH));
            self.state[id] = (broken, self.indent);
            self.open.push(Open {
                id,
                last: group.last,
                broken,
            });
        }
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(end) => self.column = text[end + 1..].chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    fn new_line(&mut self, blank: bool, indent: usize) {
        self.out.push('\n');
        if blank {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
        self.indent = indent;
    }
}
