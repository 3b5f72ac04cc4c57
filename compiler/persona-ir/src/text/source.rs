//! Writes and reads sources: raw expressions are written prefix, in parentheses.

use std::sync::Arc;

use crate::text::cursor::quote;
use crate::text::parse::{ParseResult, Reader};
use crate::text::print::{catalog, column, kind, line, place, ty};
use crate::text::words;
use crate::{RawExpr, RawField, RawTarget, Schema, SourceFormat, SourcePlan, SourceTarget, Table};

/// Writes a source.
pub(super) fn print(out: &mut String, source: &SourcePlan, schema: &Schema) {
    let (target, table) = match source.target {
        SourceTarget::Profile => ("profile".to_owned(), Some(&schema.profile)),
        SourceTarget::Event(id) => (format!("event {}", kind(schema, id)), schema.events.get(id)),
        SourceTarget::Catalog(id) => {
            let of = schema.catalogs.get(id).map(|of| &of.table);
            (format!("catalog {}", catalog(schema, id)), of)
        }
    };
    let format = match source.format {
        SourceFormat::Csv { delimiter } => format!("csv {delimiter}"),
        SourceFormat::Ndjson => "ndjson".to_owned(),
        SourceFormat::Parquet => "parquet".to_owned(),
        SourceFormat::ArrowIpc => "arrow".to_owned(),
    };
    let (name, path) = (quote(&source.name), quote(&source.path));
    line(
        out,
        &format!(
            "source {name} {target} {format} {path} {} {{",
            place(source.path_place)
        ),
    );
    let mut clause =
        |word: &str, value: &RawExpr| line(out, &format!("  {word} {}", expr(value, schema)));
    source
        .filter
        .iter()
        .for_each(|value| clause("where", value));
    source
        .group_by
        .iter()
        .for_each(|value| clause("group", value));
    source
        .profile
        .iter()
        .for_each(|value| clause("profile", value));
    source.at.iter().for_each(|value| clause("at", value));
    source.id.iter().for_each(|value| clause("id", value));
    source
        .fields
        .iter()
        .for_each(|f| line(out, &field(f, table, schema)));
    line(out, "}");
}

fn field(field: &RawField, table: Option<&Table>, schema: &Schema) -> String {
    let col = table.map_or_else(
        || format!("#{}", field.col.0),
        |table| column(table, field.col),
    );
    let head = format!("{col} {}", place(field.place));
    match &field.value {
        RawTarget::Expr(value) => format!("  field {head} {}", expr(value, schema)),
        RawTarget::Each(values) => {
            let values: Vec<_> = values
                .iter()
                .map(|(index, v)| format!("{index} {}", expr(v, schema)))
                .collect();
            format!("  each {head} [{}]", values.join(", "))
        }
    }
}

fn expr(value: &RawExpr, schema: &Schema) -> String {
    let all = |values: &[RawExpr]| {
        values
            .iter()
            .map(|value| format!(" {}", expr(value, schema)))
            .collect::<String>()
    };
    match value {
        RawExpr::Column(name) => format!("(column {})", quote(name)),
        RawExpr::Text(text) => quote(text),
        RawExpr::Number(text) => format!("(number {})", quote(text)),
        RawExpr::Bool(value) => value.to_string(),
        RawExpr::Op(op, operands) => format!("(op {}{})", words::raw_op_word(*op), all(operands)),
        RawExpr::Matches(value, pattern) => {
            format!("(matches {} {})", expr(value, schema), quote(pattern))
        }
        RawExpr::In(value, values) => format!("(in {}{})", expr(value, schema), all(values)),
        RawExpr::Agg(kind, value) => {
            let operand = value
                .as_ref()
                .map(|value| format!(" {}", expr(value, schema)));
            format!(
                "(agg {}{})",
                words::raw_agg_word(*kind),
                operand.unwrap_or_default()
            )
        }
        RawExpr::As(value, as_ty, hint) => {
            let hint = hint
                .as_ref()
                .map(|hint| format!(" {}", quote(hint)))
                .unwrap_or_default();
            format!("(as {} {}{hint})", expr(value, schema), ty(as_ty, schema))
        }
        RawExpr::If(cond, then, other) => {
            let [cond, then, other] = [cond, then, other].map(|part| expr(part, schema));
            format!("(if {cond} {then} {other})")
        }
        RawExpr::Match(value, arms, otherwise) => {
            let arm = |(a, b): &(RawExpr, RawExpr)| {
                format!(" (arm {} {})", expr(a, schema), expr(b, schema))
            };
            let arms: String = arms.iter().map(arm).collect();
            format!(
                "(match {}{arms} {})",
                expr(value, schema),
                expr(otherwise, schema)
            )
        }
    }
}

/// Reads a source, after its keyword.
pub(super) fn parse(reader: &mut Reader<'_>) -> ParseResult<SourcePlan> {
    let name = reader.cursor.text()?.into();
    let target = if reader.cursor.eat_word("profile")? {
        SourceTarget::Profile
    } else if reader.cursor.eat_word("catalog")? {
        SourceTarget::Catalog(reader.catalog_id()?)
    } else {
        reader.cursor.keyword("event")?;
        SourceTarget::Event(reader.kind()?)
    };
    let format = reader.source_format()?;
    let path: Arc<str> = reader.cursor.text()?.into();
    let path_place = reader.place()?;
    let (filter, group_by) = (None, Vec::new());
    let (profile, at, id) = (None, None, None);
    let fields = Vec::new();
    let mut source = SourcePlan {
        name,
        target,
        format,
        path,
        path_place,
        filter,
        group_by,
        profile,
        at,
        id,
        fields,
    };
    reader.cursor.mark('{')?;
    while !reader.cursor.eat('}')? {
        reader.clause(&mut source)?;
    }
    Ok(source)
}

