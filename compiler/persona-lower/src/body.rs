//! The body of one declaration being lowered: its arguments, and what its binders stand for. Finds for every form of
//! expression the module that lowers it; decides nothing itself.

use std::sync::Arc;

use persona_ir::campaign::RecommendId;
use persona_ir::{CatalogId, EventCol, KindId, NodeId, Op, Schema, Ty};
use persona_sema::{Arg, BinderId, Const, EventId, Expr, ExprKind, FieldId, Param};

use crate::program::{Args, Key, Program, Value};
use crate::schema;

/// The body of a declaration, somewhere inside its binders.
#[derive(Debug)]
pub(crate) struct Body<'p, 'a> {
    pub(crate) program: &'p mut Program<'a>,
    /// The declaration's name.
    pub(crate) name: Arc<str>,
    args: Args,
    bound: Vec<Bound>,
    /// The level that the next binder gets.
    pub(crate) level: u8,
}

/// What a binder stands for.
#[derive(Debug)]
struct Bound {
    id: BinderId,
    level: u8,
    what: What,
}

/// An event or an element.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// An event of one of these kinds.
    Event(Arc<[KindId]>),
    /// An element of a list of one of these types (one for each kind of event that has the list).
    Elem(Vec<Ty>),
}

impl What {
    /// An item of a catalog.
    pub(crate) fn item(catalog: CatalogId) -> Self {
        Self::Elem(vec![Ty::List(Ty::Item(catalog).into())])
    }
}

impl<'p, 'a> Body<'p, 'a> {
    /// A body whose binders start at a level.
    pub(crate) fn new(program: &'p mut Program<'a>, name: Arc<str>, args: Args, level: u8) -> Self {
        Self {
            program,
            name,
            args,
            bound: Vec::new(),
            level,
        }
    }

    /// Binds an event or element and gives its level.
    pub(crate) fn bind(&mut self, id: BinderId, what: What) -> u8 {
        let level = self.level;
        self.bound.push(Bound { id, level, what });
        match level.checked_add(1) {
            Some(next) => self.level = next,
            None => self.program.too_deep(),
        }
        level
    }

    /// Forgets the binders that were added since `count` were there, the next of which will get this level.
    pub(crate) fn unbind(&mut self, count: usize, level: u8) {
        self.bound.truncate(count);
        self.level = level;
    }

    /// How many binders there are.
    pub(crate) fn bound(&self) -> usize {
        self.bound.len()
    }

    /// What a binder around stands for; nothing for a name that the whole declaration is given.
    fn binder(&self, id: BinderId) -> Option<(u8, &What)> {
        let bound = self.bound.iter().rev().find(|bound| bound.id == id)?;
        Some((bound.level, &bound.what))
    }

    /// The argument for a parameter.
    pub(crate) fn arg(&self, param: u32) -> &Value {
        &self.args[param as usize]
    }

    /// A condition: a Bool that is never missing.
    pub(crate) fn condition(&mut self, expr: &Expr) -> NodeId {
        let node = self.expr(expr);
        self.program.graph.settled(node)
    }

    /// A value as the type asked for.
    pub(crate) fn expr_as(&mut self, expr: &Expr, ty: &Ty) -> NodeId {
        let node = self.expr(expr);
        self.program.graph.coerce(node, ty)
    }

    /// A value.
    pub(crate) fn expr(&mut self, expr: &Expr) -> NodeId {
        match self.operand(expr) {
            Value::Node(node) => node,
            other => unreachable!("{other:?} where a value is needed"),
        }
    }

    /// A value or a period. Chains such as `a + b + c`, which nest to the left, are followed without recursion.
    pub(crate) fn operand(&mut self, expr: &Expr) -> Value {
        let mut chain = Vec::new();
        let mut first = expr;
        while let ExprKind::Op(_, operands) = &first.kind {
            chain.push(first);
            first = operands.first().expect("an operation has an operand");
        }
        let mut value = self.leaf(first);
        while let Some(expr) = chain.pop() {
            let ExprKind::Op(op, operands) = &expr.kind else {
                unreachable!("only operations are in the chain")
            };
            let mut values = vec![value];
            values.extend(operands[1..].iter().map(|operand| self.operand(operand)));
            value = self.operation(*op, expr, &values);
        }
        value
    }

