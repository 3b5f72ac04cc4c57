//! What each file of a package holds: its columns, and which source fills them from what. Several sources may read one file. Makes no
//! rows and writes nothing.

use std::collections::BTreeMap;
use std::path::{Component, PathBuf};
use std::sync::Arc;

use persona_io::FileColumn;
use persona_ir::{
    ColId, Plan, RawExpr, RawTarget, Schema, SourceFormat, SourcePlan, SourceTarget, Table, Ty,
};

use super::invert::{Written, columns, conditions, inverse};
use crate::Error;

/// A file to be written.
#[derive(Debug)]
pub(super) struct Layout {
    /// From the package's folder.
    pub(super) path: PathBuf,
    pub(super) format: SourceFormat,
    pub(super) columns: Vec<FileColumn>,
    pub(super) parts: Vec<Part>,
}

/// What one source has in a file.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) source: Arc<str>,
    pub(super) target: SourceTarget,
    pub(super) cells: Vec<Cell>,
    /// The list that has a row for each of its elements.
    pub(super) each: Option<ColId>,
    /// Of so many sources of the same events this is that one: each has some of them.
    pub(super) share: (usize, usize),
    /// The columns of people that stand in rows of what they did, because one file holds both.
    pub(super) carried: Vec<Cell>,
}

/// What fills one column of a file in the rows of a source.
#[derive(Debug)]
pub(super) struct Cell {
    /// The place of the column in the file.
    pub(super) column: usize,
    pub(super) from: From,
    /// The type of the value before it is written.
    pub(super) ty: Ty,
    pub(super) written: Written,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// The same in all rows.
    Nowhere,
    /// The key of whose row it is.
    Key,
    /// A column of the row.
    Column(ColId),
    /// A field of an element of the list.
    Element(ColId, usize),
    /// The number of the record, for what rows are grouped by.
    Record,
    /// Made up by the column's name alone: nobody says what it must be. Whether it is a number.
    Name(bool),
}

/// The files that a package's sources read, in the order of their paths.
pub(super) fn layouts(plan: &Plan, sources: &[SourcePlan]) -> Result<Vec<Layout>, Error> {
    let mut by_path: BTreeMap<PathBuf, Vec<&SourcePlan>> = BTreeMap::new();
    for source in sources {
        by_path.entry(file_of(source)?).or_default().push(source);
    }
    by_path
        .into_iter()
        .map(|(path, of_file)| layout(plan, path, &of_file, sources))
        .collect()
}

/// The one file that is written for a source: a pattern stands for a name that it matches.
fn file_of(source: &SourcePlan) -> Result<PathBuf, Error> {
    let mut name = String::new();
    let mut signs = source.path.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '*' => {
                while signs.next_if_eq(&'*').is_some() {}
                name.push_str("all");
            }
            '?' => name.push('1'),
            '[' => {
                let inside: String = signs.by_ref().take_while(|sign| *sign != ']').collect();
                name.push(inside.chars().find(|c| c.is_alphanumeric()).unwrap_or('1'));
            }
            sign => name.push(sign),
        }
    }
    let path = PathBuf::from(name);
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if path.components().all(inside) && path.file_name().is_some() {
        let plain = |part: &Component<'_>| *part != Component::CurDir;
        return Ok(path.components().filter(plain).collect());
    }
    Err(Error::call(format!(
        "source `{}` reads {}, which is not in the package's folder; nothing is written there",
        source.name, source.path
    ))
    .with_help("let the source read a file in the package's folder, or take the source out of a copy of the package: then plain files are made, with sources of their own"))
}

