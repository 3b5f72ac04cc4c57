//! The names in questions about events and in windows.

use persona_base::Span;
use persona_syntax::ast::{self, Did, Name, Query, QueryArg};

use super::super::symbol::{BuiltIn, Role, Symbol};
use super::meaning::{Meaning, Spot};
use super::{Reach, Walk};

impl Walk<'_> {
    /// What an aggregate is about; gives what it stands for: an event for `first`, `last` and `nth`.
    pub(super) fn aggregated(&mut self, name: &Name, arg: &QueryArg) -> Meaning {
        match arg {
            QueryArg::Expr(expr) => {
                self.expr(expr, None);
                Meaning::Nothing
            }
            QueryArg::Query(query) => {
                let mut meaning = Meaning::Nothing;
                self.inside(|walk| meaning = walk.query(query));
                match name.text.as_str() {
                    "first" | "last" | "nth" | "min" | "max" | "most_common" => meaning,
                    _ => Meaning::Nothing,
                }
            }
        }
    }

    /// A query; its `as` name stays within reach. Gives its events, elements, or the field at the end of its path.
    pub(super) fn query(&mut self, query: &Query) -> Meaning {
        if let Some(window) = &query.window {
            self.window(window);
        }
        let (kinds, is_list) = self.kinds(query);
        let mut at = kinds.clone();
        let mut elements = kinds.clone();
        for name in &query.path {
            at = self.member(&at, name, Role::Reads).unwrap_or_default();
            let element = at.element(self.schema);
            let is_list = at
                .ty(self.schema)
                .is_some_and(|ty| ty.kind.element().is_some());
            if is_list {
                elements = element.clone();
                at = element;
            }
        }
        if is_list {
            // A list of the profile, or of what is bound: its elements are asked.
            elements = match query.path.is_empty() {
                true => kinds.element(self.schema),
                false => at.clone(),
            };
        }
        let outer = self.scopes.len();
        self.frame(kinds, !is_list);
        self.frame(elements.clone(), false);
        let given = self.scopes.len();
        if let Some(alias) = &query.alias {
            self.bind(alias, elements);
        }
        if let Some(condition) = &query.condition {
            self.expr(condition, None);
        }
        // Only the name stays.
        let names: Vec<Reach> = self.scopes.drain(given..).collect();
        self.scopes.truncate(outer);
        self.scopes.extend(names);
        at
    }

    /// What a query's kinds stand for, and whether they are a list instead.
    fn kinds(&mut self, query: &Query) -> (Meaning, bool) {
        if query.any_event {
            return (Meaning::events(self.schema.declared_events()), false);
        }
        let mut spots: Vec<Spot> = Vec::new();
        let mut is_list = false;
        for name in &query.kinds {
            let meaning = match self.given_or_list(name) {
                Some(meaning) => {
                    is_list = !matches!(meaning, Meaning::Nothing | Meaning::Parts);
                    meaning
                }
                None => self.reference(name),
            };
            if let Meaning::At(all) = meaning {
                spots.extend(all);
            } else if let Meaning::Typed(_) | Meaning::Parts = meaning {
                return (meaning, is_list);
            }
        }
        let mut seen: Vec<Spot> = Vec::with_capacity(spots.len());
        for spot in spots {
            if !seen.contains(&spot) {
                seen.push(spot);
            }
        }
        (Meaning::At(seen), is_list)
    }

    /// What looks like a kind of event may be a name that is given here, or a list among the fields.
    fn given_or_list(&mut self, name: &Name) -> Option<Meaning> {
        if let Some(meaning) = self.given(name) {
            return Some(meaning);
        }
        if let Some(known) = self.known(&name.text) {
            use crate::ItemKind as Kind;
            return match known.kind {
                Kind::Const | Kind::Trait => Some(self.bare(name, None)),
                _ => None,
            };
        }
        (name.text != crate::decl::SENT).then(|| self.bare(name, None))
    }

    pub(super) fn did(&mut self, did: &Did) {
        self.inside(|walk| {
            let events = walk.query(&did.query);
            if let Some(per) = &did.per {
                walk.member(&events, per, Role::Reads);
            }
            if let Some(times) = &did.times {
                walk.expr(&times.count, None);
            }
            if let Some(regular) = &did.regular {
                walk.expr(&regular.at_least, None);
                walk.expr(&regular.of_last, None);
            }
            for step in &did.steps {
                walk.query(&step.query);
                walk.each(step.within.as_deref(), None);
                walk.each(step.lasting.as_deref(), None);
            }
        });
    }

    pub(super) fn window(&mut self, window: &ast::Window) {
        match &window.kind {
            ast::WindowKind::Error | ast::WindowKind::This(_) => {}
            ast::WindowKind::Last(operand)
            | ast::WindowKind::Next(operand)
            | ast::WindowKind::Latest(operand) => {
                self.expr(operand, None);
            }
            ast::WindowKind::FromTo { from, to } => self.each([&**from, &**to], None),
            ast::WindowKind::LastCalendar { count, .. } => self.each(count.as_deref(), None),
        }
    }

    /// A path of fields that gets a value: `address.city`.
    pub(super) fn path(&mut self, path: &[Name], of: Meaning) -> Vec<Spot> {
        let mut at = of;
        for name in path {
            at = self.member(&at, name, Role::Writes).unwrap_or_default();
        }
        match at {
            Meaning::At(spots) => spots,
            _ => Vec::new(),
        }
    }

    /// A template's path, in quotes.
    pub(super) fn template_of(&mut self, path: &ast::Expr) {
        if let Some(text) = crate::decl::plain_string(path) {
            let written = self.written(path.span);
            let quote = written.bytes().take_while(|byte| *byte == b'"').count() as u32;
            let is_whole = written.len() as u32 >= 2 * quote && quote > 0;
            let span = match is_whole {
                true => Span::new(path.span.start + quote, path.span.end - quote),
                false => path.span,
            };
            self.note(span, Symbol::Template(text.into()), Role::Reads);
        }
    }

    /// A name that only the language gives a meaning at its place.
    pub(super) fn word(&mut self, name: &Name) {
        if !name.is_missing() {
            self.built_in(name, BuiltIn::Word);
        }
    }
}
