//! How declarations of data and of who is who are laid out; those of what happens are in `campaign`. Says where lines
//! may end; writes nothing.

use crate::ast::{Decl, DeclKind, Expr, Name, SourceClause, SourceValue, TableDecl};

use super::layout::{Between, Items, Layout};

/// The widest name with its title that the conditions of a partition are aligned behind.
const WIDEST_STAGE: usize = 48;

impl Layout<'_> {
    /// Lays out a declaration; `None` when it is none that can be.
    pub(super) fn declaration(&mut self, decl: &Decl) -> Option<()> {
        let last = self.tokens.len().checked_sub(1)?;
        self.annotations(decl, last);
        match &decl.kind {
            DeclKind::Error => return None,
            DeclKind::Profile(table) | DeclKind::Event(table) | DeclKind::Catalog(table) => {
                self.table(decl, table);
            }
            DeclKind::Events { members } => self.members(members, last),
            DeclKind::Enum { values, .. } => {
                let starts = self.starts(values.iter().map(|value| value.name.span.start));
                self.last_body(decl, &starts, Items::Fields);
            }
            DeclKind::Const { ty, value } => {
                self.type_expr(ty);
                self.assigned(value);
            }
            DeclKind::Source(source) => self.source(decl, &source.clauses),
            DeclKind::Trait { params, ty, value } => {
                self.params(params, decl.name.span.end);
                ty.iter().for_each(|ty| self.type_expr(ty));
                self.assigned(value);
            }
            DeclKind::Fn { params, ty, value } => {
                self.params(params, decl.name.span.end);
                self.type_expr(ty);
                self.assigned(value);
            }
            DeclKind::Segment {
                params, condition, ..
            } => {
                let when = self.at(condition.span.start) - 1;
                self.last_body(decl, &[when], Items::Clauses);
                self.params(params, decl.name.span.end);
                self.expr(condition, 1);
            }
            DeclKind::Partition {
                stages, otherwise, ..
            } => {
                let mut starts = self.starts(stages.iter().map(|stage| stage.name.span.start));
                starts.push(self.at(otherwise.name.span.start) - 1);
                self.last_body(decl, &starts, Items::Clauses);
                self.align(&starts, stages.iter().map(|stage| &stage.condition));
                stages
                    .iter()
                    .for_each(|stage| self.expr(&stage.condition, 1));
            }
            other => self.campaign(decl, other)?,
        }
        Some(())
    }

    /// Each annotation has a line of its own before its declaration.
    fn annotations(&mut self, decl: &Decl, last: usize) {
        let whole = self.group(0, last);
        self.groups[whole].forced = true;
        for annotation in &decl.annotations {
            let end = self.before(annotation.span.end);
            self.line(end + 1, whole, 0);
            self.annotation(annotation);
        }
    }

    /// The tokens at these offsets.
    pub(super) fn starts(&self, offsets: impl Iterator<Item = u32>) -> Vec<usize> {
        offsets.map(|offset| self.at(offset)).collect()
    }

    /// The braces that end the declaration.
    pub(super) fn last_body(&mut self, decl: &Decl, items: &[usize], kind: Items) {
        if let Some(open) = self.partner(self.tokens.len() - 1) {
            // A declaration without a name begins with its brace.
            let first = self.at(decl.name.span.start).min(open);
            self.body(first, open, items, kind);
        }
    }

    fn table(&mut self, decl: &Decl, table: &TableDecl) {
        let fields = table.fields.iter().map(|field| field.name.span.start);
        let checks = table.checks.iter().map(|check| check.span.start);
        let mut starts = self.starts(fields.chain(checks));
        starts.sort_unstable();
        self.last_body(decl, &starts, Items::Fields);
        table.fields.iter().for_each(|field| self.field(field));
        table.checks.iter().for_each(|check| self.check(check));
    }

    fn members(&mut self, members: &[Name], last: usize) {
        let starts = self.starts(members.iter().map(|name| name.span.start));
        let Some(first) = starts.first().copied() else {
            return;
        };
        let group = self.group(first - 1, last);
        self.line(first, group, 1);
        starts
            .iter()
            .skip(1)
            .for_each(|start| self.line(start - 1, group, 1));
    }

    /// Aligns the conditions of a partition's stages, two spaces behind the widest name.
    fn align<'e>(&mut self, starts: &[usize], conditions: impl Iterator<Item = &'e Expr>) {
        let whens: Vec<usize> = conditions
            .map(|condition| self.at(condition.span.start) - 1)
            .collect();
        let widths: Vec<Option<usize>> = whens
            .iter()
            .zip(starts)
            .map(|(when, start)| {
                let commented = (start + 1..=*when).any(|at| !self.tokens[at].comments.is_empty());
                let words = self.tokens[*start..*when].iter();
                let width = words
                    .map(|token| token.text.chars().count() + 1)
                    .sum::<usize>();
                Some(width).filter(|width| !commented && *width <= WIDEST_STAGE)
            })
            .collect();
        let Some(widest) = widths
            .iter()
            .flatten()
            .max()
            .copied()
            .filter(|_| whens.len() > 1)
        else {
            return;
        };
        for (when, width) in whens.into_iter().zip(widths) {
            if let Some(width) = width {
                self.gaps[when].between = Between::Space(widest - width + 1);
            }
        }
    }

    fn source(&mut self, decl: &Decl, clauses: &[SourceClause]) {
        let starts = clauses
            .iter()
            .map(|clause| match clause {
                SourceClause::From { span, .. }
                | SourceClause::Prefer { span, .. }
                | SourceClause::Field { span, .. } => self.at(span.start),
                SourceClause::Where(condition) => self.at(condition.span.start) - 1,
                SourceClause::GroupBy(keys) => {
                    let first = keys.first().map_or(0, |key| key.span.start);
                    self.at(first).saturating_sub(2)
                }
            })
            .collect::<Vec<_>>();
        self.last_body(decl, &starts, Items::Clauses);
        for clause in clauses {
            match clause {
                SourceClause::From { .. } | SourceClause::Prefer { .. } => {}
                SourceClause::Where(condition) => self.expr(condition, 1),
                SourceClause::GroupBy(keys) => self.separated(keys.iter()),
                SourceClause::Field { value, .. } => match value {
                    SourceValue::Expr(value) => self.assigned(value),
                    SourceValue::Each(fields) => {
                        let Some((name, _)) = fields.first() else {
                            continue;
                        };
                        let open = self.at(name.span.start) - 1;
                        let names = fields.iter().map(|(name, _)| name.span.start);
                        let starts = self.starts(names);
                        self.block(open, &starts, Items::Fields);
                        fields.iter().for_each(|(_, value)| self.assigned(value));
                    }
                },
            }
        }
    }

    /// Expressions separated by commas, without brackets around them.
    pub(super) fn separated<'e>(&mut self, items: impl Iterator<Item = &'e Expr>) {
        let items: Vec<&Expr> = items.collect();
        let (Some(first), Some(last)) = (items.first(), items.last()) else {
            return;
        };
        let range = self.at(first.span.start)..=self.before(last.span.end);
        let starts = self.starts(items.iter().map(|item| item.span.start));
        self.bare_list(range, &starts);
        items.into_iter().for_each(|item| self.expr(item, 1));
    }
}
