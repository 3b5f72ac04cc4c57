//! A source of the plan, compiled: which columns it wants of its files, and what fills each column of its target.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use persona_ir::{
    ColId, Column, Const, Place, Plan, RawExpr, RawOp, RawTarget, Schema, SourceFormat, SourcePlan,
    SourceTarget, Table, Ty,
};
use regex::RegexBuilder;
use rustc_hash::FxHashMap;

use super::agg::Acc;
use super::expr::Ex;
use crate::error::{LoadError, LoadErrorKind};
use crate::value::decimal::Decimal;
use crate::value::raw::Raw;
use crate::value::read::{ReadContext, Reader};

/// The largest compiled pattern, in bytes.
const REGEX_LIMIT: usize = 10 << 20;

/// A compiled source.
#[derive(Debug)]
pub(crate) struct Job<'p> {
    pub(crate) plan: &'p SourcePlan,
    /// Its place among the plan's sources.
    pub(crate) index: usize,
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) filter: Option<Ex>,
    /// Empty: one record per row.
    pub(crate) group_by: Vec<Ex>,
    /// The aggregates of a group.
    pub(crate) accs: Vec<AccSpec>,
    pub(crate) key: Input,
    /// The names of keys that are values of an enum.
    pub(crate) key_names: Vec<Arc<str>>,
    pub(crate) at: Option<Input>,
    pub(crate) id: Option<Input>,
    pub(crate) fields: Vec<Field<'p>>,
    /// Whether a row without a required value is set aside at once: always for events; for profiles and items where no other
    /// source could give the value.
    pub(crate) alone: bool,
}

/// A column that a source wants of its files.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) name: Arc<str>,
    /// The program names it; else it is wanted because a field is called so.
    pub(crate) said: bool,
    /// A file without it cannot be read: why.
    pub(crate) needed: Option<String>,
    /// Another column that will do instead.
    pub(crate) instead: Option<usize>,
    pub(crate) place: Place,
}

/// An aggregate over the rows of a group.
#[derive(Debug)]
pub(crate) struct AccSpec {
    pub(crate) initial: Acc,
    pub(crate) operand: Option<Ex>,
}

/// An expression with its type, and the columns it reads for messages.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) expr: Ex,
    pub(crate) reader: Reader,
    pub(crate) column: String,
}

/// What fills one column of the target.
#[derive(Debug)]
pub(crate) struct Field<'p> {
    pub(crate) col: ColId,
    pub(crate) spec: &'p Column,
    pub(crate) value: FieldValue,
    pub(crate) reader: Reader,
    /// The columns it reads, for messages; the field's name where there are several.
    pub(crate) column: String,
}

/// What fills one column.
#[derive(Debug)]
pub(crate) enum FieldValue {
    Expr(Ex),
    /// One element per row; by child of the element.
    Each(Vec<Option<Ex>>),
    /// Nothing does.
    Nothing,
}

impl Field<'_> {
    /// Whether a record without a value here cannot be.
    pub(crate) fn required(&self) -> bool {
        !self.spec.optional && self.spec.default.is_none()
    }

    pub(crate) fn default(&self) -> Option<&Const> {
        self.spec.default.as_ref()
    }
}

impl<'p> Job<'p> {
    /// Compiles the source at `index` of the plan.
    pub(crate) fn new(
        plan: &'p Plan,
        index: usize,
        context: &Rc<ReadContext>,
    ) -> Result<Self, Box<LoadError>> {
        let source = &plan.sources[index];
        let mut compiler = Compiler {
            source,
            context,
            wanted: Vec::new(),
            by_name: FxHashMap::default(),
            accs: Vec::new(),
            grouped: !source.group_by.is_empty(),
            place: source.path_place,
        };
        compiler
            .job(plan, index)
            .map_err(|error| error.in_source(source))
    }
}

struct Compiler<'p, 'c> {
    source: &'p SourcePlan,
    context: &'c Rc<ReadContext>,
    wanted: Vec<Wanted>,
    by_name: FxHashMap<Arc<str>, usize>,
    accs: Vec<AccSpec>,
    grouped: bool,
    /// Where the part being compiled is written.
    place: Place,
}