fn layout(
    plan: &Plan,
    path: PathBuf,
    of_file: &[&SourcePlan],
    all: &[SourcePlan],
) -> Result<Layout, Error> {
    let format = of_file[0].format.clone();
    if let Some(other) = of_file.iter().find(|source| source.format != format) {
        return Err(Error::program(format!(
            "sources `{}` and `{}` read {} as files of different formats",
            of_file[0].name,
            other.name,
            path.display()
        )));
    }
    let mut file = Layout {
        path,
        format,
        columns: Vec::new(),
        parts: Vec::new(),
    };
    let marked = |source: &SourcePlan| {
        let filter = source.filter.as_ref().map(conditions).unwrap_or_default();
        !filter.is_empty()
    };
    let happens = |source: &SourcePlan| matches!(source.target, SourceTarget::Event(_));
    let has_events = of_file.iter().any(|source| happens(source));
    let (mut carried, mut own) = (Vec::new(), Vec::new());
    for source in of_file {
        let of_people = source.target == SourceTarget::Profile;
        match of_people && has_events && !marked(source) {
            true => carried.push(*source),
            false => own.push(*source),
        }
    }
    for source in own {
        let mut part = Part {
            source: source.name.clone(),
            target: source.target,
            cells: Vec::new(),
            each: None,
            share: share(source, all),
            carried: Vec::new(),
        };
        Writer {
            plan,
            file: &mut file,
        }
        .cells(source, &mut part);
        if happens(source) {
            for people in &carried {
                Writer {
                    plan,
                    file: &mut file,
                }
                .carry(people, &mut part);
            }
        }
        file.parts.push(part);
    }
    Ok(file)
}

/// Which of the sources of the same events this is, and how many there are. Profiles and items are in all of theirs.
fn share(source: &SourcePlan, all: &[SourcePlan]) -> (usize, usize) {
    let SourceTarget::Event(_) = source.target else {
        return (0, 1);
    };
    let same: Vec<&SourcePlan> = all
        .iter()
        .filter(|other| other.target == source.target)
        .collect();
    let place = same.iter().position(|other| other.name == source.name);
    (place.unwrap_or(0), same.len().max(1))
}

struct Writer<'a> {
    plan: &'a Plan,
    file: &'a mut Layout,
}

