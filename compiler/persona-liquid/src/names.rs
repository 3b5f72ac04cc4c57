//! The names that a template writes, in the order of its text, for editors. No name is resolved: who visits knows what they mean.

use std::sync::Arc;

use persona_base::Span;

use crate::Template;
use crate::ast::*;

/// A variable, and the fields asked of it up to where something else is asked: `cart`, `value` of `cart.value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePath {
    /// The names with their places in the template.
    pub names: Vec<(Arc<str>, Span)>,
    /// Whether nothing else follows: then the value is that of the last name.
    pub is_whole: bool,
}

/// What a template does with names.
#[derive(Clone, Debug, PartialEq)]
pub enum NameUse {
    /// A value is asked.
    Path(NamePath),
    /// A value is compared with a text in quotes, whose inside stands here.
    Compared(NamePath, Arc<str>, Span),
    /// A name is given to what a path stands for (none: to something else), here.
    Gives(Arc<str>, Span, Option<NamePath>),
    /// A name is given to each element of what a path stands for; up to [`NameUse::Ends`].
    Each(Arc<str>, Span, Option<NamePath>),
    /// The end of what began with [`NameUse::Each`].
    Ends,
    /// Another template is rendered; with the names that it is given, whether these stand for elements, and whether it sees
    /// all that is seen here.
    Partial {
        /// Its name as written.
        path: Arc<str>,
        /// What it is given.
        given: Vec<(Arc<str>, Option<NamePath>, bool)>,
        /// `include`
        sees_all: bool,
    },
}

impl Template {
    /// Visits the names of the template.
    pub fn names(&self, visit: &mut dyn FnMut(NameUse)) {
        Walk {
            text: &self.text,
            visit,
        }
        .block(&self.body);
    }
}

struct Walk<'w> {
    text: &'w str,
    visit: &'w mut dyn FnMut(NameUse),
}

impl Walk<'_> {
    fn block(&mut self, block: &Block) {
        for node in &block.nodes {
            self.node(&node.kind);
        }
    }

    fn node(&mut self, node: &NodeKind) {
        match node {
            NodeKind::Error | NodeKind::Text | NodeKind::Break | NodeKind::Continue => {}
            NodeKind::Output(value) => self.filtered(value),
            NodeKind::If(branches, otherwise) => {
                for branch in branches {
                    self.condition(&branch.condition);
                    self.block(&branch.body);
                }
                otherwise.iter().for_each(|block| self.block(block));
            }
            NodeKind::Case(case) => {
                self.operand(&case.subject);
                for (values, body) in &case.whens {
                    for value in values {
                        self.operand(value);
                        self.compared(&case.subject, value);
                    }
                    self.block(body);
                }
                case.otherwise.iter().for_each(|block| self.block(block));
            }
            NodeKind::For(one) => self.each(one),
            NodeKind::Assign(name, value) => {
                self.filtered(value);
                let path = value.filters.is_empty().then(|| self.path_of(&value.value));
                self.gives(name, path.flatten());
            }
            NodeKind::Capture(name, body) => {
                self.block(body);
                self.gives(name, None);
            }
            NodeKind::Cycle(cycle) => {
                cycle.group.iter().for_each(|group| self.operand(group));
                cycle.items.iter().for_each(|item| self.operand(item));
            }
            NodeKind::Count(name, _) => self.gives(name, None),
            NodeKind::Partial(partial) => self.partial(partial),
            NodeKind::IfChanged(body) => self.block(body),
        }
    }

    fn gives(&mut self, name: &Name, path: Option<NamePath>) {
        (self.visit)(NameUse::Gives(Arc::clone(&name.text), name.span, path));
    }

    fn each(&mut self, one: &Loop) {
        self.operand(&one.list);
        let counts = one.limit.iter().chain(match &one.offset {
            Some(Offset::At(offset)) => Some(offset),
            _ => None,
        });
        counts.for_each(|count| self.operand(count));
        let columns = one.table.iter().flatten();
        columns.for_each(|columns| self.operand(columns));
        let list = self.path_of(&one.list);
        let name = Arc::clone(&one.name.text);
        (self.visit)(NameUse::Each(name, one.name.span, list));
        self.block(&one.body);
        (self.visit)(NameUse::Ends);
        one.otherwise.iter().for_each(|block| self.block(block));
    }

    fn partial(&mut self, partial: &Partial) {
        self.operand(&partial.path);
        let mut given = Vec::new();
        for (name, value) in &partial.args {
            self.operand(value);
            given.push((Arc::clone(&name.text), self.path_of(value), false));
        }
        let OperandKind::Str(path) = &partial.path.kind else {
            return;
        };
        if let Some(bound) = &partial.bound {
            self.operand(&bound.value);
            let file = path.rsplit('/').next().unwrap_or(path);
            let own = file.split('.').next().unwrap_or(file);
            let name = bound.name.as_ref().map_or(own, |name| &name.text);
            given.push((Arc::from(name), self.path_of(&bound.value), bound.each));
        }
        (self.visit)(NameUse::Partial {
            path: Arc::clone(path),
            given,
            sees_all: partial.include,
        });
    }

    fn condition(&mut self, condition: &Condition) {
        self.comparison(&condition.first);
        for (_, _, next) in &condition.rest {
            self.comparison(next);
        }
    }

    fn comparison(&mut self, one: &Comparison) {
        self.operand(&one.left);
        if let Some((_, _, right)) = &one.right {
            self.operand(right);
            self.compared(&one.left, right);
            self.compared(right, &one.left);
        }
    }

    /// A path beside a text.
    fn compared(&mut self, value: &Operand, text: &Operand) {
        if let (Some(path), OperandKind::Str(said)) = (self.path_of(value), &text.kind)
            && path.is_whole
            && text.span.len() as usize == said.len() + 2
        {
            let inside = Span::new(text.span.start + 1, text.span.end - 1);
            (self.visit)(NameUse::Compared(path, Arc::clone(said), inside));
        }
    }

    fn filtered(&mut self, value: &Filtered) {
        self.operand(&value.value);
        for filter in &value.filters {
            filter.args.iter().for_each(|arg| self.operand(&arg.value));
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match &operand.kind {
            OperandKind::Path(path) => {
                if let Some(path) = self.path_of(operand) {
                    (self.visit)(NameUse::Path(path));
                }
                if let Head::Dynamic(inner) = &path.head {
                    self.operand(inner);
                }
                for (step, _) in &path.steps {
                    if let Step::Index(index) = step {
                        self.operand(index);
                    }
                }
            }
            OperandKind::Range(ends) => {
                self.operand(&ends.0);
                self.operand(&ends.1);
            }
            OperandKind::Error
            | OperandKind::Nil
            | OperandKind::Blank
            | OperandKind::Empty
            | OperandKind::Bool(_)
            | OperandKind::Int(_)
            | OperandKind::Float(_)
            | OperandKind::Str(_) => {}
        }
    }

    /// The names of a path, up to an index.
    fn path_of(&self, operand: &Operand) -> Option<NamePath> {
        let OperandKind::Path(path) = &operand.kind else {
            return None;
        };
        let Head::Name(head) = &path.head else {
            return None;
        };
        let mut names = vec![(Arc::clone(&head.text), head.span)];
        for (step, span) in &path.steps {
            let Step::Field(name) = step else {
                break;
            };
            // The place of a step may begin with its dot.
            let start = span.end.checked_sub(name.len() as u32)?;
            let own = Span::new(start, span.end);
            if own.of(self.text) != &**name {
                break;
            }
            names.push((Arc::clone(name), own));
        }
        let is_whole = names.len() == path.steps.len() + 1;
        Some(NamePath { names, is_whole })
    }
}