impl<'p> Compiler<'p, '_> {
    fn job(&mut self, plan: &'p Plan, index: usize) -> Result<Job<'p>, Box<LoadError>> {
        let source = self.source;
        let fills = plan.sources.iter().filter(|s| s.target == source.target);
        let alone = matches!(source.target, SourceTarget::Event(_)) || fills.count() == 1;
        let filter = source
            .filter
            .as_ref()
            .map(|filter| self.row(filter))
            .transpose()?;
        let group_by = source
            .group_by
            .iter()
            .map(|e| self.row(e))
            .collect::<Result<_, _>>()?;
        let key = self.key(plan)?;
        let at = self.at()?;
        let id = self.id(plan)?;
        let fields = self.fields(plan, alone)?;
        Ok(Job {
            plan: source,
            index,
            wanted: std::mem::take(&mut self.wanted),
            filter,
            group_by,
            accs: std::mem::take(&mut self.accs),
            key,
            key_names: key_names(plan, source.target),
            at,
            id,
            fields,
            alone,
        })
    }

    fn want(&mut self, name: &Arc<str>, said: bool) -> usize {
        let slot = match self.by_name.get(name) {
            Some(slot) => *slot,
            None => {
                self.wanted.push(Wanted {
                    name: name.clone(),
                    said: false,
                    needed: None,
                    instead: None,
                    place: self.place,
                });
                self.by_name.insert(name.clone(), self.wanted.len() - 1);
                self.wanted.len() - 1
            }
        };
        let wanted = &mut self.wanted[slot];
        if said && !wanted.said {
            wanted.said = true;
            wanted.place = self.place;
        }
        slot
    }

    fn row(&mut self, expr: &RawExpr) -> Result<Ex, Box<LoadError>> {
        self.compile(expr, false)
    }

    /// A column as a value of the record: of a grouped source, what the rows of the group share.
    fn of_record(&mut self, column: Ex) -> Ex {
        if !self.grouped {
            return column;
        }
        self.accs.push(AccSpec {
            initial: Acc::Shared(Raw::Missing),
            operand: Some(column),
        });
        Ex::Group(self.accs.len() - 1)
    }

    /// Compiles an expression over single rows, or over the record (`group` and the source is grouped).
    fn compile(&mut self, expr: &RawExpr, group: bool) -> Result<Ex, Box<LoadError>> {
        let group = group && self.grouped;
        // What the rows are grouped by is what they share, also where it is computed.
        if group && self.source.group_by.contains(expr) {
            let of_row = self.row(expr)?;
            return Ok(self.of_record(of_row));
        }
        Ok(match expr {
            RawExpr::Column(name) => {
                let column = Ex::Column(self.want(name, true));
                if group {
                    self.of_record(column)
                } else {
                    column
                }
            }
            RawExpr::Text(text) => Ex::Text(text.clone()),
            RawExpr::Number(text) => Ex::Number(number(text)?),
            RawExpr::Bool(value) => Ex::Bool(*value),
            RawExpr::Op(op, operands) => {
                let operands = self.compile_all(operands, group)?;
                if *op == RawOp::Add && operands.iter().any(Ex::is_text) {
                    Ex::Concat(operands)
                } else {
                    Ex::Op(*op, operands)
                }
            }
            RawExpr::Matches(operand, pattern) => {
                let regex = RegexBuilder::new(pattern)
                    .size_limit(REGEX_LIMIT)
                    .build()
                    .map_err(|error| {
                        LoadError::new(
                            LoadErrorKind::Source,
                            format!("the pattern `{pattern}` does not work: {error}"),
                        )
                    })?;
                Ex::Matches(Box::new(self.compile(operand, group)?), regex)
            }
            RawExpr::In(operand, items) => Ex::In(
                Box::new(self.compile(operand, group)?),
                self.compile_all(items, group)?,
            ),
            RawExpr::Agg(kind, operand) => {
                let operand = operand
                    .as_ref()
                    .map(|operand| self.row(operand))
                    .transpose()?;
                if group {
                    self.accs.push(AccSpec {
                        initial: Acc::new(*kind),
                        operand,
                    });
                    Ex::Group(self.accs.len() - 1)
                } else {
                    Ex::One(*kind, operand.map(Box::new))
                }
            }
            RawExpr::As(operand, ty, text) => {
                let reader = Reader::new(ty, None, true, self.context);
                let reader = match text {
                    Some(text) => reader
                        .with_text(text)
                        .map_err(|e| LoadError::new(LoadErrorKind::Source, e))?,
                    None => reader,
                };
                Ex::As(Box::new(self.compile(operand, group)?), Box::new(reader))
            }
            RawExpr::If(cond, then, other) => Ex::If(
                Box::new(self.compile(cond, group)?),
                Box::new(self.compile(then, group)?),
                Box::new(self.compile(other, group)?),
            ),
            RawExpr::Match(operand, arms, otherwise) => {
                let operand = Box::new(self.compile(operand, group)?);
                let mut compiled = Vec::with_capacity(arms.len());
                for (pattern, result) in arms {
                    compiled.push((self.compile(pattern, group)?, self.compile(result, group)?));
                }
                Ex::Match(operand, compiled, Box::new(self.compile(otherwise, group)?))
            }
        })
    }

    fn compile_all(&mut self, exprs: &[RawExpr], group: bool) -> Result<Vec<Ex>, Box<LoadError>> {
        exprs.iter().map(|expr| self.compile(expr, group)).collect()
    }

    fn input(&mut self, expr: &RawExpr, ty: &Ty, fallback: &str) -> Result<Input, Box<LoadError>> {
        let compiled = self.compile(expr, true)?;
        Ok(Input {
            reader: Reader::new(ty, None, !plain(expr), self.context),
            expr: compiled,
            column: label(expr, fallback),
        })
    }

    /// Whose record it is.
    fn key(&mut self, plan: &'p Plan) -> Result<Input, Box<LoadError>> {
        let source = self.source;
        if let Some((table, key)) = keyed(plan, source.target) {
            let spec = &table.columns[key];
            let mapped = source.fields.iter().find(|field| field.col == key);
            if let Some(field) = mapped
                && let RawTarget::Expr(expr) = &field.value
            {
                self.place = field.place;
                let input = self.input(expr, &spec.ty, &spec.name)?;
                self.place = source.path_place;
                return Ok(input);
            }
            let slot = self.want(&spec.name, false);
            self.wanted[slot].needed = Some(format!("it is the key of {}", table.name));
            return Ok(self.plain_input(Ex::Column(slot), &spec.ty, &spec.name));
        }
        let spec = &plan.schema.profile.columns[plan.schema.key];
        if let Some(expr) = &source.profile {
            return self.input(expr, &spec.ty, "profile");
        }
        let needed = format!(
            "it says whose event it is; name it with `profile = column(\"…\")` ({})",
            spec.name
        );
        let profile = self.want(&Arc::from("profile"), false);
        self.wanted[profile].needed = Some(needed.clone());
        // Where the key is called `id`, an event's own `id` is the event's, unless the file has no `profile`; a file
        // without a header cannot tell.
        let named_id = &*spec.name == "id";
        if named_id && source.format == SourceFormat::Ndjson {
            return Ok(self.plain_input(Ex::Column(profile), &spec.ty, "profile"));
        }
        let own = self.want(&spec.name, false);
        self.wanted[own].needed = Some(needed);
        self.wanted[own].instead = Some(profile);
        self.wanted[profile].instead = Some(own);
        let order = if named_id {
            vec![profile, own]
        } else {
            vec![own, profile]
        };
        Ok(self.plain_input(Ex::FirstColumn(order), &spec.ty, &spec.name))
    }

    fn plain_input(&mut self, expr: Ex, ty: &Ty, column: &str) -> Input {
        Input {
            expr: self.of_record(expr),
            reader: Reader::new(ty, None, false, self.context),
            column: column.to_owned(),
        }
    }

    fn at(&mut self) -> Result<Option<Input>, Box<LoadError>> {
        if matches!(self.source.target, SourceTarget::Catalog(_)) {
            return Ok(None);
        }
        if let Some(expr) = &self.source.at {
            return Ok(Some(self.input(expr, &Ty::Timestamp, "at")?));
        }
        let slot = self.want(&Arc::from("at"), false);
        if self.source.target != SourceTarget::Profile {
            let needed = "it says when the event was; name it with `at = column(\"…\")`".to_owned();
            self.wanted[slot].needed = Some(needed);
        }
        Ok(Some(self.plain_input(
            Ex::Column(slot),
            &Ty::Timestamp,
            "at",
        )))
    }

    fn id(&mut self, plan: &'p Plan) -> Result<Option<Input>, Box<LoadError>> {
        if !matches!(self.source.target, SourceTarget::Event(_)) {
            return Ok(None);
        }
        if let Some(expr) = &self.source.id {
            return Ok(Some(self.input(expr, &Ty::Str, "id")?));
        }
        // A column that says whose event it is does not say which event it is.
        let mut of_profile = BTreeSet::new();
        if let Some(profile) = &self.source.profile {
            columns(profile, &mut of_profile);
        }
        if of_profile.contains("id") {
            return Ok(None);
        }
        let slot = self.want(&Arc::from("id"), false);
        let key_is_id = &*plan.schema.profile.columns[plan.schema.key].name == "id";
        let header = self.source.format != SourceFormat::Ndjson;
        let expr = match self.by_name.get("profile") {
            Some(profile) if key_is_id && header && self.source.profile.is_none() => {
                Ex::ColumnBeside(slot, *profile)
            }
            _ => Ex::Column(slot),
        };
        Ok(Some(self.plain_input(expr, &Ty::Str, "id")))
    }

    fn fields(&mut self, plan: &'p Plan, alone: bool) -> Result<Vec<Field<'p>>, Box<LoadError>> {
        let table = match self.source.target {
            SourceTarget::Profile => &plan.schema.profile,
            SourceTarget::Event(kind) => &plan.schema.events[kind],
            SourceTarget::Catalog(catalog) => &plan.schema.catalogs[catalog].table,
        };
        let skip = |col: ColId| match keyed(plan, self.source.target) {
            // A key that is no text is a column besides.
            Some((_, key)) => col == key && table.columns[key].ty == Ty::Str,
            None => col == Schema::AT || col == Schema::ID,
        };
        let columns: Vec<ColId> = table.columns.ids().filter(|col| !skip(*col)).collect();
        columns
            .into_iter()
            .map(|col| self.field(col, &table.columns[col], alone))
            .collect()
    }

    fn field(
        &mut self,
        col: ColId,
        spec: &'p Column,
        alone: bool,
    ) -> Result<Field<'p>, Box<LoadError>> {
        let source = self.source;
        let mapped = source.fields.iter().find(|field| field.col == col);
        self.place = mapped.map_or(source.path_place, |field| field.place);
        let mut rounds = false;
        let mut column = spec.name.to_string();
        let value = match mapped.map(|field| &field.value) {
            Some(RawTarget::Expr(expr)) => {
                rounds = !plain(expr);
                column = label(expr, &spec.name);
                FieldValue::Expr(self.compile(expr, true)?)
            }
            Some(RawTarget::Each(children)) => self.each(spec, children)?,
            None => {
                let slot = self.want(&spec.name, false);
                if alone && !spec.optional && spec.default.is_none() {
                    let needed = format!(
                        "`{}` is required; name its column with `{} = column(\"…\")`",
                        spec.name, spec.name
                    );
                    self.wanted[slot].needed = Some(needed);
                }
                FieldValue::Expr(self.of_record(Ex::Column(slot)))
            }
        };
        self.place = source.path_place;
        Ok(Field {
            col,
            spec,
            value,
            reader: Reader::new(&spec.ty, spec.validate, rounds, self.context),
            column,
        })
    }

    fn each(
        &mut self,
        spec: &Column,
        children: &[(u32, RawExpr)],
    ) -> Result<FieldValue, Box<LoadError>> {
        let count = match spec.ty.element() {
            Some(Ty::Record(fields)) => fields.len(),
            Some(_) => 1,
            None => return Ok(FieldValue::Nothing),
        };
        let mut exprs: Vec<Option<Ex>> = (0..count).map(|_| None).collect();
        for (child, expr) in children {
            let compiled = self.row(expr)?;
            if let Some(slot) = exprs.get_mut(*child as usize) {
                *slot = Some(compiled);
            }
        }
        Ok(FieldValue::Each(exprs))
    }
}

