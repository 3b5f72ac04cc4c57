//! `in`: segments and stages of partitions, lists; and `contains any`, `contains all`.

use std::sync::Arc;

use persona_base::{Applicability, Span, names, types};
use persona_syntax::ast::{self, PostfixOp};

use super::repair::without_parens;
use super::types::comparable;
use super::{Checker, Want};
use crate::env::Global;
use crate::{Arg, Const, Expr, ExprKind, Op, Type, TypeKind};

impl Checker<'_> {
    /// `in vip`, `in recent_browser("shoes")`, `in lifecycle.active`.
    pub(super) fn in_segment(&mut self, set: &ast::Expr, op_span: Span, span: Span) -> Expr {
        use ast::ExprKind as Kind;
        let inner = without_parens(set);
        match &inner.kind {
            Kind::Postfix { base, ops } => match (&base.kind, ops.as_slice()) {
                (Kind::Name(partition), [PostfixOp::Field(stage)]) => {
                    self.in_stage(partition, stage, span)
                }
                _ => self.no_segment(inner, span),
            },
            Kind::Name(_) | Kind::Call { .. } => {
                match self.segment_reference(inner, Some(op_span), span) {
                    Some((name, args)) => Expr {
                        kind: ExprKind::Segment(name, args),
                        ty: Type::BOOL,
                        span,
                    },
                    None => self.error_at(span),
                }
            }
            Kind::Error => self.error_at(span),
            _ => self.no_segment(inner, span),
        }
    }

    /// A segment by its name and arguments; `None` where it was reported.
    pub(super) fn segment_reference(
        &mut self,
        written: &ast::Expr,
        op_span: Option<Span>,
        span: Span,
    ) -> Option<(Arc<str>, Vec<Arg>)> {
        let (name, args) = match &without_parens(written).kind {
            ast::ExprKind::Name(name) => (name, &[][..]),
            ast::ExprKind::Call { name, args, .. } => (name, args.as_slice()),
            _ => {
                self.no_segment(written, span);
                return None;
            }
        };
        if name.is_missing() {
            return None;
        }
        if self.scope.pure {
            self.not_in_function(name.span, "segments");
            return None;
        }
        let text: Arc<str> = Arc::from(name.text.as_str());
        match self.env.global(&text) {
            Some(Global::Segment(signature)) => {
                self.history |= signature.history;
                let args = self.applied(&text, &signature.params, args, name.span, written.span)?;
                if let Some(operand) = &signature.open {
                    self.open_segment(span, &text, operand);
                }
                Some((text, args))
            }
            Some(Global::Broken) => None,
            other => {
                self.wrong_segment(name, other.as_ref(), op_span, written);
                None
            }
        }
    }

    fn wrong_segment(
        &mut self,
        name: &ast::Name,
        found: Option<&Global>,
        op_span: Option<Span>,
        written: &ast::Expr,
    ) {
        let text = name.text.as_str();
        let diagnostic = self.diagnostic(
            names::NOT_A_SEGMENT,
            name.span,
            format!("`{text}` is not a segment"),
        );
        let diagnostic = match found {
            Some(Global::Partition(id)) => {
                let def = &self.schema().enums[*id];
                let stages: Vec<&str> = def.values.iter().map(|(name, _)| &**name).collect();
                let diagnostic = diagnostic.label(format!(
                    "it is a partition; its stages are {}",
                    super::unknown::shown(&stages)
                ));
                match stages.first() {
                    Some(_) if op_span.is_none() => diagnostic.help(format!(
                        "ask for a stage in a segment of its own: `when in {text}.…`"
                    )),
                    Some(stage) => {
                        let new = format!("{text}.{stage}");
                        diagnostic.fix(
                            format!("name a stage: `{new}`"),
                            Applicability::Maybe,
                            name.span,
                            new,
                        )
                    }
                    None => diagnostic,
                }
            }
            Some(Global::Trait(signature)) if signature.ty.kind == TypeKind::Bool => {
                let diagnostic = diagnostic.label("it is a trait, a yes or no by itself");
                match op_span {
                    Some(op) => diagnostic.fix(
                        format!("write `{text}` alone"),
                        Applicability::Always,
                        op.to(written.span),
                        self.negation_kept(op, written.span),
                    ),
                    None => diagnostic,
                }
            }
            Some(other) => diagnostic.label(format!("it is {}", described(other))),
            None if self.means_something(name) => diagnostic
                .help("`in` asks about a segment, as in `in vip`; compare values with `==`"),
            None => {
                self.unknown_segment(name);
                return;
            }
        };
        self.report(diagnostic);
    }

    /// The reference alone, with the `not` that stood before `in`.
    fn negation_kept(&self, op: Span, written: Span) -> String {
        let not = if self.text(op).starts_with("not") {
            "not "
        } else {
            ""
        };
        format!("{not}{}", self.text(written))
    }

    pub(super) fn in_stage(
        &mut self,
        partition: &ast::Name,
        stage: &ast::Name,
        span: Span,
    ) -> Expr {
        if partition.is_missing() || stage.is_missing() {
            return self.error_at(span);
        }
        if self.scope.pure {
            self.not_in_function(partition.span, "partitions");
            return self.error_at(span);
        }
        match self.env.global(&partition.text) {
            Some(Global::Partition(id)) => {
                let def = &self.schema().enums[id];
                match def
                    .values
                    .iter()
                    .position(|(name, _)| **name == *stage.text)
                {
                    Some(index) => {
                        // A partition may ask about events; its signature does not say.
                        self.history = true;
                        let kind = ExprKind::Stage(
                            partition.text.as_str().into(),
                            u32::try_from(index).unwrap_or(u32::MAX),
                        );
                        Expr {
                            kind,
                            ty: Type::BOOL,
                            span,
                        }
                    }
                    None => {
                        self.unknown_value(id, stage);
                        self.error_at(span)
                    }
                }
            }
            Some(Global::Broken) => self.error_at(span),
            Some(other) => {
                let diagnostic = self
                    .diagnostic(
                        names::NOT_A_SEGMENT,
                        partition.span,
                        format!("`{}` has no stages that one could be in", partition.text),
                    )
                    .label(format!("it is {}", described(&other)));
                self.fail(span, diagnostic)
            }
            None if self.means_something(partition) => {
                let text = self.text(partition.span);
                let diagnostic = self
                    .diagnostic(
                        names::NOT_A_SEGMENT,
                        partition.span,
                        format!("`{text}` has no stages that one could be in"),
                    )
                    .label("it is a value, not a partition")
                    .fix(
                        format!("compare it: `{text} == {}`", stage.text),
                        Applicability::Maybe,
                        span,
                        format!("{text} == {}", stage.text),
                    );
                self.fail(span, diagnostic)
            }
            None => {
                self.unknown_segment(partition);
                self.error_at(span)
            }
        }
    }

    pub(super) fn no_segment(&mut self, written: &ast::Expr, span: Span) -> Expr {
        let diagnostic = self
            .diagnostic(
                names::NOT_A_SEGMENT,
                written.span,
                "`in` without a value before it asks about a segment",
            )
            .label("this is not the name of a segment")
            .help("write `in vip`, or say what should be in the list: `country in [US, CA]`");
        self.fail(span, diagnostic)
    }

    /// `x in [a, b]`, `x in EU`, `sku in wishlist`.
    pub(super) fn in_list(
        &mut self,
        operand: &ast::Expr,
        set: &ast::Expr,
        op_span: Span,
        span: Span,
    ) -> Expr {
        if let ast::ExprKind::Name(name) = &without_parens(set).kind
            && matches!(self.env.global(&name.text), Some(Global::Segment(_)))
            && !self.means_a_value(name)
        {
            let diagnostic = self
                .diagnostic(
                    names::NOT_A_VALUE,
                    operand.span,
                    format!("`{}` is a segment: people are in it, not values", name.text),
                )
                .fix(
                    format!("ask `in {}`", name.text),
                    Applicability::Maybe,
                    operand.span.to(set.span),
                    format!("in {}", name.text),
                );
            return self.fail(span, diagnostic);
        }
        if let ast::ExprKind::List(items) = &without_parens(set).kind {
            return self.in_items(operand, items, set.span, span);
        }
        let (value, list) = if self.needs_hint(set) && !self.needs_hint(operand) {
            let value = self.operand(operand, Want::NOTHING);
            let hint = value.ty.clone();
            (value, self.operand(set, Want::of(&hint)))
        } else {
            let list = self.operand(set, Want::NOTHING);
            let hint = list.ty.kind.element().cloned();
            (
                self.operand(operand, hint.as_ref().map_or(Want::NOTHING, Want::of)),
                list,
            )
        };
        let hint = list.ty.kind.element().cloned();
        if list.ty.is_error() || value.ty.is_error() {
            return self.broken_test(Op::In, vec![value, list], span);
        }
        let Some(element) = hint else {
            return self.not_a_list(&value, &list, (operand, set), op_span, span);
        };
        if !comparable(&element.kind, &value.ty.kind) {
            return self.not_an_element(&value, &element, operand, span);
        }
        let constant = matches!(list.kind, ExprKind::Const(_))
            || (matches!(list.kind, ExprKind::Param(_)) && !self.scope.pure);
        if constant {
            return self.test(Op::In, vec![value, list], span);
        }
        self.test(Op::Has, vec![list, value], span)
    }

    /// Whether a name is a parameter or a field here.
    pub(super) fn means_a_value(&mut self, name: &ast::Name) -> bool {
        self.scope
            .params
            .iter()
            .any(|param| *param.name == *name.text)
            || !matches!(
                self.field(&self.bare_owner(), &name.text),
                super::names::FieldHit::None
            )
    }

    /// `x in [..]`: constants are looked up, other values are compared one by one.
    fn in_items(
        &mut self,
        operand: &ast::Expr,
        items: &[ast::Expr],
        list: Span,
        span: Span,
    ) -> Expr {
        let needs_hint =
            self.needs_hint(operand) && items.first().is_some_and(|first| !self.needs_hint(first));
        let (value, element, values) = if needs_hint {
            let (element, values) = self.list_items(items, None);
            let value = self.operand(operand, Want::of(&element));
            (value, element, values)
        } else {
            let value = self.operand(operand, Want::NOTHING);
            let hint = element_hint(&value.ty);
            let (element, values) = self.list_items(items, hint.as_ref());
            (value, element, values)
        };
        if value.ty.is_error() || element.is_error() {
            return self.broken_test(Op::In, vec![value], span);
        }
        if items.is_empty() {
            self.empty_list(list, "no");
        }
        if !super::types::has_equality(&value.ty.kind) || !comparable(&value.ty.kind, &element.kind)
        {
            return self.not_an_element(&value, &element, operand, span);
        }
        if let Some(constants) = self.constants(&values, &element.kind) {
            let ty = Type::of(TypeKind::List(Arc::new(element)));
            let list = Expr {
                kind: ExprKind::Const(Const::List(constants)),
                ty,
                span: list,
            };
            return self.test(Op::In, vec![value, list], span);
        }
        let mut operands = vec![&value];
        operands.extend(&values);
        self.atom(span, &operands);
        let equal = |item: Expr| {
            let span = item.span;
            Expr {
                kind: ExprKind::Op(Op::Eq, vec![value.clone(), item]),
                ty: Type::BOOL,
                span,
            }
        };
        any_of(Op::Or, values.into_iter().map(equal).collect(), span)
    }

    /// All elements as constants of the list's type, if all are constant.
    #[expect(clippy::unused_self, reason = "reads as the other steps do")]
    fn constants(&self, values: &[Expr], element: &TypeKind) -> Option<Vec<Const>> {
        let constant = |value: &Expr| {
            let folded = super::consts::fold(value)?;
            Some(super::types::converted_const(
                folded,
                &value.ty.kind,
                element,
            ))
        };
        values.iter().map(constant).collect()
    }

    fn not_a_list(
        &mut self,
        value: &Expr,
        list: &Expr,
        written: (&ast::Expr, &ast::Expr),
        op_span: Span,
        span: Span,
    ) -> Expr {
        let noun = self.noun(&list.ty.kind);
        let text = self.text(written.1.span);
        let diagnostic = self.diagnostic(
            types::NO_SUCH_OPERATION,
            list.span,
            format!("`in` looks into a list, and this is {noun}"),
        );
        let diagnostic = if list.ty.kind.is_text() && value.ty.kind.is_text() {
            let new = format!("{text} contains {}", self.text(written.0.span));
            diagnostic.perhaps(span, new)
        } else if comparable(&list.ty.kind, &value.ty.kind)
            && super::types::has_equality(&list.ty.kind)
            && !self.text(op_span).starts_with("not")
        {
            diagnostic.fix("compare with `==`", Applicability::Maybe, op_span, "==")
        } else {
            diagnostic.help("write the values in brackets: `in [..]`")
        };
        self.fail(span, diagnostic)
    }

    fn not_an_element(
        &mut self,
        value: &Expr,
        element: &Type,
        written: &ast::Expr,
        span: Span,
    ) -> Expr {
        let (a, b) = (self.noun(&value.ty.kind), self.noun(&element.kind));
        let diagnostic = self
            .diagnostic(
                types::NOT_COMPARABLE,
                value.span,
                format!("{a} is never in a list that holds {b}"),
            )
            .label(format!("this is {a}"));
        let diagnostic = self.with_repair(diagnostic, written, value, &element.kind);
        self.fail(span, diagnostic)
    }

    /// `tags contains any ["x", "y"]`.
    pub(super) fn contains_set(
        &mut self,
        all: bool,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Expr {
        let op = if all { Op::HasAll } else { Op::HasAny };
        let collection = self.operand(left, Want::NOTHING);
        let element = match collection.ty.kind.element() {
            Some(element) => element.clone(),
            None if collection.ty.is_error() => Type::ERROR,
            None => {
                let noun = self.noun(&collection.ty.kind);
                let diagnostic = self
                    .diagnostic(
                        types::NO_SUCH_OPERATION,
                        collection.span,
                        format!(
                            "`contains any` and `contains all` look into a list, and this is {noun}"
                        ),
                    )
                    .help("ask about each on its own, joined with `or` or `and`");
                return self.fail(span, diagnostic);
            }
        };
        let ast::ExprKind::List(items) = &without_parens(right).kind else {
            return self.contains_list(op, collection, &element, right, span);
        };
        let hint = element_hint(&element);
        let (wanted, values) = self.list_items(items, hint.as_ref());
        if element.is_error() || wanted.is_error() {
            return self.broken_test(op, vec![collection], span);
        }
        if items.is_empty() {
            self.empty_list(right.span, if all { "yes" } else { "no" });
        }
        if let Some(constants) = self.constants(&values, &wanted.kind) {
            let ty = Type::of(TypeKind::List(Arc::new(wanted)));
            let list = Expr {
                kind: ExprKind::Const(Const::List(constants)),
                ty,
                span: right.span,
            };
            return self.test(op, vec![collection, list], span);
        }
        let mut operands = vec![&collection];
        operands.extend(&values);
        self.atom(span, &operands);
        let has = |item: Expr| {
            let span = item.span;
            Expr {
                kind: ExprKind::Op(Op::Has, vec![collection.clone(), item]),
                ty: Type::BOOL,
                span,
            }
        };
        any_of(
            if all { Op::And } else { Op::Or },
            values.into_iter().map(has).collect(),
            span,
        )
    }

    /// The wanted elements by a name: a constant or a parameter.
    fn contains_list(
        &mut self,
        op: Op,
        collection: Expr,
        element: &Type,
        right: &ast::Expr,
        span: Span,
    ) -> Expr {
        let ty = Type::of(TypeKind::List(Arc::new(element.clone())));
        let list = self.operand(right, Want::of(&ty));
        if list.ty.is_error() || element.is_error() {
            return self.broken_test(op, vec![collection, list], span);
        }
        let Some(wanted) = list.ty.kind.element() else {
            let noun = self.noun(&list.ty.kind);
            let brackets = format!("[{}]", self.text(right.span));
            let diagnostic = self
                .diagnostic(
                    types::NO_SUCH_OPERATION,
                    list.span,
                    format!("a list is needed here, and this is {noun}"),
                )
                .perhaps(right.span, brackets);
            return self.fail(span, diagnostic);
        };
        if !comparable(&wanted.kind, &element.kind) {
            let wanted = wanted.clone();
            let like = Expr { ty: wanted, ..list };
            return self.not_an_element(&like, element, right, span);
        }
        let constant = matches!(list.kind, ExprKind::Const(_))
            || (matches!(list.kind, ExprKind::Param(_)) && !self.scope.pure);
        if !constant {
            let text = self.quote(right.span);
            let diagnostic = self
                .diagnostic(
                    types::NOT_CONSTANT,
                    right.span,
                    "the elements to look for must be the same for everyone",
                )
                .label(format!("`{text}` differs from person to person"))
                .help(format!("go through them: `any x in {text} where …`"));
            return self.fail(span, diagnostic);
        }
        self.test(op, vec![collection, list], span)
    }
}

