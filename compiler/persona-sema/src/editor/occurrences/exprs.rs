//! The names in expressions.

use std::sync::Arc;

use persona_syntax::ast::{self, ArgValue, CompareOp, Expr, ExprKind, Name, PostfixOp};

use super::super::symbol::{BuiltIn, Role, Symbol};
use super::Walk;
use super::bare::Known;
use super::meaning::{Meaning, Spot};
use crate::db::{ItemKind, lookup, signature};
use crate::{Global, Param, Type, TypeKind};

impl Walk<'_> {
    /// An expression of which a value of this type is wanted, as far as that is known. Gives what it stands for.
    pub(super) fn expr(&mut self, expr: &Expr, wanted: Option<&Type>) -> Meaning {
        match &expr.kind {
            ExprKind::Error | ExprKind::Literal(_) | ExprKind::RawStr(_) => Meaning::Nothing,
            ExprKind::Name(name) => self.bare(name, wanted),
            ExprKind::Paren(inner) => self.expr(inner, wanted),
            ExprKind::Postfix { base, ops } => self.postfix(base, ops),
            ExprKind::List(items) => {
                let element = wanted.and_then(|wanted| wanted.kind.element()).cloned();
                self.each(items, element.as_ref());
                self.checked(expr)
            }
            ExprKind::Coalesce(items) => {
                let found = items.iter().find_map(|item| self.type_of(item));
                let wanted = found.as_ref().or(wanted);
                let mut meaning = Meaning::Nothing;
                for (index, item) in items.iter().enumerate() {
                    let one = self.expr(item, wanted);
                    if index == 0 {
                        meaning = one;
                    }
                }
                meaning
            }
            ExprKind::If { arms, otherwise } => {
                for (condition, result) in arms {
                    self.expr(condition, None);
                    self.expr(result, wanted);
                }
                self.expr(otherwise, wanted);
                self.checked(expr)
            }
            ExprKind::Match { subject, arms } => {
                self.matched(subject, arms, wanted);
                self.checked(expr)
            }
            ExprKind::Call { name, args, among } => {
                let meaning = self.call(name, args);
                if let Some(among) = among {
                    self.set(among);
                }
                match meaning {
                    Meaning::Nothing => self.checked(expr),
                    meaning => meaning,
                }
            }
            ExprKind::Aggregate { name, index, arg } => {
                self.built_in(name, BuiltIn::Function);
                if let Some(index) = index {
                    self.expr(index, None);
                }
                self.aggregated(name, arg)
            }
            _ => {
                self.operation(expr);
                self.checked(expr)
            }
        }
    }

    fn checked(&self, expr: &Expr) -> Meaning {
        let ty = self.checked_type(expr);
        ty.map_or(Meaning::Nothing, |ty| Meaning::of(&ty))
    }

    pub(super) fn each<'e>(
        &mut self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        wanted: Option<&Type>,
    ) {
        for expr in exprs {
            self.expr(expr, wanted);
        }
    }

    /// What gives a value without parts.
    fn operation(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Str(parts) => {
                for part in parts {
                    if let ast::StrPart::Expr { expr, format } = part {
                        self.expr(expr, None);
                        if let Some(format) = format {
                            self.built_in(format, BuiltIn::Format);
                        }
                    }
                }
            }
            ExprKind::Record(fields) => self.each(fields.iter().map(|(_, value)| value), None),
            ExprKind::And(items) | ExprKind::Or(items) => self.each(items, None),
            ExprKind::Ago(inner)
            | ExprKind::FromNow(inner)
            | ExprKind::Neg { operand: inner, .. }
            | ExprKind::Not { operand: inner, .. }
            | ExprKind::IsKnown { operand: inner, .. } => {
                self.expr(inner, None);
            }
            ExprKind::Multiplicative { first, rest } => {
                self.expr(first, None);
                self.each(rest.iter().map(|(_, _, right)| right), None);
            }
            ExprKind::Additive { first, rest } => {
                self.expr(first, None);
                self.each(rest.iter().map(|(_, _, right)| right), None);
            }
            ExprKind::Compare {
                op, left, right, ..
            } => self.compare(*op, left, right),
            ExprKind::ContainsSet { left, right, .. } => {
                let ty = self.type_of(left);
                self.expr(left, None);
                self.expr(right, ty.as_ref());
            }
            ExprKind::Between {
                operand, low, high, ..
            } => {
                let ty = self.type_of(operand);
                for part in [operand, low, high] {
                    self.expr(part, ty.as_ref());
                }
            }
            ExprKind::In { operand, set, .. } => match operand {
                None => self.set(set),
                Some(operand) => {
                    let ty = self.type_of(operand);
                    self.expr(operand, None);
                    let list = ty.map(|ty| Type::of(TypeKind::List(Arc::new(ty.known()))));
                    self.expr(set, list.as_ref());
                }
            },
            ExprKind::Quantifier {
                var,
                list,
                condition,
                ..
            } => {
                let meaning = self.expr(list, None).element(self.schema);
                self.inside(|walk| {
                    walk.bind(var, meaning);
                    walk.each(condition.as_deref(), None);
                });
            }
            ExprKind::Did(did) => self.did(did),
            ExprKind::InWindow {
                operand, window, ..
            } => {
                self.expr(operand, None);
                self.window(window);
            }
            _ => {}
        }
    }

    fn compare(&mut self, op: CompareOp, left: &Expr, right: &Expr) {
        let of_left = self.type_of(left);
        let of_right = self.type_of(right);
        let element = |ty: &Option<Type>| ty.as_ref().and_then(|ty| ty.kind.element()).cloned();
        let wanted_right = match op {
            CompareOp::Contains | CompareOp::NotContains => element(&of_left),
            _ => of_left,
        };
        self.expr(left, of_right.as_ref());
        self.expr(right, wanted_right.as_ref());
    }

    fn matched(&mut self, subject: &Expr, arms: &[ast::MatchArm], wanted: Option<&Type>) {
        let ty = self.type_of(subject);
        self.expr(subject, None);
        for arm in arms {
            for pattern in &arm.patterns {
                if let ast::Pattern::Value(value) = pattern {
                    self.pattern(value, ty.as_ref());
                }
            }
            self.expr(&arm.result, wanted);
        }
    }

    /// A bare name here is a value of the enum before it is anything else.
    fn pattern(&mut self, value: &Expr, ty: Option<&Type>) {
        if let (ExprKind::Name(name), Some(TypeKind::Enum(id))) =
            (&value.kind, ty.map(|ty| &ty.kind))
            && self.value(*id, name).is_some()
        {
            return;
        }
        self.expr(value, ty);
    }

    /// What is asked for membership: `vip`, `recent(30d)`, `lifecycle.active`, or a list.
    pub(super) fn set(&mut self, set: &Expr) {
        match &set.kind {
            ExprKind::Name(name) => {
                if self.known(&name.text).is_some() {
                    self.reference(name);
                } else {
                    self.bare(name, None);
                }
            }
            ExprKind::Paren(inner) => self.set(inner),
            ExprKind::Postfix { base, ops } => {
                if let ExprKind::Name(name) = &base.kind
                    && let [PostfixOp::Field(value)] = ops.as_slice()
                    && let Some(Known {
                        kind: ItemKind::Partition,
                        ..
                    }) = self.known(&name.text)
                {
                    let partition = self.reference(name);
                    self.member(&partition, value, Role::Reads);
                    return;
                }
                self.postfix(base, ops);
            }
            _ => {
                self.expr(set, None);
            }
        }
    }

    fn postfix(&mut self, base: &Expr, ops: &[PostfixOp]) -> Meaning {
        let (done, mut meaning) = match self.qualified(base, ops) {
            Some((done, meaning)) => (done, meaning),
            None => (0, self.expr(base, None)),
        };
        for op in &ops[done..] {
            meaning = match op {
                PostfixOp::Field(name) => {
                    self.member(&meaning, name, Role::Reads).unwrap_or_default()
                }
                PostfixOp::Method { name, args, .. } => {
                    self.built_in(name, BuiltIn::Method);
                    self.args(args, &[], None);
                    Meaning::Nothing
                }
                PostfixOp::Index { key, .. } => {
                    let ty = match &meaning {
                        Meaning::At(spots) => self.key_type(spots),
                        _ => None,
                    };
                    self.expr(key, ty.as_ref());
                    meaning
                }
            };
        }
        meaning
    }

    /// The type of a catalog's key.
    fn key_type(&self, spots: &[Spot]) -> Option<Type> {
        let super::meaning::Table::Catalog(id) = spots.first()?.table else {
            return None;
        };
        let catalog = self.schema.catalogs.get(id)?;
        Some(catalog.table.fields.get(catalog.key)?.ty.clone())
    }

    fn call(&mut self, name: &Name, args: &[ast::Arg]) -> Meaning {
        let known = self.known(&name.text);
        if let Some(known) = known.filter(|_| !crate::vocabulary::is_function(&name.text)) {
            self.note(
                name.span,
                Symbol::Decl(Arc::clone(&known.name)),
                Role::Reads,
            );
            self.args_of(&known, args);
            return self.meaning_of(&known);
        }
        if self.given(name).is_some() || name.is_missing() {
            self.args(args, &[], None);
            return Meaning::Nothing;
        }
        if crate::vocabulary::is_function(&name.text) {
            self.built_in(name, BuiltIn::Function);
        }
        if name.text == "arm"
            && let [
                ast::Arg {
                    value:
                        ArgValue::Expr(Expr {
                            kind: ExprKind::Name(name),
                            ..
                        }),
                    ..
                },
            ] = args
        {
            let meaning = self.reference(name);
            return meaning
                .ty(self.schema)
                .map_or(Meaning::Nothing, Meaning::Typed);
        }
        self.args(args, &[], None);
        match name.text.as_str() {
            "local" => Meaning::Parts,
            "date" => Meaning::Typed(Type::of(TypeKind::Date)),
            _ => Meaning::Nothing,
        }
    }

    /// The arguments of a declaration.
    pub(super) fn args_of(&mut self, known: &Known, args: &[ast::Arg]) {
        let params = self.params_of(known);
        self.args(args, &params, Some(&known.name));
    }

    fn params_of(&self, known: &Known) -> Vec<Param> {
        let Some(decl) = lookup(self.db, &known.name).filter(|decl| *decl != self.decl) else {
            return Vec::new();
        };
        if known.kind == ItemKind::Content {
            return crate::db::content_shape(self.db, decl).params.clone();
        }
        if !known.kind.has_body() {
            return Vec::new();
        }
        match signature(self.db, decl) {
            Global::Trait(signature)
            | Global::Fn(signature)
            | Global::Segment(signature)
            | Global::Recommend(signature, _) => signature.params.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn args(&mut self, args: &[ast::Arg], params: &[Param], of: Option<&Arc<str>>) {
        for (index, arg) in args.iter().enumerate() {
            let param = match &arg.name {
                Some(name) => params.iter().find(|param| *param.name == *name.text),
                None => params.get(index),
            };
            if let (Some(name), Some(param), Some(of)) = (&arg.name, param, of) {
                let symbol = Symbol::Param {
                    of: Arc::clone(of),
                    name: Arc::clone(&param.name),
                };
                self.note(name.span, symbol, Role::Writes);
            }
            match &arg.value {
                ArgValue::Expr(value) => {
                    self.expr(value, param.map(|param| &param.ty));
                }
                ArgValue::Type(ty) => {
                    self.type_expr(ty);
                }
            }
        }
    }

    /// A value for fields: records and lists of records name the fields below these.
    pub(super) fn value_for(&mut self, value: &Expr, spots: &[Spot]) {
        match &value.kind {
            ExprKind::Record(fields) => self.row(fields, spots),
            ExprKind::List(items)
                if items
                    .iter()
                    .any(|item| matches!(item.kind, ExprKind::Record(_))) =>
            {
                items.iter().for_each(|item| self.value_for(item, spots));
            }
            ExprKind::Paren(inner) => self.value_for(inner, spots),
            _ => {
                let ty = spots.first().and_then(|spot| spot.ty(self.schema));
                self.expr(value, ty.as_ref());
            }
        }
    }

    /// Fields with their values.
    pub(super) fn row(&mut self, fields: &[(Name, Expr)], spots: &[Spot]) {
        for (name, value) in fields {
            let meaning = self.member(&Meaning::At(spots.to_vec()), name, Role::Writes);
            match meaning {
                Some(Meaning::At(inner)) => self.value_for(value, &inner),
                _ => {
                    self.expr(value, None);
                }
            }
        }
    }
}
