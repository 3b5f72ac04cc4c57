//! What the tests of this crate share: a small scope, and rendering in one step.

use std::sync::Arc;

use persona_base::{Currency, FileId};
use persona_liquid::{
    EnumTy, Field, Outcome, Plain, RenderError, Scope, Target, Template, Ty, Value, check, render,
};

/// A variable: its name, type and value.
pub(crate) type Var = (&'static str, Ty, Value);

/// What the tests' templates see.
pub(crate) fn vars() -> Vec<Var> {
    let usd = Currency::from_code("USD").expect("USD");
    let record = Ty::Record(
        [
            ("name", Ty::Str),
            ("price", Ty::Money(usd)),
            ("count", Ty::Int),
            ("note", Ty::Str.optional()),
        ]
        .map(|(name, ty)| Field {
            name: Arc::from(name),
            ty,
        })
        .into(),
    );
    let item = |name: &str, price, count, note: Option<&str>| {
        let note = note.map_or(Value::Missing, Value::text);
        Value::Record(
            [
                Value::text(name),
                Value::Int(price),
                Value::Int(count),
                note,
            ]
            .into(),
        )
    };
    let tier = EnumTy {
        name: Arc::from("Tier"),
        values: ["bronze", "gold"].map(Arc::from).to_vec(),
    };
    vec![
        ("name", Ty::Str, Value::text("Ada & co")),
        ("nobody", Ty::Str.optional(), Value::Missing),
        ("somebody", Ty::Str.optional(), Value::text("Bob")),
        ("perhaps", Ty::Int.optional(), Value::Int(3)),
        ("yes", Ty::Bool, Value::Bool(true)),
        ("count", Ty::Int, Value::Int(7)),
        ("total", Ty::Money(usd), Value::Int(1050)),
        ("birthday", Ty::Date, Value::Int(16_874)),
        ("at", Ty::Timestamp, Value::Int(1_457_917_200_000_000)),
        ("opens", Ty::TimeOfDay, Value::Int(30_600)),
        ("tier", Ty::Enum(Arc::new(tier)), Value::Enum(1)),
        (
            "tags",
            Ty::list(Ty::Str),
            Value::list(["b", "a", "B", "a"].map(Value::text)),
        ),
        (
            "gaps",
            Ty::list(Ty::Str.optional()),
            Value::list([Value::text("x"), Value::Missing]),
        ),
        (
            "numbers",
            Ty::list(Ty::Int),
            Value::list([3, 1, 2].map(Value::Int)),
        ),
        (
            "items",
            Ty::list(record),
            Value::list([
                item("shoe", 5000, 2, None),
                item("Hat", 1999, 1, Some("new")),
                item("hat", 1999, 1, None),
            ]),
        ),
        ("markup", Ty::Html, Value::text("<b>bold</b>")),
    ]
}

/// A scope of some variables and partials.
pub(crate) struct Small {
    pub(crate) vars: Vec<Var>,
    pub(crate) partials: Vec<(&'static str, Arc<Template>)>,
}

impl Small {
    pub(crate) fn new(partials: &[(&'static str, &str)]) -> Self {
        let parsed = (1..)
            .zip(partials)
            .map(|(id, (name, text))| (*name, Arc::new(Template::parse(FileId(id), text))));
        Self {
            vars: vars(),
            partials: parsed.collect(),
        }
    }

    /// Checks a template.
    pub(crate) fn check(&mut self, text: &str, target: Target) -> Outcome {
        check(&Template::parse(FileId(0), text), target, self)
    }

    /// Checks and renders a template; its diagnostics where it is refused.
    pub(crate) fn render(
        &mut self,
        text: &str,
        target: Target,
    ) -> Result<Result<String, RenderError>, String> {
        let outcome = self.check(text, target);
        let Some(template) = outcome.template else {
            let codes = outcome
                .diagnostics
                .iter()
                .map(|found| format!("{} {}", found.code, found.message));
            return Err(codes.collect::<Vec<_>>().join("\n"));
        };
        let values: Vec<Value> = template
            .roots
            .iter()
            .map(|root| self.value(&root.path))
            .collect();
        Ok(render(&template, &values, &Plain))
    }

    fn value(&self, path: &[Arc<str>]) -> Value {
        let (_, _, value) = self
            .vars
            .iter()
            .find(|(name, ..)| *name == &*path[0])
            .expect("a variable");
        assert_eq!(path.len(), 1, "no variable is a record");
        value.clone()
    }
}

impl Scope for Small {
    fn root(&mut self, name: &str) -> Option<Ty> {
        let found = self.vars.iter().find(|(known, ..)| *known == name);
        found.map(|(_, ty, _)| ty.clone())
    }
    fn names(&self) -> Vec<Arc<str>> {
        self.vars
            .iter()
            .map(|(name, ..)| Arc::from(*name))
            .collect()
    }
    fn partial(&mut self, name: &str) -> Result<Arc<Template>, Vec<String>> {
        let found = self.partials.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, template)| Arc::clone(template))
            .ok_or_else(|| vec![format!("{name}.liquid")])
    }
    fn partials(&self) -> Vec<Arc<str>> {
        self.partials
            .iter()
            .map(|(name, _)| Arc::from(*name))
            .collect()
    }
}
