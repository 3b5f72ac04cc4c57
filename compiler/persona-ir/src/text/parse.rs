//! Reads a plan from its text.

use std::sync::Arc;

use persona_base::{Currency, FileId, IndexVec, Span};

use crate::text::{Cursor, ParseError, Token, source, words};
use crate::{
    Catalog, CatalogId, Check, CheckAction, CheckTable, ColId, Column, Const, EnumDef, EnumId,
    EnumValue, Explain, ExplainKind, F64, KindId, Node, NodeId, Output, OutputKind, Place, Plan,
    Rank, RankKind, RecordField, Schema, Table, Ty,
};

pub(super) type ParseResult<T> = Result<T, ParseError>;

/// Reads the text form of a plan.
///
/// # Errors
/// When the text is not one, with the first line that cannot be read. That the plan is valid is not checked here.
pub fn parse(text: &str) -> Result<Plan, ParseError> {
    let mut reader = Reader {
        cursor: Cursor::new(text)?,
        plan: empty(),
    };
    reader.head()?;
    while *reader.cursor.peek() != Token::End {
        reader.item()?;
    }
    Ok(reader.plan)
}

/// Reads a constant: `missing`, `true`, `5`, `0.5`, `"text"`, `#2`, `geo(48.85, 2.35)`, `[…]`, `{…}`.
///
/// # Errors
/// When none stands here.
pub fn constant(cursor: &mut Cursor<'_>) -> Result<Const, ParseError> {
    match cursor.peek().clone() {
        Token::Int(value) => cursor.advance().map(|_| Const::Int(value)),
        Token::Float(value) => cursor.advance().map(|_| Const::Float(F64::new(value))),
        Token::Text(value) => cursor.advance().map(|_| Const::Str(value.into())),
        Token::Index(value) => cursor.advance().map(|_| Const::Enum(value)),
        Token::Mark('[') => {
            cursor.advance()?;
            cursor.enter()?;
            let values = cursor.list(']', constant)?;
            cursor.leave();
            Ok(Const::List(values.into()))
        }
        Token::Mark('{') => {
            cursor.advance()?;
            cursor.enter()?;
            let values = cursor.list('}', constant)?;
            cursor.leave();
            Ok(Const::Record(values.into()))
        }
        Token::Word(word) => {
            let value = match word.as_str() {
                "missing" => Const::Missing,
                "true" => Const::Bool(true),
                "false" => Const::Bool(false),
                "geo" => return place(cursor),
                _ => return cursor.expected("a constant"),
            };
            cursor.advance().map(|_| value)
        }
        Token::Node(_) | Token::Mark(_) | Token::End => cursor.expected("a constant"),
    }
}

fn place(cursor: &mut Cursor<'_>) -> ParseResult<Const> {
    cursor.keyword("geo")?;
    cursor.mark('(')?;
    let latitude = float(cursor)?;
    cursor.mark(',')?;
    let longitude = float(cursor)?;
    cursor.mark(')')?;
    Ok(Const::Geo(latitude, longitude))
}

fn float(cursor: &mut Cursor<'_>) -> ParseResult<F64> {
    match cursor.advance()? {
        Token::Float(value) => Ok(F64::new(value)),
        Token::Int(value) => Ok(F64::new(value as f64)),
        _ => cursor.error("expected a number"),
    }
}

fn empty() -> Plan {
    let profile = Table {
        name: "Profile".into(),
        columns: IndexVec::new(),
    };
    Plan {
        package: "".into(),
        zone: "UTC".into(),
        week_start: crate::Weekday::Monday,
        schema: Schema {
            enums: IndexVec::new(),
            profile,
            key: ColId(0),
            zone: None,
            events: IndexVec::new(),
            catalogs: IndexVec::new(),
        },
        nodes: IndexVec::new(),
        outputs: Vec::new(),
        ranks: IndexVec::new(),
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}

/// What has been read so far.
pub(super) struct Reader<'a> {
    pub(super) cursor: Cursor<'a>,
    plan: Plan,
}