/// The table of profiles or items, which have a key, and the key.
pub(crate) fn keyed(plan: &Plan, target: SourceTarget) -> Option<(&Table, ColId)> {
    match target {
        SourceTarget::Profile => Some((&plan.schema.profile, plan.schema.key)),
        SourceTarget::Event(_) => None,
        SourceTarget::Catalog(catalog) => {
            let catalog = &plan.schema.catalogs[catalog];
            Some((&catalog.table, catalog.key))
        }
    }
}

/// The names that an enum's values have as keys; none where keys are texts or numbers.
fn key_names(plan: &Plan, target: SourceTarget) -> Vec<Arc<str>> {
    let key = keyed(plan, target).map(|(table, key)| &table.columns[key].ty);
    let Some(Ty::Enum(id)) = key else {
        return Vec::new();
    };
    let values = plan.schema.enums[*id].values.iter();
    values.map(|value| value.name.clone()).collect()
}

/// A number as the program writes it.
fn number(text: &str) -> Result<Decimal, Box<LoadError>> {
    let plain = text.replace('_', "");
    let read = match plain.strip_suffix('%') {
        Some(percent) => Decimal::parse(percent).and_then(|n| n.mul(Decimal::new(1, 2)?)),
        None => Decimal::parse(&plain),
    };
    read.map_err(|error| {
        LoadError::new(
            LoadErrorKind::Source,
            format!("`{text}` {}", error.reason()),
        )
    })
}

