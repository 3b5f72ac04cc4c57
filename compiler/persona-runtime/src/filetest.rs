//! Tests as files: a plan in its text form, a few rows of data, and the answers to expect. Any engine can be asked.
//! The files are in `compiler/persona-ir/filetests`.
//!
//! ```text
//! ; What the file is about.
//! plan "test" zone "UTC" week monday
//! …                                       ; see persona_ir::text
//! segment vip = %2
//! trait spend = %3
//!
//! data                                    ; from here on, not part of the plan
//! profile { id = "a", since = "2026-01-31", tier = gold }
//! item Product { sku = "x", price = 900 }       ; an item of a catalog
//! event "a" Purchase { at = "2026-01-31T10:00Z", total = 5000, items = [{ sku = "x" }] }
//!
//! run "2026-02-01T00:00Z" {               ; now
//!   vip = ["a"]                           ; a segment's members
//!   spend = { "a": 5000, "b": missing }   ; values; profiles left out are not looked at
//!   checks = [0: "a", 1: Purchase "a"]    ; failed checks: which, and whose row
//! }
//! ```
//!
//! Values are constants of the text form; where a column wants a Date, a `TimeOfDay` or a Timestamp, a text is read as
//! one, and an enum's value is written by name. Columns left out are missing, or have their default.

use std::sync::Arc;

use persona_ir::text::{Cursor, ParseError, Token};
use persona_ir::{CatalogId, CheckTable, KindId, OutputKind, Plan, Table, Ty};

use crate::display::iso;
use crate::rows::DatasetBuilder;
use crate::time::Zone;
use crate::{Answers, CatalogsBuilder, Dataset, Evaluation, Value, parse, run_checks};

/// A test file.
#[derive(Clone, Debug)]
pub struct FileTest {
    /// The plan.
    pub plan: Plan,
    /// The data.
    pub data: Dataset,
    /// What to ask.
    pub runs: Vec<Run>,
}

/// One evaluation, with what to expect of it.
#[derive(Clone, Debug)]
pub struct Run {
    /// The evaluation time.
    pub now: i64,
    /// For each expected output: its index, and what it must answer.
    pub expected: Vec<(usize, Expected)>,
    /// The checks that must fail, as printed by this module; absent where the file does not say.
    pub checks: Option<Vec<String>>,
}

/// What an output must answer.
#[derive(Clone, Debug)]
pub enum Expected {
    /// Exactly these members, by key.
    Members(Vec<String>),
    /// These profiles' values.
    Values(Vec<(String, Value)>),
}

/// Refuses a plan that engines cannot rely on: data are read by what it says, and asked by its clock.
fn meaningful(plan: &Plan) -> Result<(), ParseError> {
    let wrong = |message| ParseError { line: 1, message };
    if let Err(violations) = persona_ir::verify(plan) {
        let all: Vec<String> = violations.iter().map(ToString::to_string).collect();
        return Err(wrong(all.join("; ")));
    }
    match Zone::named(&plan.zone) {
        Some(_) => Ok(()),
        None => Err(wrong(format!("no time zone is called `{}`", plan.zone))),
    }
}