impl Writer<'_> {
    /// The columns of a source, those that decide about its rows first: what is written once is not written again.
    fn cells(&mut self, source: &SourcePlan, part: &mut Part) {
        if let Some(filter) = &source.filter {
            for written in conditions(filter) {
                self.cell(&mut part.cells, From::Nowhere, &Ty::Bool, written);
            }
        }
        let table = table_of(self.plan, source.target);
        if let SourceTarget::Event(_) = source.target {
            self.event(source, part);
        }
        for field in &source.fields {
            if let RawTarget::Each(children) = &field.value {
                part.each = Some(field.col);
                self.elements(table, field.col, children, part);
            }
        }
        self.fields(source, table, &mut part.cells);
        for key in &source.group_by {
            if let RawExpr::Column(name) = key
                && !claimed(&part.cells, self.file, name)
            {
                let written = plain(name, &Ty::Int);
                self.cell(&mut part.cells, From::Record, &Ty::Int, written);
            }
        }
        self.rest(source, table, &mut part.cells);
    }

    /// Whose it was, when, and which one it is.
    fn event(&mut self, source: &SourcePlan, part: &mut Part) {
        let key = &self.plan.schema.profile.columns[self.plan.schema.key].ty;
        let column = |name: &str| RawExpr::Column(Arc::from(name));
        let whose = source.profile.clone();
        let whose = whose.unwrap_or_else(|| column("profile"));
        self.way(&whose, key, From::Key, part);
        let at = source.at.clone().unwrap_or_else(|| column("at"));
        self.way(&at, &Ty::Timestamp, From::Column(Schema::AT), part);
        let id = source.id.clone().unwrap_or_else(|| column("id"));
        self.way(&id, &Ty::Str, From::Column(Schema::ID), part);
    }

    /// Writes the columns of an expression, if there is a way back from its value.
    fn way(&mut self, expr: &RawExpr, ty: &Ty, from: From, part: &mut Part) {
        for written in inverse(expr, ty).unwrap_or_default() {
            self.cell(&mut part.cells, from, ty, written);
        }
    }

    /// The fields of a list that has a row for each element.
    fn elements(
        &mut self,
        table: &Table,
        list: ColId,
        children: &[(u32, RawExpr)],
        part: &mut Part,
    ) {
        let element = table.columns[list].ty.element();
        for (child, expr) in children {
            let child = *child as usize;
            let ty = match element {
                Some(Ty::Record(fields)) => fields.get(child).map(|field| &field.ty),
                other => other,
            };
            if let Some(ty) = ty {
                self.way(expr, ty, From::Element(list, child), part);
            }
        }
    }

    /// The fields that are said, then those that are found by their names.
    fn fields(&mut self, source: &SourcePlan, table: &Table, cells: &mut Vec<Cell>) {
        for field in &source.fields {
            if let RawTarget::Expr(expr) = &field.value {
                let ty = &table.columns[field.col].ty;
                for written in inverse(expr, ty).unwrap_or_default() {
                    self.cell(cells, From::Column(field.col), ty, written);
                }
            }
        }
        let event = matches!(source.target, SourceTarget::Event(_));
        for (col, column) in table.columns.iter_enumerated() {
            let own = event && (col == Schema::AT || col == Schema::ID);
            let said = source.fields.iter().any(|field| field.col == col);
            if !own && !said {
                let written = plain(&column.name, &column.ty);
                self.cell(cells, From::Column(col), &column.ty, written);
            }
        }
    }

    /// Columns that the source reads and nothing so far decides: their names say what may stand there.
    fn rest(&mut self, source: &SourcePlan, table: &Table, cells: &mut Vec<Cell>) {
        let mut names: Vec<(Arc<str>, bool)> = Vec::new();
        let mut add = |expr: &RawExpr, numeric: bool| {
            let mut read = Vec::new();
            columns(expr, &mut read);
            names.extend(read.into_iter().map(|name| (name, numeric)));
        };
        for field in &source.fields {
            let numeric = matches!(
                table.columns[field.col].ty,
                Ty::Int | Ty::Float | Ty::Money(_) | Ty::Length
            );
            match &field.value {
                RawTarget::Expr(expr) => add(expr, numeric),
                RawTarget::Each(children) => children.iter().for_each(|(_, expr)| add(expr, false)),
            }
        }
        let others = source.filter.iter().chain(&source.group_by);
        let others = others
            .chain(&source.profile)
            .chain(&source.at)
            .chain(&source.id);
        others.for_each(|expr| add(expr, false));
        for (name, numeric) in names {
            if !claimed(cells, self.file, &name) {
                let ty = if numeric { Ty::Int } else { Ty::Str };
                self.cell(cells, From::Name(numeric), &ty, plain(&name, &ty));
            }
        }
    }

    /// The columns of people in the rows of what they did.
    fn carry(&mut self, people: &SourcePlan, part: &mut Part) {
        let mut cells = Vec::new();
        self.fields(people, &self.plan.schema.profile, &mut cells);
        let key = From::Column(self.plan.schema.key);
        for cell in cells {
            let there = part.cells.iter().chain(&part.carried);
            let mut there = there.map(|other| other.column);
            if cell.from != key && !there.any(|column| column == cell.column) {
                part.carried.push(cell);
            }
        }
    }

    fn cell(&mut self, cells: &mut Vec<Cell>, from: From, ty: &Ty, written: Written) {
        if claimed(cells, self.file, &written.column) {
            return;
        }
        let columns = &mut self.file.columns;
        let known = columns
            .iter()
            .position(|column| column.name == written.column);
        let column = known.unwrap_or_else(|| {
            columns.push(FileColumn {
                name: written.column.clone(),
                ty: written.ty.clone(),
            });
            columns.len() - 1
        });
        if columns[column].ty != written.ty {
            // Two sources fill it with different things: text holds both.
            columns[column].ty = Ty::Str;
        }
        cells.push(Cell {
            column,
            from,
            ty: ty.clone(),
            written,
        });
    }
}

/// Whether a column is filled already.
fn claimed(cells: &[Cell], file: &Layout, name: &str) -> bool {
    cells
        .iter()
        .any(|cell| *file.columns[cell.column].name == *name)
}

/// A column that holds the value as it is.
fn plain(name: &Arc<str>, ty: &Ty) -> Written {
    Written {
        column: name.clone(),
        ty: ty.clone(),
        steps: Vec::new(),
    }
}

/// The table that a source fills.
fn table_of(plan: &Plan, target: SourceTarget) -> &Table {
    match target {
        SourceTarget::Profile => &plan.schema.profile,
        SourceTarget::Event(kind) => &plan.schema.events[kind],
        SourceTarget::Catalog(catalog) => &plan.schema.catalogs[catalog].table,
    }
}