    fn leaf(&mut self, expr: &Expr) -> Value {
        self.program.step();
        match &expr.kind {
            ExprKind::Const(Const::Period { months, days }) => Value::Period {
                months: *months,
                days: *days,
            },
            ExprKind::Param(param) => self.arg(*param).clone(),
            _ => Value::Node(self.leaf_node(expr)),
        }
    }

    fn leaf_node(&mut self, expr: &Expr) -> NodeId {
        match &expr.kind {
            ExprKind::Error => unreachable!("an error in a checked package"),
            ExprKind::Arm(experiment) => self.program.arm(experiment, &expr.ty),
            ExprKind::Slot(content, slot) => self.program.content_slot(content, *slot, &expr.ty),
            ExprKind::Catalog(catalog) => self.items(schema::catalog_id(*catalog)),
            ExprKind::Lookup(catalog, key) => self.lookup(schema::catalog_id(*catalog), key),
            ExprKind::ItemField(item, field) => self.item_field(item, *field),
            ExprKind::Recommend(name, args) => {
                let id = self.recommendation(name, args);
                let (index, _) = self
                    .program
                    .recommended(usize::from(id))
                    .expect("just numbered");
                let def = &self.program.checked.recommendations[index];
                let (name, catalog) = (def.name.clone(), schema::catalog_id(def.catalog));
                let graph = &mut self.program.graph;
                self.program.frame.recommendation(graph, id, name, catalog)
            }
            ExprKind::Op(..) | ExprKind::Param(_) => unreachable!("handled by the callers"),
            ExprKind::Const(value) => {
                let ty = schema::ty(&expr.ty.kind);
                self.program
                    .graph
                    .constant(schema::constant(value, &ty), ty)
            }
            ExprKind::Now => self.program.graph.now(),
            ExprKind::Today => self.program.graph.today(0, 0),
            ExprKind::Profile(field) => self.profile(*field),
            ExprKind::Event(binder, fields) => self.event(*binder, &event_cols(fields)),
            ExprKind::EventParam(binder, param) => self.event_param(*binder, *param),
            ExprKind::Elem(binder, child) => self.elem(*binder, *child),
            ExprKind::If(arms, other) => self.if_chain(expr, arms, other),
            ExprKind::Match(value, arms, other) => {
                self.match_arms(expr, value, arms, other.as_deref())
            }
            ExprKind::Interpolate(parts) => self.interpolate(parts),
            ExprKind::Trait(name, args) => self.trait_value(expr, name, args),
            ExprKind::Fn(name, args) => self.call(expr, name, args),
            ExprKind::Segment(name, args) => self.segment(name, args),
            ExprKind::Partition(name) => self.partition(name),
            ExprKind::Stage(name, stage) => self.stage(name, *stage),
            ExprKind::InWindow(value, window) => self.in_window(value, window),
            ExprKind::Quantifier {
                all,
                binder,
                list,
                condition,
            } => self.quantifier(*all, *binder, list, condition),
            ExprKind::ListAgg {
                kind,
                binder,
                list,
                filter,
                value,
            } => self.list_agg(kind, *binder, list, filter.as_deref(), value.as_deref()),
            ExprKind::Agg { kind, query, value } => self.agg(kind, query, value.as_deref()),
            ExprKind::Sequence {
                first,
                latest,
                steps,
                not,
            } => self.sequence(first, *latest, steps, not.as_ref()),
            ExprKind::Rank {
                tiles,
                value,
                among,
            } => self.rank(*tiles, value, among.as_ref()),
            ExprKind::Sample { buckets, salt } => self.program.graph.test(Op::Sample {
                salt: salt.clone(),
                buckets: *buckets,
            }),
        }
    }