impl FileTest {
    /// Reads a test file.
    ///
    /// # Errors
    /// When the file is not one, with the line.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let plan_lines = lines
            .iter()
            .position(|line| line.trim_end() == "data")
            .unwrap_or(lines.len());
        let plan = persona_ir::parse(&lines[..plan_lines].concat())?;
        meaningful(&plan)?;
        let data_text = lines.get(plan_lines + 1..).unwrap_or_default().concat();
        let moved = |error: ParseError| ParseError {
            line: error.line + plan_lines + 1,
            message: error.message,
        };
        let mut reader = Reader {
            cursor: Cursor::new(&data_text).map_err(moved)?,
            plan: &plan,
        };
        let (data, runs) = reader.file().map_err(moved)?;
        Ok(Self { plan, data, runs })
    }

    /// Asks an engine everything.
    ///
    /// # Errors
    /// All differences between what was expected and what was answered, one per line.
    pub fn check(
        &self,
        engine: impl Fn(&Plan, &Dataset, &Evaluation) -> Answers,
    ) -> Result<(), String> {
        let mut differences = Vec::new();
        for run in &self.runs {
            let answers = engine(
                &self.plan,
                &self.data,
                &Evaluation {
                    now: run.now,
                    calibration: None,
                },
            );
            for (output, expected) in &run.expected {
                self.compare(run.now, *output, expected, &answers, &mut differences);
            }
            let failed: Vec<String> = self.failed_checks(run.now);
            if let Some(expected) = run.checks.as_ref().filter(|expected| **expected != failed) {
                differences.push(format!(
                    "at {}: checks {expected:?} expected, {failed:?} failed",
                    iso(run.now)
                ));
            }
        }
        if differences.is_empty() {
            Ok(())
        } else {
            Err(differences.join("\n"))
        }
    }

    fn compare(
        &self,
        now: i64,
        output: usize,
        expected: &Expected,
        answers: &Answers,
        differences: &mut Vec<String>,
    ) {
        let name = &self.plan.outputs[output].name;
        let now = iso(now);
        match expected {
            Expected::Members(keys) => {
                let actual: Vec<&str> = (0..self.data.profiles)
                    .filter(|row| answers.value(output, *row).is_true())
                    .map(|row| self.data.key(&self.plan.schema, row))
                    .collect();
                if actual != *keys {
                    differences.push(format!(
                        "at {now}: `{name}` should be {keys:?}, but is {actual:?}"
                    ));
                }
            }
            Expected::Values(values) => {
                for (key, expected) in values {
                    let row = self.data.find(&self.plan.schema, key);
                    let actual = row.map(|row| answers.value(output, row));
                    if actual.as_ref() != Some(expected) {
                        differences.push(format!("at {now}: `{name}` of {key:?} should be {expected:?}, but is {actual:?}"));
                    }
                }
            }
        }
    }

    fn failed_checks(&self, now: i64) -> Vec<String> {
        let schema = &self.plan.schema;
        let failures = run_checks(&self.plan, &self.data, now);
        let text = failures.iter().map(|failure| match failure.table {
            CheckTable::Profile => format!(
                "{}: {:?}",
                failure.check,
                self.data.key(schema, failure.row)
            ),
            CheckTable::Event(kind) => {
                let offsets = &self.data.events[kind].offsets;
                let profile = offsets.partition_point(|start| *start as usize <= failure.row) - 1;
                let (name, key) = (&schema.events[kind].name, self.data.key(schema, profile));
                format!("{}: {name} {key:?}", failure.check)
            }
            CheckTable::Catalog(id) => {
                let catalog = &schema.catalogs[id];
                let key = self.data.catalogs.value(id, catalog.key, failure.row);
                let key = match &key {
                    Value::Str(key) => key.to_string(),
                    key => key.int().unwrap_or_default().to_string(),
                };
                format!("{}: {} {key:?}", failure.check, catalog.table.name)
            }
        });
        text.collect()
    }
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    plan: &'a Plan,
}

type ParseResult<T> = Result<T, ParseError>;