impl Reader<'_> {
    fn head(&mut self) -> ParseResult<()> {
        self.cursor.keyword("plan")?;
        self.plan.package = self.cursor.text()?.into();
        self.cursor.keyword("zone")?;
        self.plan.zone = self.cursor.text()?.into();
        self.cursor.keyword("week")?;
        self.plan.week_start = self.one_of("a weekday", words::weekday)?;
        Ok(())
    }

    fn item(&mut self) -> ParseResult<()> {
        if let Token::Node(id) = *self.cursor.peek() {
            return self.definition(id);
        }
        let word = self.cursor.word()?;
        match word.as_str() {
            "enum" => self.enum_def(false),
            "ordered" => {
                self.cursor.keyword("enum")?;
                self.enum_def(true)
            }
            "profile" => self.profile(),
            "event" => {
                let table = self.table()?;
                self.plan.schema.events.push(table);
                Ok(())
            }
            "catalog" => self.catalog(),
            "rank" => self.rank(),
            "check" => self.check(),
            "segment" | "trait" | "partition" => self.output(&word),
            "source" => {
                let source = source::parse(self)?;
                self.plan.sources.push(source);
                Ok(())
            }
            "prefer" => {
                let winner = self.cursor.text()?.into();
                self.cursor.keyword("over")?;
                self.plan.prefer.push((winner, self.cursor.text()?.into()));
                Ok(())
            }
            _ => self
                .cursor
                .error(format!("nothing here starts with `{word}`")),
        }
    }

    fn definition(&mut self, id: u32) -> ParseResult<()> {
        if id as usize != self.plan.nodes.len() {
            return self.cursor.error(format!(
                "expected the definition of %{}",
                self.plan.nodes.len()
            ));
        }
        self.cursor.advance()?;
        self.cursor.mark(':')?;
        let (ty, optional) = self.optional_ty()?;
        self.cursor.mark('=')?;
        let op = self.op()?;
        self.plan.nodes.push(Node { op, ty, optional });
        Ok(())
    }

    fn enum_def(&mut self, ordered: bool) -> ParseResult<()> {
        let name = self.cursor.name()?.into();
        self.cursor.mark('{')?;
        let values = self.cursor.list('}', |cursor| {
            let name = cursor.name()?.into();
            let title = if matches!(cursor.peek(), Token::Text(_)) {
                Some(cursor.text()?.into())
            } else {
                None
            };
            Ok(EnumValue { name, title })
        })?;
        self.plan.schema.enums.push(EnumDef {
            name,
            ordered,
            values,
        });
        Ok(())
    }

    fn profile(&mut self) -> ParseResult<()> {
        let name = self.cursor.name()?;
        let key = self.named("key")?;
        let zone = self.named("zone")?;
        let table = Table {
            name: name.into(),
            columns: self.columns()?,
        };
        let key = key.map(|key| table.column(&key));
        let zone = zone.map(|zone| table.column(&zone));
        if key == Some(None) || zone == Some(None) || (key.is_none() && !table.columns.is_empty()) {
            return self.cursor.error("the key or the zone is no column");
        }
        self.plan.schema.key = key.flatten().unwrap_or(ColId(0));
        self.plan.schema.zone = zone.flatten();
        self.plan.schema.profile = table;
        Ok(())
    }

    fn catalog(&mut self) -> ParseResult<()> {
        let name = self.cursor.name()?.into();
        self.cursor.keyword("key")?;
        let key = self.cursor.name()?;
        let columns = self.columns()?;
        let table = Table { name, columns };
        let Some(key) = table.column(&key) else {
            return self.cursor.error("the key is no column");
        };
        self.plan.schema.catalogs.push(Catalog { table, key });
        Ok(())
    }

    /// The name after a word, if the word stands here.
    fn named(&mut self, word: &str) -> ParseResult<Option<String>> {
        if self.cursor.eat_word(word)? {
            self.cursor.name().map(Some)
        } else {
            Ok(None)
        }
    }

    fn table(&mut self) -> ParseResult<Table> {
        Ok(Table {
            name: self.cursor.name()?.into(),
            columns: self.columns()?,
        })
    }

    fn columns(&mut self) -> ParseResult<IndexVec<ColId, Column>> {
        self.cursor.mark('{')?;
        let mut columns = IndexVec::new();
        while !self.cursor.eat('}')? {
            columns.push(self.column()?);
            if !self.cursor.eat(',')? {
                self.cursor.mark('}')?;
                break;
            }
        }
        Ok(columns)
    }

    fn column(&mut self) -> ParseResult<Column> {
        let name = self.cursor.name()?.into();
        self.cursor.mark(':')?;
        let (ty, optional) = self.optional_ty()?;
        let validated = matches!(self.cursor.peek(), Token::Word(_));
        let validate = if validated {
            Some(self.one_of("a validation", words::validate)?)
        } else {
            None
        };
        let default = if self.cursor.eat('=')? {
            Some(self.constant()?)
        } else {
            None
        };
        Ok(Column {
            name,
            ty,
            validate,
            optional,
            default,
        })
    }

    fn optional_ty(&mut self) -> ParseResult<(Ty, bool)> {
        let ty = self.ty()?;
        Ok((ty, self.cursor.eat('?')?))
    }

    pub(super) fn ty(&mut self) -> ParseResult<Ty> {
        let word = self.cursor.word()?;
        let ty = match word.as_str() {
            "Bool" => Ty::Bool,
            "Int" => Ty::Int,
            "Float" => Ty::Float,
            "Str" => Ty::Str,
            "Date" => Ty::Date,
            "TimeOfDay" => Ty::TimeOfDay,
            "Timestamp" => Ty::Timestamp,
            "Duration" => Ty::Duration,
            "Length" => Ty::Length,
            "Geo" => Ty::Geo,
            "Enum" | "Item" | "Money" | "List" | "Set" | "Record" => {
                return self.compound_ty(&word);
            }
            _ => return self.cursor.error(format!("no type is called `{word}`")),
        };
        Ok(ty)
    }

    fn compound_ty(&mut self, word: &str) -> ParseResult<Ty> {
        self.cursor.mark('(')?;
        if word == "Record" {
            return self.record();
        }
        let ty = match word {
            "Enum" => Ty::Enum(self.enum_id()?),
            "Item" => Ty::Item(self.catalog_id()?),
            "Money" => {
                let code = self.cursor.word()?;
                match Currency::from_code(&code) {
                    Some(currency) => Ty::Money(currency),
                    None => return self.cursor.error(format!("no currency is called `{code}`")),
                }
            }
            "List" => Ty::List(Arc::new(self.nested_ty()?)),
            _ => Ty::Set(Arc::new(self.nested_ty()?)),
        };
        self.cursor.mark(')')?;
        Ok(ty)
    }

    /// A type inside a type.
    fn nested_ty(&mut self) -> ParseResult<Ty> {
        self.cursor.enter()?;
        let ty = self.ty();
        self.cursor.leave();
        ty
    }

    fn record(&mut self) -> ParseResult<Ty> {
        let mut fields = Vec::new();
        while !self.cursor.eat(')')? {
            let name = self.cursor.name()?.into();
            self.cursor.mark(':')?;
            let ty = self.nested_ty()?;
            fields.push(RecordField {
                name,
                ty,
                optional: self.cursor.eat('?')?,
            });
            if !self.cursor.eat(',')? {
                self.cursor.mark(')')?;
                break;
            }
        }
        Ok(Ty::Record(fields.into()))
    }

    pub(super) fn constant(&mut self) -> ParseResult<Const> {
        constant(&mut self.cursor)
    }

    pub(super) fn constants(&mut self) -> ParseResult<Vec<Const>> {
        self.cursor.mark('[')?;
        self.cursor.list(']', constant)
    }

    /// A word of a table of words.
    pub(super) fn one_of<T>(
        &mut self,
        what: &str,
        find: impl Fn(&str) -> Option<T>,
    ) -> ParseResult<T> {
        let found = if let Token::Word(word) = self.cursor.peek() {
            find(word)
        } else {
            None
        };
        match found {
            Some(value) => self.cursor.advance().map(|_| value),
            None => self.cursor.expected(what),
        }
    }

    pub(super) fn optional_text(&mut self) -> ParseResult<Option<Arc<str>>> {
        let here = matches!(self.cursor.peek(), Token::Text(_));
        if here {
            self.cursor.text().map(|text| Some(text.into()))
        } else {
            Ok(None)
        }
    }

    pub(super) fn node(&mut self) -> ParseResult<NodeId> {
        let Token::Node(id) = *self.cursor.peek() else {
            return self.cursor.expected("a node");
        };
        self.cursor.advance().map(|_| NodeId(id))
    }

    /// A name or an index, as an index.
    fn id(&mut self, what: &str, find: impl Fn(&Schema, &str) -> Option<u32>) -> ParseResult<u32> {
        if let Token::Index(index) = *self.cursor.peek() {
            return self.cursor.advance().map(|_| index);
        }
        let name = self.cursor.name()?;
        let found = find(&self.plan.schema, &name);
        found.map_or_else(
            || self.cursor.error(format!("no {what} is called `{name}`")),
            Ok,
        )
    }

    fn enum_id(&mut self) -> ParseResult<EnumId> {
        let find = |schema: &Schema, name: &str| {
            let mut enums = schema.enums.iter_enumerated();
            enums
                .find(|(_, def)| &*def.name == name)
                .map(|(id, _)| id.0)
        };
        self.id("enum", find).map(EnumId)
    }

    pub(super) fn kind(&mut self) -> ParseResult<KindId> {
        let find = |schema: &Schema, name: &str| {
            let mut kinds = schema.events.iter_enumerated();
            kinds
                .find(|(_, table)| &*table.name == name)
                .map(|(id, _)| id.0)
        };
        self.id("kind of event", find).map(KindId)
    }

    pub(super) fn catalog_id(&mut self) -> ParseResult<CatalogId> {
        let find = |schema: &Schema, name: &str| {
            let mut catalogs = schema.catalogs.iter_enumerated();
            catalogs
                .find(|(_, catalog)| &*catalog.table.name == name)
                .map(|(id, _)| id.0)
        };
        self.id("catalog", find).map(CatalogId)
    }

    pub(super) fn catalog_column(&mut self, catalog: CatalogId) -> ParseResult<ColId> {
        let find = |schema: &Schema, name: &str| {
            let catalog = schema.catalogs.get(catalog)?;
            catalog.table.column(name).map(|col| col.0)
        };
        self.id("column", find).map(ColId)
    }

    /// A column of the catalog of an item, which is a node before this one.
    pub(super) fn item_column(&mut self, item: NodeId) -> ParseResult<ColId> {
        match self.plan.nodes.get(item).map(|node| node.ty.clone()) {
            Some(Ty::Item(catalog)) => self.catalog_column(catalog),
            _ => self.cursor.error(format!("%{} is no item", item.0)),
        }
    }

    pub(super) fn profile_column(&mut self) -> ParseResult<ColId> {
        self.id("column", |schema, name| {
            schema.profile.column(name).map(|col| col.0)
        })
        .map(ColId)
    }

    pub(super) fn event_column(&mut self, kind: KindId) -> ParseResult<ColId> {
        let find =
            |schema: &Schema, name: &str| schema.events.get(kind)?.column(name).map(|col| col.0);
        self.id("column", find).map(ColId)
    }

    pub(super) fn place(&mut self) -> ParseResult<Place> {
        self.cursor.mark('@')?;
        let file = FileId(self.cursor.number()?);
        self.cursor.mark(':')?;
        let start = self.cursor.number()?;
        self.cursor.mark('.')?;
        self.cursor.mark('.')?;
        Ok(Place {
            file,
            span: Span::new(start, self.cursor.number()?),
        })
    }

    fn rank(&mut self) -> ParseResult<()> {
        let name = self.cursor.text()?.into();
        let kind = if self.cursor.eat_word("percentile")? {
            RankKind::Percentile
        } else {
            self.cursor.keyword("ntile")?;
            RankKind::Ntile(self.cursor.number()?)
        };
        let value = self.node()?;
        let among = if self.cursor.eat_word("among")? {
            Some(self.node()?)
        } else {
            None
        };
        self.plan.ranks.push(Rank {
            name,
            kind,
            value,
            among,
        });
        Ok(())
    }

    fn check(&mut self) -> ParseResult<()> {
        let table = if self.cursor.eat_word("profile")? {
            CheckTable::Profile
        } else if self.cursor.eat_word("catalog")? {
            CheckTable::Catalog(self.catalog_id()?)
        } else {
            self.cursor.keyword("event")?;
            CheckTable::Event(self.kind()?)
        };
        let node = self.node()?;
        let message = self.cursor.text()?.into();
        let word = self.cursor.word()?;
        let action = match (word.as_str(), table) {
            ("reject", _) => CheckAction::Reject,
            ("warn", _) => CheckAction::Warn,
            ("clear", CheckTable::Profile) => CheckAction::Clear(self.profile_column()?),
            ("clear", CheckTable::Catalog(catalog)) => {
                CheckAction::Clear(self.catalog_column(catalog)?)
            }
            ("clear", CheckTable::Event(kind)) => CheckAction::Clear(self.event_column(kind)?),
            _ => return self.cursor.error(format!("a check does not `{word}`")),
        };
        self.plan.checks.push(Check {
            table,
            node,
            message,
            action,
        });
        Ok(())
    }

    fn output(&mut self, word: &str) -> ParseResult<()> {
        let kind = match word {
            "segment" => OutputKind::Segment,
            "trait" => OutputKind::Trait,
            _ => {
                self.cursor.mark('(')?;
                let stages = self.enum_id()?;
                self.cursor.mark(')')?;
                OutputKind::Partition(stages)
            }
        };
        let name = self.cursor.name()?.into();
        let title = self.optional_text()?;
        self.cursor.mark('=')?;
        let node = self.node()?;
        let explain = self.explain(node)?;
        self.plan.outputs.push(Output {
            name,
            title,
            kind,
            node,
            explain,
        });
        Ok(())
    }

    /// The explanation, depth first, each part with its depth. Where there is none, the answer explains itself.
    fn explain(&mut self, node: NodeId) -> ParseResult<Explain> {
        let mut open: Vec<Explain> = Vec::new();
        while self.cursor.eat_word("explain")? {
            let depth: usize = self.cursor.number()?;
            if depth > open.len() || (depth == 0 && !open.is_empty()) {
                return self
                    .cursor
                    .error("this explanation is no part of the one before");
            }
            close(&mut open, depth);
            open.push(self.explain_line()?);
        }
        close(&mut open, 1);
        let place = Place {
            file: FileId(0),
            span: Span::at(0),
        };
        let itself = Explain {
            kind: ExplainKind::Atom,
            place,
            node: Some(node),
            parts: Vec::new(),
        };
        Ok(open.pop().unwrap_or(itself))
    }

    fn explain_line(&mut self) -> ParseResult<Explain> {
        let word = self.cursor.word()?;
        let kind = match word.as_str() {
            "and" => ExplainKind::And,
            "or" => ExplainKind::Or,
            "not" => ExplainKind::Not,
            "atom" => ExplainKind::Atom,
            "value" => ExplainKind::Value,
            "reference" => ExplainKind::Reference(self.cursor.text()?.into()),
            "stage" => ExplainKind::Stage(self.cursor.text()?.into()),
            _ => {
                return self
                    .cursor
                    .error(format!("nothing is explained as `{word}`"));
            }
        };
        let place = self.place()?;
        let here = matches!(self.cursor.peek(), Token::Node(_));
        let node = if here { Some(self.node()?) } else { None };
        Ok(Explain {
            kind,
            place,
            node,
            parts: Vec::new(),
        })
    }
}

/// Puts the innermost open explanations into those around them, until so many are open.
fn close(open: &mut Vec<Explain>, depth: usize) {
    while open.len() > depth.max(1) {
        let Some(part) = open.pop() else { return };
        if let Some(around) = open.last_mut() {
            around.parts.push(part);
        }
    }
}