#[cfg(test)]
mod tests {
    use persona_base::FileId;

    use super::{NamePath, NameUse};
    use crate::Template;

    fn path(path: &NamePath, text: &str) -> String {
        let names = path.names.iter().map(|(name, span)| {
            assert_eq!(span.of(text), &**name, "places are those of the names");
            name.to_string()
        });
        let whole = if path.is_whole { "" } else { "…" };
        format!("{}{whole}", names.collect::<Vec<_>>().join("."))
    }

    fn shown(text: &str) -> String {
        let mut shown = Vec::new();
        Template::parse(FileId(0), text).names(&mut |one| {
            let of = |given: &Option<NamePath>| {
                given.as_ref().map_or("-".to_owned(), |one| path(one, text))
            };
            shown.push(match &one {
                NameUse::Path(one) => path(one, text),
                NameUse::Compared(one, said, span) => {
                    assert_eq!(span.of(text), &**said);
                    format!("{} is {said}", path(one, text))
                }
                NameUse::Gives(name, _, given) => format!("{name} = {}", of(given)),
                NameUse::Each(name, _, given) => format!("each {name} of {}", of(given)),
                NameUse::Ends => "end".to_owned(),
                NameUse::Partial {
                    path,
                    given,
                    sees_all,
                } => {
                    let given: Vec<String> = given
                        .iter()
                        .map(|(name, given, each)| {
                            format!("{name} = {}{}", of(given), if *each { "*" } else { "" })
                        })
                        .collect();
                    format!(
                        "{path}({}){}",
                        given.join(", "),
                        if *sees_all { " all" } else { "" }
                    )
                }
            });
        });
        shown.join("; ")
    }

    #[test]
    fn values_are_told_where_they_stand() {
        assert_eq!(
            shown("{{ cart.value | money: rate }} {{ items[0].sku }}"),
            "cart.value; rate; items…"
        );
        assert_eq!(
            shown("{% if tier == 'gold' and a.b %}{{ x }}{% endif %}"),
            "tier; tier is gold; a.b; x"
        );
        assert_eq!(
            shown("{% case tier %}{% when \"gold\" %}{% endcase %}"),
            "tier; tier is gold"
        );
    }

    #[test]
    fn names_are_given_and_end() {
        assert_eq!(
            shown("{% for i in cart.items %}{{ i.sku }}{% endfor %}"),
            "cart.items; each i of cart.items; i.sku; end"
        );
        assert_eq!(
            shown("{% assign x = cart.value %}{% assign y = a | upcase %}{{ x }}"),
            "cart.value; x = cart.value; a; y = -; x"
        );
    }

    #[test]
    fn partials_are_told_with_what_they_are_given() {
        assert_eq!(
            shown("{% render 'row' with item as it, a: b.c %}"),
            "b.c; item; row(a = b.c, it = item)"
        );
        assert_eq!(
            shown("{% render 'p/row.liquid' for items %}{% include 'x' %}"),
            "items; p/row.liquid(row = items*); x() all"
        );
    }

    #[test]
    fn broken_templates_are_visited_too() {
        shown("{{ a.");
        shown("{% for in %}{{ {% if");
    }
}