impl Reader<'_> {
    fn file(&mut self) -> ParseResult<(Dataset, Vec<Run>)> {
        let mut builder = DatasetBuilder::new(&self.plan.schema);
        let mut catalogs = CatalogsBuilder::new(&self.plan.schema);
        let mut runs = Vec::new();
        while *self.cursor.peek() != Token::End {
            let word = self.cursor.word()?;
            match word.as_str() {
                "profile" => builder.profile(self.row(&self.plan.schema.profile)?),
                "item" => {
                    let id = self.catalog()?;
                    catalogs.item(id, self.row(&self.plan.schema.catalogs[id].table)?);
                }
                "event" => {
                    let profile = self.cursor.text()?;
                    let kind = self.kind()?;
                    builder.event(&profile, kind, self.row(&self.plan.schema.events[kind])?);
                }
                "run" => runs.push(self.run()?),
                _ => return self.cursor.error(format!("data have no `{word}`")),
            }
        }
        builder.catalogs(Arc::new(catalogs.finish()));
        Ok((builder.finish(), runs))
    }

    fn catalog(&mut self) -> ParseResult<CatalogId> {
        let name = self.cursor.name()?;
        let mut catalogs = self.plan.schema.catalogs.iter_enumerated();
        let found = catalogs.find(|(_, catalog)| *catalog.table.name == name);
        found.map_or_else(
            || self.cursor.error(format!("no catalog is called `{name}`")),
            |(id, _)| Ok(id),
        )
    }

    fn kind(&mut self) -> ParseResult<KindId> {
        let name = self.cursor.name()?;
        let found = self
            .plan
            .schema
            .events
            .iter_enumerated()
            .find(|(_, table)| *table.name == name);
        found.map_or_else(
            || self.cursor.error(format!("no kind is called `{name}`")),
            |(kind, _)| Ok(kind),
        )
    }

    fn row(&mut self, table: &Table) -> ParseResult<Vec<Value>> {
        let mut values = vec![Value::Missing; table.columns.len()];
        self.cursor.mark('{')?;
        while !self.cursor.eat('}')? {
            let name = self.cursor.name()?;
            let Some(col) = table.column(&name) else {
                return self.cursor.error(format!("no column is called `{name}`"));
            };
            self.cursor.mark('=')?;
            values[usize::from(col)] = self.value(&table.columns[col].ty)?;
            if !self.cursor.eat(',')? {
                self.cursor.mark('}')?;
                break;
            }
        }
        Ok(values)
    }

    /// A value of a type.
    fn value(&mut self, ty: &Ty) -> ParseResult<Value> {
        match (ty, self.cursor.peek().clone()) {
            (_, Token::Word(word)) if word == "missing" => {
                self.cursor.advance().map(|_| Value::Missing)
            }
            (Ty::Enum(id), Token::Word(word)) => {
                let values = &self.plan.schema.enums[*id].values;
                let index = values.iter().position(|value| *value.name == word);
                match index.and_then(|index| u32::try_from(index).ok()) {
                    Some(index) => self.cursor.advance().map(|_| Value::Enum(index)),
                    None => self.cursor.expected("a value of the enum"),
                }
            }
            (Ty::Date, Token::Text(text)) => self.read(parse::date(&text)),
            (Ty::TimeOfDay, Token::Text(text)) => self.read(parse::time_of_day(&text)),
            (Ty::Timestamp, Token::Text(text)) => self.read(parse::timestamp(&text)),
            (Ty::Float, Token::Int(value)) => {
                self.cursor.advance().map(|_| Value::Float(value as f64))
            }
            (Ty::List(element) | Ty::Set(element), Token::Mark('[')) => {
                self.cursor.advance()?;
                self.list(element)
            }
            (Ty::Record(_), Token::Mark('{')) => self.record(ty),
            _ => persona_ir::text::constant(&mut self.cursor).map(|value| Value::from(&value)),
        }
    }

    fn read(&mut self, value: Option<i64>) -> ParseResult<Value> {
        match value {
            Some(value) => self.cursor.advance().map(|_| Value::Int(value)),
            None => self.cursor.expected("a date, a time or an instant"),
        }
    }

    fn list(&mut self, element: &Ty) -> ParseResult<Value> {
        let mut values = Vec::new();
        while !self.cursor.eat(']')? {
            values.push(self.value(element)?);
            if !self.cursor.eat(',')? {
                self.cursor.mark(']')?;
                break;
            }
        }
        Ok(Value::List(values.into()))
    }

    fn record(&mut self, ty: &Ty) -> ParseResult<Value> {
        let Ty::Record(fields) = ty else {
            return self.cursor.expected("a record");
        };
        let column = |field: &persona_ir::RecordField| persona_ir::Column {
            name: field.name.clone(),
            ty: field.ty.clone(),
            validate: None,
            optional: field.optional,
            default: None,
        };
        let table = Table {
            name: "".into(),
            columns: fields.iter().map(column).collect(),
        };
        let mut values = self.row(&table)?;
        Ok(if values.len() == 1 {
            values.remove(0)
        } else {
            Value::Record(values.into())
        })
    }

    fn run(&mut self) -> ParseResult<Run> {
        let now = match parse::timestamp(&self.cursor.text()?) {
            Some(now) => now,
            None => return self.cursor.error("expected an instant before this"),
        };
        let mut run = Run {
            now,
            expected: Vec::new(),
            checks: None,
        };
        self.cursor.mark('{')?;
        while !self.cursor.eat('}')? {
            let name = self.cursor.name()?;
            self.cursor.mark('=')?;
            if name == "checks" {
                run.checks = Some(self.checks()?);
                continue;
            }
            let Some(output) = self
                .plan
                .outputs
                .iter()
                .position(|output| *output.name == name)
            else {
                return self.cursor.error(format!("no answer is called `{name}`"));
            };
            run.expected.push((output, self.expected(output)?));
        }
        Ok(run)
    }

    fn expected(&mut self, output: usize) -> ParseResult<Expected> {
        let output = &self.plan.outputs[output];
        if output.kind == OutputKind::Segment {
            self.cursor.mark('[')?;
            return self.cursor.list(']', Cursor::text).map(Expected::Members);
        }
        let ty = &self.plan.nodes[output.node].ty;
        let mut values = Vec::new();
        self.cursor.mark('{')?;
        while !self.cursor.eat('}')? {
            let key = self.cursor.text()?;
            self.cursor.mark(':')?;
            values.push((key, self.value(ty)?));
            if !self.cursor.eat(',')? {
                self.cursor.mark('}')?;
                break;
            }
        }
        Ok(Expected::Values(values))
    }

    fn checks(&mut self) -> ParseResult<Vec<String>> {
        self.cursor.mark('[')?;
        self.cursor.list(']', |cursor| {
            let check: usize = cursor.number()?;
            cursor.mark(':')?;
            let kind = if matches!(cursor.peek(), Token::Word(_)) {
                cursor.word()? + " "
            } else {
                String::new()
            };
            Ok(format!("{check}: {kind}{:?}", cursor.text()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text and name of every file.
    fn files() -> Vec<(String, String)> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../persona-ir/filetests");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("the folder of test files")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "ir"))
            .map(|path| {
                (
                    path.display().to_string(),
                    std::fs::read_to_string(&path).expect("a text"),
                )
            })
            .collect();
        files.sort();
        assert!(files.len() >= 10, "the files are there");
        files
    }

    #[test]
    fn the_interpreter_answers_every_file_as_expected() {
        let mut failed = Vec::new();
        for (path, text) in files() {
            let result = FileTest::parse(&text).map_err(|error| error.to_string());
            let result = result.and_then(|test| test.check(crate::interpret));
            failed.extend(result.err().map(|why| format!("{path}\n{why}")));
        }
        assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    }

    #[test]
    fn the_plan_of_every_file_is_valid_and_comes_back_from_its_text() {
        for (path, text) in files() {
            let plan = FileTest::parse(&text).expect("a test file").plan;
            assert_eq!(persona_ir::verify(&plan), Ok(()), "{path}");
            let printed = persona_ir::print(&plan);
            assert_eq!(
                persona_ir::parse(&printed).as_ref(),
                Ok(&plan),
                "{path}\n{printed}"
            );
        }
    }

    #[test]
    fn a_wrong_expectation_is_reported() {
        let text = "plan \"t\" zone \"UTC\" week monday\nprofile P key id { id: Str }\n%0: Bool = const true\nsegment all = %0\n\
            data\nprofile { id = \"a\" }\nrun \"2026-01-01T00:00Z\" { all = [] checks = [0: \"a\"] }";
        let why = FileTest::parse(text)
            .expect("a test file")
            .check(crate::interpret)
            .expect_err("a difference");
        assert_eq!(
            why,
            "at 2026-01-01T00:00:00Z: `all` should be [], but is [\"a\"]\n\
             at 2026-01-01T00:00:00Z: checks [\"0: \\\"a\\\"\"] expected, [] failed"
        );
    }

    #[test]
    fn errors_name_the_line_of_the_file() {
        let text = "plan \"t\" zone \"UTC\" week monday\nprofile P key id { id: Str }\ndata\n\nprofile { ID = \"a\" }";
        let error = FileTest::parse(text).expect_err("an error");
        assert_eq!(error.to_string(), "line 5: no column is called `ID`");
    }
}
