//! What the printer is told: how each token is set off from the one before it, and which stretches of tokens are
//! kept on one line together. Knows no form of the language; nothing here can lose, add or move a token except the
//! commas between the items of a bracket.

use std::ops::RangeInclusive;

use super::token::{Token, Tokens};

/// A stretch of tokens that stands on one line as a whole, or is broken at all of its places to break.
pub(super) type GroupId = usize;

/// A group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// Its first token.
    pub(super) first: usize,
    /// Its last token.
    pub(super) last: usize,
    /// Whether it is broken even where it would fit.
    pub(super) forced: bool,
}

/// What stands between two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Between {
    /// Nothing.
    Tight,
    /// A space, and more of them to align what follows.
    Space(usize),
    /// A space, or the end of the line when its group is broken.
    Line,
    /// Nothing, or the end of the line when its group is broken.
    SoftLine,
}

/// The comma before a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comma {
    /// None.
    Never,
    /// Always: between the items of a list.
    Always,
    /// Only on one line: between fields.
    Flat,
    /// Only when broken: behind the last item of a list.
    Broken,
}

/// The gap before a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    /// What stands there.
    pub(super) between: Between,
    /// The group that decides about a line's end here.
    pub(super) group: Option<GroupId>,
    /// How far the next line is indented, counted from the line that its group starts on.
    pub(super) indent: usize,
    /// The same for comments that stand here on lines of their own.
    pub(super) comments: usize,
    /// The comma before it.
    pub(super) comma: Comma,
    /// Whether one blank line is kept here.
    pub(super) blank: bool,
    /// Whether the token before opens a bracket: no blank line follows it.
    pub(super) opens: bool,
    /// Whether the token behind closes a bracket: no blank line precedes it.
    pub(super) closes: bool,
}

/// The items of braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Items {
    /// Fields: on one line with commas, or on lines of their own without.
    Fields,
    /// Clauses: without commas; several never share a line.
    Clauses,
}

/// Tokens with all that is said about their layout.
#[derive(Debug)]
pub(super) struct Layout<'t> {
    /// The declaration.
    pub(super) text: &'t str,
    /// Its tokens.
    pub(super) tokens: Vec<Token<'t>>,
    /// The gap before each token.
    pub(super) gaps: Vec<Gap>,
    /// Commas that the layout writes instead.
    pub(super) dropped: Vec<bool>,
    /// The groups, outer ones first.
    pub(super) groups: Vec<Group>,
    /// Whether commas that the author wrote stay where they are, also where fields stand on lines of their own.
    keep_commas: bool,
}

impl<'t> Layout<'t> {
    /// Tokens with the spaces that need no tree.
    pub(super) fn new(text: &'t str, tokens: Tokens<'t>, keep_commas: bool) -> Self {
        let list = tokens.list;
        let gaps = (0..list.len())
            .map(|at| Gap {
                between: match at.checked_sub(1) {
                    Some(before) => usual(&list[before].text, &list[at].text),
                    None => Between::Tight,
                },
                group: None,
                indent: 1,
                comments: 1,
                comma: Comma::Never,
                blank: false,
                opens: false,
                closes: false,
            })
            .collect();
        Self {
            text,
            dropped: vec![false; list.len()],
            tokens: list,
            gaps,
            groups: Vec::new(),
            keep_commas,
        }
    }

    /// The token that starts at `offset` or behind it.
    pub(super) fn at(&self, offset: u32) -> usize {
        let found = self
            .tokens
            .partition_point(|token| token.start < offset as usize);
        found.min(self.tokens.len() - 1)
    }

    /// The last token that ends at `offset` or before it.
    pub(super) fn before(&self, offset: u32) -> usize {
        let behind = self
            .tokens
            .partition_point(|token| token.end <= offset as usize);
        behind.saturating_sub(1)
    }

    /// The first and last token of a span.
    pub(super) fn range(&self, span: persona_base::Span) -> (usize, usize) {
        let first = self.at(span.start);
        (first, self.before(span.end).max(first))
    }