    fn profile(&mut self, field: FieldId) -> NodeId {
        let col = schema::col(field);
        let (ty, _) = schema::column_of(&self.program.schema.profile, col);
        let optional = self.program.schema.may_lack(col);
        self.program.graph.node(Op::Profile(col), ty, optional)
    }

    /// A recommendation that is named.
    pub(crate) fn recommendation(&mut self, name: &str, args: &[Arg]) -> RecommendId {
        let all = &self.program.checked.recommendations;
        let def = all.iter().find(|def| *def.name == *name);
        let def = def.expect("a checked package names recommendations that there are");
        let args = self.args_of(args, &def.params);
        self.program.recommend(name, args).0
    }

    /// All items of a catalog.
    fn items(&mut self, catalog: CatalogId) -> NodeId {
        let ty = Ty::List(Ty::Item(catalog).into());
        self.program.graph.node(Op::Items(catalog), ty, false)
    }

    fn lookup(&mut self, catalog: CatalogId, key: &Expr) -> NodeId {
        let of = &self.program.schema.catalogs[catalog];
        let ty = of.table.columns[of.key].ty.clone();
        let key = self.expr_as(key, &ty);
        let op = Op::Lookup { catalog, key };
        self.program.graph.node(op, Ty::Item(catalog), true)
    }

    fn item_field(&mut self, item: &Expr, field: FieldId) -> NodeId {
        let item = self.expr(item);
        let Ty::Item(catalog) = self.program.graph.ty(item) else {
            unreachable!("a field of an item that is none")
        };
        let col = schema::col(field);
        let table = &self.program.schema.catalogs[catalog].table;
        let (ty, optional) = schema::column_of(table, col);
        let optional = optional || self.program.graph.optional(item);
        let op = Op::ItemCol { item, col };
        self.program.graph.node(op, ty, optional)
    }

    fn event(&mut self, binder: BinderId, cols: &[EventCol]) -> NodeId {
        let Some((level, what)) = self.binder(binder) else {
            return self.program.given_event(binder, cols);
        };
        let What::Event(kinds) = what else {
            unreachable!("a field of an event that is none")
        };
        let cols: Box<[EventCol]> = cols
            .iter()
            .filter(|col| kinds.contains(&col.kind))
            .copied()
            .collect();
        let columns: Vec<(Ty, bool)> = cols
            .iter()
            .map(|col| schema::column_of(&self.program.schema.events[col.kind], col.col))
            .collect();
        let (ty, _) = columns
            .first()
            .expect("an event's field belongs to a kind that it may be")
            .clone();
        let optional = columns.iter().any(|(_, optional)| *optional);
        self.program
            .graph
            .node(Op::Event { level, cols }, ty, optional)
    }

    /// The instant of a bound event.
    pub(crate) fn instant_of(&mut self, binder: BinderId) -> NodeId {
        let kinds = match self.binder(binder) {
            Some((_, What::Event(kinds))) => kinds.clone(),
            Some((_, What::Elem(_))) => unreachable!("the instant of something that is no event"),
            None => self.program.given_kinds(binder),
        };
        let cols: Vec<EventCol> = kinds
            .iter()
            .map(|kind| EventCol {
                kind: *kind,
                col: Schema::AT,
            })
            .collect();
        self.event(binder, &cols)
    }

    fn event_param(&mut self, binder: BinderId, param: u32) -> NodeId {
        let Value::Field(cols) = self.arg(param).clone() else {
            unreachable!("a field's argument that is none")
        };
        self.event(binder, &cols)
    }

    fn elem(&mut self, binder: BinderId, child: u32) -> NodeId {
        let Some((level, what)) = self.binder(binder) else {
            return self.program.given_value(binder, child);
        };
        let What::Elem(lists) = what else {
            unreachable!("a part of an element that is none")
        };
        let parts: Vec<(Ty, bool)> = lists
            .iter()
            .map(|list| schema::element(list, child))
            .collect();
        let (ty, _) = parts.first().expect("an element comes from a list").clone();
        let optional = parts.iter().any(|(_, optional)| *optional);
        self.program
            .graph
            .node(Op::Elem { level, child }, ty, optional)
    }