/// What a list beside a value holds: text stands for validated text too.
fn element_hint(ty: &Type) -> Option<Type> {
    match &ty.kind {
        TypeKind::Error => None,
        kind if kind.is_text() => Some(Type::of(TypeKind::Str)),
        kind => Some(Type::of(kind.clone())),
    }
}

fn any_of(op: Op, mut operands: Vec<Expr>, span: Span) -> Expr {
    if operands.len() == 1 {
        return operands.remove(0);
    }
    Expr {
        kind: ExprKind::Op(op, operands),
        ty: Type::BOOL,
        span,
    }
}

fn described(global: &Global) -> &'static str {
    match global {
        Global::Const { .. } => "a constant",
        Global::Trait(_) => "a trait",
        Global::Fn(_) => "a function",
        Global::Segment(_) => "a segment",
        Global::Partition(_) => "a partition",
        Global::Event(_) => "an event",
        Global::Events => "a group of events",
        Global::Enum(_) => "an enum",
        Global::Profile => "the profile",
        Global::Source => "a source of data",
        Global::Catalog(_) => "a catalog",
        Global::Purpose => "a purpose",
        Global::Channel => "a channel",
        Global::Recommend(..) => "a recommendation",
        Global::Content => "a content",
        Global::Trigger => "a trigger",
        Global::Experiment(_) => "an experiment",
        Global::Broken => "broken",
    }
}