    /// How a token is written; nothing behind the last one.
    pub(super) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.text)
    }

    /// The bracket that belongs to the one at `at`.
    pub(super) fn partner(&self, at: usize) -> Option<usize> {
        self.tokens.get(at)?.partner
    }

    /// A new group; outer groups are made before inner ones.
    pub(super) fn group(&mut self, first: usize, last: usize) -> GroupId {
        self.groups.push(Group {
            first,
            last: last.max(first),
            forced: false,
        });
        self.groups.len() - 1
    }

    /// No space before this token.
    pub(super) fn tight(&mut self, at: usize) {
        if let Some(gap) = self.gaps.get_mut(at) {
            gap.between = Between::Tight;
        }
    }

    /// A place to break before this token.
    pub(super) fn line(&mut self, at: usize, group: GroupId, indent: usize) {
        self.break_at(at, Between::Line, group, indent);
    }

    /// A place to break before this token, where no space stands otherwise.
    pub(super) fn soft(&mut self, at: usize, group: GroupId, indent: usize) {
        self.break_at(at, Between::SoftLine, group, indent);
    }

    fn break_at(&mut self, at: usize, between: Between, group: GroupId, indent: usize) {
        let inside = self
            .groups
            .get(group)
            .is_some_and(|group| group.first < at && at <= group.last);
        if let Some(gap) = self.gaps.get_mut(at).filter(|_| inside) {
            *gap = Gap {
                between,
                group: Some(group),
                indent,
                comments: indent,
                ..*gap
            };
        }
    }

    /// Braces and their items: on one line if they were and fit, else each item on a line of its own.
    pub(super) fn block(&mut self, open: usize, items: &[usize], kind: Items) {
        self.body(open, open, items, kind);
    }

    /// The same for braces that share their line with what precedes them, from `first` on.
    pub(super) fn body(&mut self, first: usize, open: usize, items: &[usize], kind: Items) {
        let Some(close) = self.partner(open) else {
            return;
        };
        let group = self.group(first, close);
        self.groups[group].forced = !items.is_empty()
            && (kind == Items::Clauses && items.len() > 1
                || self.text[self.tokens[open].start..self.tokens[close].end].contains('\n'));
        let comma = if kind == Items::Fields {
            Comma::Flat
        } else {
            Comma::Never
        };
        for (index, item) in items.iter().copied().enumerate() {
            self.line(item, group, 1);
            self.gaps[item].blank = true;
            self.gaps[item].opens = index == 0;
            if index > 0 && self.drop_comma(item) {
                self.gaps[item].comma = comma;
            }
            let last = items.get(index + 1).copied().unwrap_or(close) - 1;
            if last > item {
                self.group(item, last);
            }
        }
        if !items.is_empty() {
            self.drop_comma(close);
        }
        self.line(close, group, 0);
        if items.is_empty() {
            self.tight(close);
        }
        self.closer(close, items.is_empty());
    }

    /// Parentheses or brackets and their items: on one line if they fit.
    pub(super) fn bracket(&mut self, open: usize, items: &[usize], trailing_comma: bool) {
        let Some(close) = self.partner(open) else {
            return;
        };
        let group = self.group(open, close);
        for (index, item) in items.iter().copied().enumerate() {
            if index == 0 {
                self.soft(item, group, 1);
                self.gaps[item].opens = true;
            } else {
                self.line(item, group, 1);
                if self.drop_comma(item) {
                    self.gaps[item].comma = Comma::Always;
                }
            }
            self.gaps[item].blank = true;
        }
        if !items.is_empty() && self.drop_comma(close) && trailing_comma {
            self.gaps[close].comma = Comma::Broken;
        }
        self.soft(close, group, 0);
        self.closer(close, items.is_empty());
    }

    fn closer(&mut self, close: usize, empty: bool) {
        let gap = &mut self.gaps[close];
        gap.comments = 1;
        gap.blank = true;
        gap.closes = true;
        gap.opens = empty;
    }

    /// Leaves out the comma before the token at `at`, if there is one; whether the layout writes the commas here. What
    /// stands around the comma stays.
    fn drop_comma(&mut self, at: usize) -> bool {
        if self.keep_commas {
            return false;
        }
        let comma = at - 1;
        if self.word(comma) != "," {
            return true;
        }
        self.dropped[comma] = true;
        self.tight(comma);
        let mut before = std::mem::take(&mut self.tokens[comma].comments);
        if !before.is_empty() {
            let behind = &mut self.tokens[at].comments;
            for comment in behind.iter_mut() {
                comment.trailing = false;
            }
            before.append(behind);
            self.tokens[at].comments = before;
        }
        true
    }

    /// Items without brackets, separated by commas that stay: `group by a, b`.
    pub(super) fn bare_list(&mut self, range: RangeInclusive<usize>, items: &[usize]) {
        let group = self.group(*range.start(), *range.end());
        for item in items.iter().skip(1) {
            self.line(*item, group, 1);
        }
    }
}

/// What usually stands between two tokens.
fn usual(before: &str, behind: &str) -> Between {
    let tight = matches!(before, "(" | "[" | "." | "@")
        || matches!(behind, ")" | "]" | "," | "." | ":" | "?")
        || (before == "{" && behind == "}");
    if tight {
        Between::Tight
    } else {
        Between::Space(0)
    }
}
