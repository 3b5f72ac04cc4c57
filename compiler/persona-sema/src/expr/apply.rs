//! Traits, functions and segments with their arguments: each parameter gets one, and what may stand there depends on what
//! is applied. A function takes any values. Traits and segments are expanded when the package is compiled, so they take
//! constants, names of events and of their fields, and parameters of the declaration they stand in.

use std::sync::Arc;

use persona_base::{Span, names, types};
use persona_syntax::ast::{self, ArgValue, PostfixOp};

use super::names::{Bound, FieldHit, Owner};
use super::open::Position;
use super::repair::without_parens;
use super::types::{Role, is_picked};
use super::{Checker, Want};
use crate::env::Signature;
use crate::{Arg, BinderId, Const, EventId, Expr, ExprKind, FieldId, Kinds, Param, Type, TypeKind};
use persona_base::nearest;

impl Checker<'_> {
    /// A trait's value.
    pub(super) fn apply_trait(
        &mut self,
        name: &Arc<str>,
        signature: &Signature,
        args: &[ast::Arg],
        span: Span,
    ) -> Expr {
        if self.scope.pure {
            self.not_in_function(span, "traits");
            return self.error_at(span);
        }
        self.history |= signature.history;
        let Some(args) = self.applied(name, &signature.params, args, span, span) else {
            return self.error_at(span);
        };
        if let Some(operand) = &signature.open {
            self.open_inside(span, "trait", name, operand);
        }
        self.open_arguments(signature, &args, span);
        let kind = ExprKind::Trait(Arc::clone(name), args);
        let value = Expr {
            kind,
            ty: signature.ty.clone(),
            span,
        };
        self.settled(value)
    }

    /// A trait that leaves a parameter open is open where the argument may be missing.
    fn open_arguments(&mut self, signature: &Signature, args: &[Arg], span: Span) {
        let values: Vec<&Expr> = signature
            .open_params
            .iter()
            .filter_map(|param| match args.get(*param as usize)? {
                Arg::Value(value) => Some(value),
                Arg::Event(_) | Arg::Field(_) | Arg::Param(_) => None,
            })
            .collect();
        self.atom(span, &values);
    }

    /// The arguments of a trait or segment, one for each parameter; `None` where something was reported.
    pub(super) fn applied(
        &mut self,
        name: &str,
        params: &[Param],
        args: &[ast::Arg],
        at: Span,
        whole: Span,
    ) -> Option<Vec<Arg>> {
        let matched = self.matched(name, params, args, at, whole)?;
        let mut values = Vec::with_capacity(params.len());
        for (param, written) in params.iter().zip(matched) {
            let value = match written {
                None => param.default.clone().map(|default| {
                    let span = at;
                    Arg::Value(Expr {
                        kind: ExprKind::Const(default),
                        ty: param.ty.clone(),
                        span,
                    })
                }),
                Some(written) => self.argument(name, param, written),
            };
            values.push(value);
        }
        values.into_iter().collect()
    }

    fn argument(&mut self, name: &str, param: &Param, written: &ast::Expr) -> Option<Arg> {
        match &param.ty.kind {
            TypeKind::Event => self.event_argument(param, written),
            TypeKind::Field(ty) => self.field_argument(param, ty, written),
            _ => self.value_argument(name, param, written),
        }
    }

    fn value_argument(&mut self, name: &str, param: &Param, written: &ast::Expr) -> Option<Arg> {
        let value = self.check_argument(written, &param.ty, name)?;
        if matches!(value.kind, ExprKind::Param(_)) {
            return Some(Arg::Value(value));
        }
        let folded = super::consts::fold(&value);
        let Some(constant) = folded else {
            let text = self.quote(written.span);
            let diagnostic = self
                .diagnostic(types::NOT_CONSTANT, written.span, format!("`{name}` is worked out when the package is compiled, and `{text}` is not known then"))
                .label("an argument here is a fixed value, or a parameter")
                .help("an `fn` takes values that differ from person to person");
            self.report(diagnostic);
            return None;
        };
        let constant = super::types::converted_const(constant, &value.ty.kind, &param.ty.kind);
        Some(Arg::Value(Expr {
            kind: ExprKind::Const(constant),
            ty: param.ty.clone().known(),
            span: value.span,
        }))
    }

    /// A value for a parameter; `None` where it was reported.
    fn check_argument(&mut self, written: &ast::Expr, ty: &Type, name: &str) -> Option<Expr> {
        let mark = self.open.len();
        let value = self.check(written, ty, Role::Argument(name));
        self.strict(mark, Position::Operand, written.span);
        (!value.ty.is_error()).then_some(value)
    }

    /// The names of one or several events.
    fn event_argument(&mut self, param: &Param, written: &ast::Expr) -> Option<Arg> {
        let inner = without_parens(written);
        let all = match &inner.kind {
            ast::ExprKind::Or(all) => all.as_slice(),
            _ => std::slice::from_ref(inner),
        };
        let mut kinds: Vec<EventId> = Vec::new();
        for one in all {
            let ast::ExprKind::Name(name) = &one.kind else {
                self.not_events(param, written);
                return None;
            };
            if let Some(index) = self.event_param(name) {
                return match (all.len(), &self.scope.params[index as usize].ty.kind) {
                    (1, TypeKind::Event) => Some(Arg::Param(index)),
                    _ => {
                        self.not_events(param, written);
                        None
                    }
                };
            }
            kinds.extend(self.kind(name)?);
        }
        kinds.sort_unstable();
        kinds.dedup();
        Some(Arg::Event(kinds))
    }

    fn not_events(&mut self, param: &Param, written: &ast::Expr) {
        let message = format!("`{}` asks for the name of an event", param.name);
        let diagnostic = self
            .diagnostic(types::BAD_ARGUMENT, written.span, message)
            .label("this is none");
        let diagnostic = match self.event_of_field(written) {
            Some(event) => diagnostic.perhaps(written.span, event),
            None => diagnostic.help(
                "write its name alone: `Purchase`, or several in parentheses: `(Purchase or CartAdded)`",
            ),
        };
        self.report(diagnostic);
    }

    /// The event whose field is written, as in `Purchase.total`.
    fn event_of_field(&self, written: &ast::Expr) -> Option<String> {
        let ast::ExprKind::Postfix { base, .. } = &without_parens(written).kind else {
            return None;
        };
        let ast::ExprKind::Name(name) = &base.kind else {
            return None;
        };
        let events = &self.env.schema().events;
        let known = events.iter().any(|event| *event.name == *name.text);
        known.then(|| name.text.clone())
    }

    /// The name of an event's field.
    fn field_argument(&mut self, param: &Param, ty: &Type, written: &ast::Expr) -> Option<Arg> {
        let inner = without_parens(written);
        let (base, ops) = match &inner.kind {
            ast::ExprKind::Postfix { base, ops } => (base.as_ref(), ops.as_slice()),
            _ => (inner, &[][..]),
        };
        let ast::ExprKind::Name(base) = &base.kind else {
            self.not_a_field(param, written);
            return None;
        };
        if self.probed_field_argument(base, ty) {
            return None;
        }
        if let Some(index) = self.event_param(base) {
            return self
                .passed_on(index, param, ty, written)
                .filter(|_| ops.is_empty());
        }
        let names: Option<Vec<&ast::Name>> = ops
            .iter()
            .map(|op| match op {
                PostfixOp::Field(name) => Some(name),
                PostfixOp::Method { .. } | PostfixOp::Index { .. } => None,
            })
            .collect();
        let Some(names) = names.filter(|names| !names.is_empty()) else {
            self.not_a_field(param, written);
            return None;
        };
        let kinds = self.kind(base)?;
        self.named_field(param, ty, kinds, &names, written)
    }

    fn named_field(
        &mut self,
        param: &Param,
        wanted: &Type,
        kinds: Vec<EventId>,
        names: &[&ast::Name],
        written: &ast::Expr,
    ) -> Option<Arg> {
        let last = names.last()?;
        if names.iter().any(|name| name.is_missing()) {
            return None;
        }
        let dotted: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
        let dotted = dotted.join(".");
        let owner = Owner::Bound(Bound::Event {
            binder: BinderId(u32::MAX),
            kinds: Kinds::Events(kinds),
        });
        match self.field(&owner, &dotted) {
            FieldHit::Value(ExprKind::Event(_, fields), ty) => {
                self.typed_field(param, wanted, fields, &ty, written)
            }
            FieldHit::Differs(why) => {
                self.fields_differ(&dotted, &why, last.span);
                None
            }
            FieldHit::Value(..) | FieldHit::Fields => {
                self.not_a_field(param, written);
                None
            }
            FieldHit::None if names.len() > 1 => {
                self.not_a_field(param, written);
                None
            }
            FieldHit::None => {
                self.unknown_field(&owner, "", last);
                None
            }
        }
    }

    fn typed_field(
        &mut self,
        param: &Param,
        wanted: &Type,
        fields: Vec<(EventId, FieldId)>,
        ty: &Type,
        written: &ast::Expr,
    ) -> Option<Arg> {
        if wanted.is_error() || ty.is_error() {
            return None;
        }
        if ty.kind != wanted.kind || (ty.optional && !wanted.optional) {
            let (found, expected) = (self.type_name(ty), self.type_name(wanted));
            let mut diagnostic = self
                .diagnostic(
                    types::BAD_ARGUMENT,
                    written.span,
                    format!("`{}` is a field of type `{expected}`", param.name),
                )
                .label(format!("this field is `{found}`"));
            if ty.kind == wanted.kind {
                diagnostic = diagnostic
                    .note("it may be missing, and what takes it does not reckon with that");
            }
            self.report(diagnostic);
            return None;
        }
        Some(Arg::Field(fields))
    }

    /// A parameter of the enclosing declaration as the argument.
    fn passed_on(
        &mut self,
        index: u32,
        param: &Param,
        wanted: &Type,
        written: &ast::Expr,
    ) -> Option<Arg> {
        let own = &self.scope.params[index as usize];
        match &own.ty.kind {
            TypeKind::Field(ty) if ty.kind == wanted.kind && (wanted.optional || !ty.optional) => {
                Some(Arg::Param(index))
            }
            _ => {
                self.not_a_field(param, written);
                None
            }
        }
    }

    fn not_a_field(&mut self, param: &Param, written: &ast::Expr) {
        let wanted = self.type_name(&param.ty);
        let diagnostic = self
            .diagnostic(
                types::BAD_ARGUMENT,
                written.span,
                format!("`{}` asks for the field of an event", param.name),
            )
            .label(format!("this is no `{wanted}`"))
            .help("write it as in `Purchase.total`");
        self.report(diagnostic);
    }

    /// Which argument goes to which parameter: first by place, then by name.
    pub(super) fn matched<'x>(
        &mut self,
        name: &str,
        params: &[Param],
        args: &'x [ast::Arg],
        at: Span,
        whole: Span,
    ) -> Option<Vec<Option<&'x ast::Expr>>> {
        let mut found: Vec<Option<&ast::Expr>> = vec![None; params.len()];
        let mut fine = true;
        for (place, arg) in args.iter().enumerate() {
            let ArgValue::Expr(value) = &arg.value else {
                self.type_argument(arg);
                return None;
            };
            let index = match &arg.name {
                None if place < params.len() => Some(place),
                None => {
                    self.too_many(name, params, value.span);
                    None
                }
                Some(given) if given.is_missing() => None,
                Some(given) => self.param_named(name, params, given),
            };
            match index {
                Some(index) if found[index].is_some() => {
                    let diagnostic = self.diagnostic(
                        types::WRONG_ARGUMENTS,
                        value.span,
                        format!("`{}` is given twice", params[index].name),
                    );
                    self.report(diagnostic);
                    fine = false;
                }
                Some(index) => found[index] = Some(value),
                None => fine = false,
            }
        }
        if fine {
            fine = self.none_lacking(name, params, &found, at, whole);
        }
        fine.then_some(found)
    }

    fn type_argument(&mut self, arg: &ast::Arg) {
        let ArgValue::Type(ty) = &arg.value else {
            return;
        };
        let diagnostic = self
            .diagnostic(types::BAD_ARGUMENT, ty.span, "a type is no value")
            .help("types stand behind `.as(…)`, in sources");
        self.report(diagnostic);
    }

    fn too_many(&mut self, name: &str, params: &[Param], span: Span) {
        let message = match params.len() {
            0 => format!("`{name}` takes no arguments"),
            1 => format!("`{name}` takes one argument"),
            n => format!("`{name}` takes {n} arguments"),
        };
        let diagnostic = self
            .diagnostic(types::WRONG_ARGUMENTS, span, message)
            .label("this is one too many");
        self.report(diagnostic);
    }

    fn param_named(&mut self, name: &str, params: &[Param], given: &ast::Name) -> Option<usize> {
        let index = params.iter().position(|param| *param.name == *given.text);
        if index.is_none() {
            let all: Vec<&str> = params.iter().map(|param| &*param.name).collect();
            let mut diagnostic = self.diagnostic(
                types::WRONG_ARGUMENTS,
                given.span,
                format!("`{name}` has no parameter `{}`", given.text),
            );
            diagnostic = match nearest(&given.text, all.iter().copied()) {
                Some(near) => diagnostic.perhaps(given.span, near),
                None if all.is_empty() => diagnostic,
                None => diagnostic.label(format!(
                    "its parameters are {}",
                    super::unknown::shown(&all)
                )),
            };
            self.report(diagnostic);
        }
        index
    }

    fn none_lacking(
        &mut self,
        name: &str,
        params: &[Param],
        found: &[Option<&ast::Expr>],
        at: Span,
        whole: Span,
    ) -> bool {
        let lacking: Vec<&str> = params
            .iter()
            .zip(found)
            .filter(|(param, given)| given.is_none() && param.default.is_none())
            .map(|(param, _)| &*param.name)
            .collect();
        if lacking.is_empty() {
            return true;
        }
        let signature: Vec<String> = params
            .iter()
            .map(|param| format!("{}: {}", param.name, self.param_type_name(&param.ty)))
            .collect();
        let place = if whole.end > at.end { whole } else { at };
        let diagnostic = self
            .diagnostic(
                types::WRONG_ARGUMENTS,
                place,
                format!("`{name}` needs {}", super::unknown::shown(&lacking)),
            )
            .help(format!(
                "its parameters are `{name}({})`",
                signature.join(", ")
            ));
        self.report(diagnostic);
        false
    }

    /// A parameter's type as it is written; events by their names.
    fn param_type_name(&self, ty: &Type) -> String {
        let TypeKind::EventRecord(kinds) = &ty.kind else {
            return self.type_name(ty);
        };
        let names = kinds.iter().map(|kind| &*self.schema().events[*kind].name);
        names.collect::<Vec<_>>().join(" or ")
    }

    /// A function's value: missing where an argument is that the function needs.
    pub(super) fn apply_fn(
        &mut self,
        name: &Arc<str>,
        signature: &Signature,
        args: &[ast::Arg],
        at: Span,
        span: Span,
    ) -> Expr {
        let Some(matched) = self.matched(name, &signature.params, args, at, span) else {
            return self.error_at(span);
        };
        let mut values = Vec::with_capacity(matched.len());
        let mut lifted = false;
        for (param, written) in signature.params.iter().zip(matched) {
            let Some(written) = written else {
                let default = param.default.clone().unwrap_or(Const::Missing);
                values.push(Expr {
                    kind: ExprKind::Const(default),
                    ty: param.ty.clone().known(),
                    span: at,
                });
                continue;
            };
            let value = self.check_argument(written, &param.ty.clone().optional(), name);
            let Some(value) = value else {
                values.push(self.error_at(written.span));
                continue;
            };
            lifted |= value.ty.optional && !param.ty.optional;
            values.push(value);
        }
        if values.iter().any(|value| value.ty.is_error()) {
            return self.error_at(span);
        }
        if let Some(operand) = &signature.open {
            self.open_inside(span, "function", name, operand);
        }
        let open: Vec<&Expr> = signature
            .open_params
            .iter()
            .filter_map(|param| values.get(*param as usize))
            .collect();
        if !lifted {
            self.atom(span, &open);
        }
        let ty = Type {
            optional: signature.ty.optional || lifted,
            ..signature.ty.clone()
        };
        self.settled(Expr {
            kind: ExprKind::Fn(Arc::clone(name), values),
            ty,
            span,
        })
    }

    /// The arguments of a built-in function: so many expressions, without names.
    pub(super) fn plain_args<'x, const N: usize>(
        &mut self,
        name: &str,
        args: &'x [ast::Arg],
        span: Span,
    ) -> Option<[&'x ast::Expr; N]> {
        let exprs = self.plain_list(name, args)?;
        match <[&ast::Expr; N]>::try_from(exprs) {
            Ok(exprs) => Some(exprs),
            Err(found) => {
                let takes = match N {
                    0 => "no arguments".to_owned(),
                    1 => "one argument".to_owned(),
                    n => format!("{n} arguments"),
                };
                let diagnostic = self.diagnostic(
                    types::WRONG_ARGUMENTS,
                    span,
                    format!("`{name}` takes {takes}, and here it has {}", found.len()),
                );
                self.report(diagnostic);
                None
            }
        }
    }

    /// Any number of expressions without names.
    pub(super) fn plain_list<'x>(
        &mut self,
        name: &str,
        args: &'x [ast::Arg],
    ) -> Option<Vec<&'x ast::Expr>> {
        let mut exprs = Vec::with_capacity(args.len());
        for arg in args {
            if let Some(given) = &arg.name {
                let diagnostic = self
                    .diagnostic(
                        names::UNKNOWN_FIELD,
                        given.span,
                        format!("the arguments of `{name}` have no names"),
                    )
                    .help("leave the name and the colon out");
                self.report(diagnostic);
                return None;
            }
            let ArgValue::Expr(value) = &arg.value else {
                self.type_argument(arg);
                return None;
            };
            exprs.push(value);
        }
        Some(exprs)
    }

    /// A value of a built-in function's argument, of one of some types.
    pub(super) fn typed_argument(
        &mut self,
        name: &str,
        written: &ast::Expr,
        takes: &str,
        fits: &dyn Fn(&TypeKind) -> bool,
        wanted: &TypeKind,
    ) -> Option<Expr> {
        let mark = self.open.len();
        let hint = Type::of(wanted.clone());
        let value = self.infer(written, Want::of(&hint));
        self.strict(mark, Position::Operand, written.span);
        let value = if is_picked(&value) {
            self.whole_event(&value)
        } else {
            value
        };
        if value.ty.is_error() {
            return None;
        }
        if fits(&value.ty.kind) {
            return Some(value);
        }
        let noun = self.noun(&value.ty.kind);
        let diagnostic = self
            .diagnostic(
                types::BAD_ARGUMENT,
                written.span,
                format!("`{name}` takes {takes}, and this is {noun}"),
            )
            .label(format!("this is `{}`", self.type_name(&value.ty)));
        let diagnostic = self.with_repair(diagnostic, written, &value, wanted);
        self.report(diagnostic);
        None
    }
}