    fn trait_value(&mut self, expr: &Expr, name: &str, args: &[Arg]) -> NodeId {
        let index = self.program.trait_index(name);
        let args = self.args_of(args, &self.program.checked.traits[index].params);
        self.program
            .refer(Key::Trait(index, args), &schema::ty(&expr.ty.kind))
    }

    /// Whether the profile is in a segment.
    pub(crate) fn segment(&mut self, name: &str, args: &[Arg]) -> NodeId {
        let index = self.program.segment_index(name);
        let args = self.args_of(args, &self.program.checked.segments[index].params);
        self.program.refer(Key::Segment(index, args), &Ty::Bool)
    }

    fn partition(&mut self, name: &str) -> NodeId {
        let index = self.program.partition_index(name);
        let stages = self.program.checked.partitions[index].stages;
        self.program.refer(
            Key::Partition(index),
            &Ty::Enum(persona_ir::EnumId(stages.0)),
        )
    }

    fn stage(&mut self, name: &str, stage: u32) -> NodeId {
        let partition = self.partition(name);
        let graph = &mut self.program.graph;
        let ty = graph.ty(partition);
        let stage = graph.constant(persona_ir::Const::Enum(stage), ty);
        self.equal(partition, stage)
    }

    /// A function's value: missing where an argument is that the function needs.
    fn call(&mut self, expr: &Expr, name: &str, args: &[Expr]) -> NodeId {
        let index = self.program.fn_index(name);
        let checked = self.program.checked;
        let ty = schema::ty(&expr.ty.kind);
        let holes = self.program.holes();
        let mut needed = Vec::new();
        let mut values = Vec::with_capacity(args.len());
        for (arg, param) in args.iter().zip(&checked.fns[index].params) {
            let mut value = self.operand(arg);
            if let Value::Node(node) = &mut value {
                *node = self
                    .program
                    .graph
                    .coerce(*node, &schema::ty(&param.ty.kind));
                if arg.ty.optional && !param.ty.optional {
                    needed.push(self.program.graph.known(*node));
                }
            }
            values.push(value);
        }
        if self.program.holes() > holes {
            return self.program.hole(&ty);
        }
        let value = self
            .program
            .refer(Key::Fn(index, values.into(), self.level), &ty);
        let graph = &mut self.program.graph;
        let value = graph.coerce(value, &ty);
        if needed.is_empty() {
            return value;
        }
        let known = graph.and(&needed);
        let missing = graph.constant(persona_ir::Const::Missing, ty);
        graph.if_else(known, value, missing)
    }

    /// The arguments of a trait or segment with these parameters.
    pub(crate) fn args_of(&mut self, args: &[Arg], params: &[Param]) -> Args {
        args.iter()
            .zip(params)
            .map(|(arg, param)| self.arg_value(arg, param))
            .collect()
    }

    fn arg_value(&mut self, arg: &Arg, param: &Param) -> Value {
        match arg {
            Arg::Value(expr) => match self.operand(expr) {
                Value::Node(node) => {
                    Value::Node(self.program.graph.coerce(node, &schema::ty(&param.ty.kind)))
                }
                other => other,
            },
            Arg::Event(events) => Value::Event(events.iter().copied().map(schema::kind).collect()),
            Arg::Field(fields) => Value::Field(event_cols(fields).into()),
            Arg::Param(param) => self.arg(*param).clone(),
        }
    }
}

/// The columns that fields of kinds are.
pub(crate) fn event_cols(fields: &[(EventId, FieldId)]) -> Vec<EventCol> {
    fields
        .iter()
        .map(|(event, field)| EventCol {
            kind: schema::kind(*event),
            col: schema::col(*field),
        })
        .collect()
}