/// Whether the expression gives a cell of the file as it stands. What is computed, and what is read with `.as(…)`,
/// rounds to a currency's decimals.
fn plain(expr: &RawExpr) -> bool {
    match expr {
        RawExpr::Column(_) => true,
        RawExpr::Op(RawOp::Trim | RawOp::EmptyAsMissing | RawOp::Coalesce, operands) => {
            operands.iter().all(plain)
        }
        RawExpr::Agg(kind, Some(operand)) => {
            use persona_ir::RawAgg::{First, Last, Max, Min};
            matches!(kind, First | Last | Min | Max) && plain(operand)
        }
        _ => false,
    }
}

/// The column that an expression reads, for messages; the field's own name where it reads none or several.
fn label(expr: &RawExpr, field: &str) -> String {
    let mut names = BTreeSet::new();
    columns(expr, &mut names);
    match names.pop_first() {
        Some(only) if names.is_empty() => only.to_string(),
        _ => field.to_owned(),
    }
}

fn columns(expr: &RawExpr, names: &mut BTreeSet<Arc<str>>) {
    match expr {
        RawExpr::Column(name) => {
            names.insert(name.clone());
        }
        RawExpr::Text(_) | RawExpr::Number(_) | RawExpr::Bool(_) | RawExpr::Agg(_, None) => {}
        RawExpr::Op(_, operands) => operands.iter().for_each(|operand| columns(operand, names)),
        RawExpr::Matches(operand, _)
        | RawExpr::As(operand, ..)
        | RawExpr::Agg(_, Some(operand)) => {
            columns(operand, names);
        }
        RawExpr::In(operand, items) => {
            columns(operand, names);
            items.iter().for_each(|item| columns(item, names));
        }
        RawExpr::If(a, b, c) => [a, b, c].into_iter().for_each(|part| columns(part, names)),
        RawExpr::Match(operand, arms, otherwise) => {
            columns(operand, names);
            for (pattern, result) in arms {
                columns(pattern, names);
                columns(result, names);
            }
            columns(otherwise, names);
        }
    }
}
