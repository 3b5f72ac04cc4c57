//! Counts: of events that a query is about, and of a list's elements. Two counts of the same events can be compared where the
//! filter of one, its window included, implies that of the other.

use std::sync::Arc;

use super::build::{Builder, FrameId};
use super::set::Set;
use super::term::{Channel, Counts, Formula, Lit, Term, TermId};
use crate::{BinderId, Expr, FieldId, Query, Type, TypeKind, Window};

/// The field of every event that holds its time.
const AT: FieldId = FieldId(0);

impl<'a> Builder<'a, '_> {
    /// How many events a query is about.
    pub(super) fn count_events(&mut self, query: &'a Query, frame: FrameId) -> TermId {
        let outer = self.bound.len();
        let kinds = self.kinds_of(&query.kinds, frame);
        self.bound.push((frame, query.binder));
        let mut shape = String::new();
        let items = self.write_items(query, frame, &mut shape);
        let mut which = String::new();
        let mut window = Some(());
        if let Some(written) = &query.window {
            window = self.write_window(written, frame, &mut which);
        }
        if let Some(filter) = &query.filter {
            which.push_str(" where ");
            which.push_str(&self.key(filter, frame));
        }
        // The last so many are others when they are asked something else.
        if matches!(query.window, Some(Window::Latest(_))) {
            shape.push_str(&which);
        }
        let known = items.is_some() && window.is_some();
        let kinds = kinds
            .filter(|_| known)
            .unwrap_or_else(|| vec![self.unknown()]);
        let key = format!("count {}{shape} {which}", kinds.join("|"));
        let term = match self.terms.find(&key) {
            Some(term) => term,
            None => {
                let kinds: Arc<[Arc<str>]> =
                    kinds.iter().map(|kind| Arc::from(kind.as_str())).collect();
                let counts = Counts {
                    kinds,
                    shape: Arc::from(shape),
                    filter: Arc::new(self.which(query, outer, frame, true)),
                    no_filter: Arc::new(self.which(query, outer, frame, false)),
                };
                self.count_term(&key, counts, false, Vec::new())
            }
        };
        self.bound.truncate(outer);
        term
    }

    /// Which events: those of the window that satisfy the filter, all of them up to now.
    fn which(&mut self, query: &'a Query, binder: usize, frame: FrameId, yes: bool) -> Formula {
        let at = self.event_time(query, binder, frame);
        let mut parts = vec![Formula::literal(
            Lit {
                term: at,
                channel: Channel::FromNow,
                set: Set::range(i64::MIN, 0),
                missing: false,
            },
            yes,
        )];
        if let Some(window) = &query.window {
            match self.window_lits(at, false, window, frame) {
                Some(lits) => parts.extend(lits.into_iter().map(|lit| Formula::literal(lit, yes))),
                None => {
                    let mut key = format!("holds b{binder}.at in");
                    if self.write_window(window, frame, &mut key).is_none() {
                        key = self.unknown();
                    }
                    let term = self.simple(&key, Set::range(0, 1), TypeKind::Bool);
                    parts.push(self.truth(term, None, yes));
                }
            }
        }
        if let Some(filter) = &query.filter {
            parts.push(self.formula(filter, frame, yes));
        }
        Formula::join(parts, yes)
    }

    /// The time of an event, by the same name as where it is written out.
    fn event_time(&mut self, query: &'a Query, binder: usize, frame: FrameId) -> TermId {
        let tables = self.tables(frame);
        let field = match &query.kinds {
            crate::Kinds::Events(kinds) => kinds
                .first()
                .and_then(|kind| tables.events.get(*kind))
                .and_then(|table| table.fields.get(AT)),
            crate::Kinds::Param(_) => None,
        };
        let mut key = format!("b{binder}.{}", field.map_or("at", |field| &field.name));
        let ty = Type::of(TypeKind::Timestamp);
        self.write_type(field.map_or(&ty, |field| &field.ty), frame, &mut key);
        self.simple(&key, Set::all(), TypeKind::Timestamp)
    }

    /// How many elements of a list satisfy a condition; missing where the list is.
    pub(super) fn count_elements(
        &mut self,
        list: &'a Expr,
        binder: BinderId,
        filter: Option<&'a Expr>,
        frame: FrameId,
    ) -> TermId {
        let whole = self.term(list, frame);
        let shape = Arc::clone(&self.terms.get(whole).key);
        self.bound.push((frame, binder));
        let mut key = format!("elements of {shape}");
        if let Some(filter) = filter {
            key.push_str(" where ");
            key.push_str(&self.key(filter, frame));
        }
        let term = match self.terms.find(&key) {
            Some(term) => term,
            None => {
                let mut which = |yes| match filter {
                    Some(filter) => self.formula(filter, frame, yes),
                    None => Formula::fixed(yes),
                };
                let counts = Counts {
                    kinds: Arc::from([]),
                    shape,
                    filter: Arc::new(which(true)),
                    no_filter: Arc::new(which(false)),
                };
                let may_miss = self.terms.get(whole).may_miss;
                self.count_term(&key, counts, may_miss, vec![whole])
            }
        };
        self.bound.pop();
        term
    }

    fn count_term(
        &mut self,
        key: &str,
        counts: Counts,
        may_miss: bool,
        needs: Vec<TermId>,
    ) -> TermId {
        self.terms.add(Term {
            key: Arc::from(key),
            universe: Set::range(0, i64::MAX),
            may_miss,
            needs,
            needs_one: None,
            at_most: None,
            counts: Some(counts),
            kind: TypeKind::Int,
            source: None,
        })
    }
}