impl Reader<'_> {
    fn source_format(&mut self) -> ParseResult<SourceFormat> {
        let word = self.cursor.word()?;
        match word.as_str() {
            "csv" => Ok(SourceFormat::Csv {
                delimiter: self.cursor.number()?,
            }),
            "ndjson" => Ok(SourceFormat::Ndjson),
            "parquet" => Ok(SourceFormat::Parquet),
            "arrow" => Ok(SourceFormat::ArrowIpc),
            _ => self.cursor.error(format!("no format is called `{word}`")),
        }
    }

    fn clause(&mut self, source: &mut SourcePlan) -> ParseResult<()> {
        let word = self.cursor.word()?;
        match word.as_str() {
            "where" => source.filter = Some(self.raw()?),
            "group" => source.group_by.push(self.raw()?),
            "profile" => source.profile = Some(self.raw()?),
            "at" => source.at = Some(self.raw()?),
            "id" => source.id = Some(self.raw()?),
            "field" | "each" => {
                let field = self.field(source.target, word == "each")?;
                source.fields.push(field);
            }
            _ => return self.cursor.error(format!("a source has no `{word}`")),
        }
        Ok(())
    }

    fn field(&mut self, target: SourceTarget, each: bool) -> ParseResult<RawField> {
        let col = match target {
            SourceTarget::Profile => self.profile_column()?,
            SourceTarget::Event(kind) => self.event_column(kind)?,
            SourceTarget::Catalog(catalog) => self.catalog_column(catalog)?,
        };
        let place = self.place()?;
        let value = if each {
            self.each()?
        } else {
            RawTarget::Expr(self.raw()?)
        };
        Ok(RawField { col, value, place })
    }

    fn each(&mut self) -> ParseResult<RawTarget> {
        self.cursor.mark('[')?;
        let mut values = Vec::new();
        while !self.cursor.eat(']')? {
            values.push((self.cursor.number()?, self.raw()?));
            if !self.cursor.eat(',')? {
                self.cursor.mark(']')?;
                break;
            }
        }
        Ok(RawTarget::Each(values))
    }

    /// A raw expression.
    fn raw(&mut self) -> ParseResult<RawExpr> {
        if self.cursor.eat_word("true")? {
            return Ok(RawExpr::Bool(true));
        }
        if self.cursor.eat_word("false")? {
            return Ok(RawExpr::Bool(false));
        }
        if let Some(text) = self.optional_text()? {
            return Ok(RawExpr::Text(text));
        }
        self.cursor.mark('(')?;
        self.cursor.enter()?;
        let value = self.raw_form();
        self.cursor.leave();
        let value = value?;
        self.cursor.mark(')')?;
        Ok(value)
    }

    fn raw_form(&mut self) -> ParseResult<RawExpr> {
        let word = self.cursor.word()?;
        match word.as_str() {
            "column" => Ok(RawExpr::Column(self.cursor.text()?.into())),
            "number" => Ok(RawExpr::Number(self.cursor.text()?.into())),
            "op" => Ok(RawExpr::Op(
                self.one_of("an operation", words::raw_op)?,
                self.raws()?,
            )),
            "matches" => Ok(RawExpr::Matches(
                Box::new(self.raw()?),
                self.cursor.text()?.into(),
            )),
            "in" => Ok(RawExpr::In(Box::new(self.raw()?), self.raws()?)),
            "agg" => {
                let kind = self.one_of("an aggregate", words::raw_agg)?;
                Ok(RawExpr::Agg(kind, self.raws()?.pop().map(Box::new)))
            }
            "as" => Ok(RawExpr::As(
                Box::new(self.raw()?),
                self.ty()?,
                self.optional_text()?,
            )),
            "if" => Ok(RawExpr::If(
                Box::new(self.raw()?),
                Box::new(self.raw()?),
                Box::new(self.raw()?),
            )),
            "match" => self.raw_match(),
            _ => self
                .cursor
                .error(format!("no expression is called `{word}`")),
        }
    }

    /// All raw expressions up to the closing parenthesis.
    fn raws(&mut self) -> ParseResult<Vec<RawExpr>> {
        let mut values = Vec::new();
        while !self.at_close() {
            values.push(self.raw()?);
        }
        Ok(values)
    }

    fn at_close(&self) -> bool {
        *self.cursor.peek() == crate::text::Token::Mark(')')
    }

    fn raw_match(&mut self) -> ParseResult<RawExpr> {
        let value = self.raw()?;
        let mut arms = Vec::new();
        loop {
            // Both an arm and the last result may begin with a parenthesis; the word behind it tells which.
            let mut ahead = self.cursor.clone();
            if !(ahead.eat('(')? && ahead.eat_word("arm")?) {
                break;
            }
            self.cursor = ahead;
            arms.push((self.raw()?, self.raw()?));
            self.cursor.mark(')')?;
        }
        Ok(RawExpr::Match(Box::new(value), arms, Box::new(self.raw()?)))
    }
}
