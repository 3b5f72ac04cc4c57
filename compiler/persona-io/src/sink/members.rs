//! Who is in what: one row per profile with its key, one Bool column per segment, one column per trait and partition.

use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema as ArrowSchema};
use persona_ir::{Output, OutputKind, Plan, Ty};
use persona_runtime::{Answer, Answers, Dataset};

use super::arrow::{array, data_type};
use super::file::{NewFile, failed};
use super::parquet;
use super::text::{cell, json, quote};
use crate::error::{LoadError, LoadErrorKind};
use crate::parallel::in_order;
use crate::value::json::quoted;

/// The rows written at once.
const CHUNK: usize = 65_536;
/// The lines written at once.
const LINES: usize = 8192;

/// Writes the members' table in the format that the path's ending names: `.csv`, `.ndjson`, `.parquet` or `.arrow`. The
/// columns are the key, by its name in the schema, then all answers in the plan's order. Amounts of money are decimals,
/// instants are in UTC, stages and enums are names.
///
/// # Errors
/// When the ending is another, or the file cannot be written; then no file is left.
pub fn write_members(
    path: &Path,
    plan: &Plan,
    data: &Dataset,
    answers: &Answers,
) -> Result<(), Box<LoadError>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    write_members_with(path, plan, data, answers, threads)
}

/// As [`write_members`], with so many threads. The file is the same.
///
/// # Errors
/// When the ending is another, or the file cannot be written; then no file is left.
pub fn write_members_with(
    path: &Path,
    plan: &Plan,
    data: &Dataset,
    answers: &Answers,
    threads: usize,
) -> Result<(), Box<LoadError>> {
    write(path, plan, data, Source::Whole(answers), threads)
}

/// As [`write_members_with`], with answers that are asked for some profiles at a time, and not kept: `answers` gives those about the
/// profiles of a range, the first of them in row 0, and is asked by several threads at once. The first profile of a range is a
/// multiple of 65,536 (in files other than Parquet: of 8192).
///
/// # Errors
/// When the ending is another, or the file cannot be written; then no file is left.
pub fn write_members_by(
    path: &Path,
    plan: &Plan,
    data: &Dataset,
    answers: &(dyn Fn(Range<usize>) -> Answers + Sync),
    threads: usize,
) -> Result<(), Box<LoadError>> {
    write(path, plan, data, Source::Pieces(answers), threads)
}

fn write(
    path: &Path,
    plan: &Plan,
    data: &Dataset,
    answers: Source<'_>,
    threads: usize,
) -> Result<(), Box<LoadError>> {
    let ending = members_ending(path)?;
    let table = Members {
        plan,
        data,
        answers,
    };
    let mut file = NewFile::create(path)?;
    let written = match ending.as_str() {
        "csv" => table.csv(&mut file, threads),
        "parquet" => parquet::write(&table, &mut file, threads).map_err(|error| error.to_string()),
        "arrow" | "feather" => table.ipc(&mut file),
        _ => table.ndjson(&mut file, threads),
    };
    written.map_err(|error| failed(path, &std::io::Error::other(error)))?;
    file.finish()
}

/// The members' table as Arrow, in batches of 65,536 rows; one without rows where there is nobody. Columns and values are those of
/// [`write_members`] in an Arrow file.
///
/// # Errors
/// When Arrow refuses the table, such as for two answers of one name.
pub fn members_batches(
    plan: &Plan,
    data: &Dataset,
    answers: &Answers,
) -> Result<Vec<RecordBatch>, Box<LoadError>> {
    let table = Members {
        plan,
        data,
        answers: Source::Whole(answers),
    };
    let mut batches = Vec::new();
    let made = table.batches(|batch| {
        batches.push(batch.clone());
        Ok(())
    });
    made.map_err(|error| LoadError::new(LoadErrorKind::Write, error))?;
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(table.arrow_schema()));
    }
    Ok(batches)
}

/// Whether [`write_members`] knows the format that a path's ending names, for callers who would rather know before they
/// compute the answers.
///
/// # Errors
/// When it does not, or when there is no folder to put the file into.
pub fn check_members_path(path: &Path) -> Result<(), Box<LoadError>> {
    members_ending(path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => Err(LoadError::new(
            LoadErrorKind::Write,
            "the folder of this file does not exist",
        )
        .at_path(path)),
        _ => Ok(()),
    }
}

/// The ending in small letters, if it names a format.
fn members_ending(path: &Path) -> Result<String, Box<LoadError>> {
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or("")
        .to_ascii_lowercase();
    if ["csv", "ndjson", "jsonl", "parquet", "arrow", "feather"].contains(&ending.as_str()) {
        return Ok(ending);
    }
    let error = LoadError::new(
        LoadErrorKind::Write,
        "the ending of this file names no format",
    );
    Err(error
        .help("use `.csv`, `.ndjson`, `.parquet` or `.arrow`")
        .at_path(path))
}

/// Where answers come from.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Whole(&'a Answers),
    Pieces(&'a (dyn Fn(Range<usize>) -> Answers + Sync)),
}

/// The answers about some profiles.
pub(super) struct Piece<'a> {
    answers: Of<'a>,
    /// The profile that is in row 0.
    first: usize,
}

enum Of<'a> {
    All(&'a Answers),
    Some(Answers),
}

impl Piece<'_> {
    /// By output; the profiles of the rows are those that [`Self::rows`] says.
    pub(super) fn answers(&self) -> &Answers {
        match &self.answers {
            Of::All(answers) => answers,
            Of::Some(answers) => answers,
        }
    }

    /// The rows of these profiles.
    pub(super) fn rows(&self, profiles: &Range<usize>) -> Range<usize> {
        profiles.start - self.first..profiles.end - self.first
    }

    fn row(&self, profile: usize) -> usize {
        profile - self.first
    }
}

/// The table.
pub(super) struct Members<'a> {
    pub(super) plan: &'a Plan,
    pub(super) data: &'a Dataset,
    pub(super) answers: Source<'a>,
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

impl<'a> Members<'a> {
    /// The answers about these profiles.
    pub(super) fn piece(&self, profiles: &Range<usize>) -> Piece<'a> {
        match self.answers {
            Source::Whole(answers) => Piece {
                answers: Of::All(answers),
                first: 0,
            },
            Source::Pieces(ask) => Piece {
                answers: Of::Some(ask(profiles.clone())),
                first: profiles.start,
            },
        }
    }

    /// The key's name; where an answer has it too, with something added.
    fn key_name(&self) -> String {
        let mut name = self.plan.schema.profile.columns[self.plan.schema.key]
            .name
            .to_string();
        while self.plan.outputs.iter().any(|output| *output.name == *name) {
            name.push_str("_key");
        }
        name
    }

    fn ty(&self, output: &Output) -> Ty {
        match output.kind {
            OutputKind::Segment => Ty::Bool,
            OutputKind::Partition(stages) => Ty::Enum(stages),
            OutputKind::Trait => self.plan.nodes[output.node].ty.clone(),
        }
    }

    /// Whether there are columns that are not about who is in what.
    pub(super) fn has_values(&self) -> bool {
        let mut kinds = self.plan.outputs.iter().map(|output| output.kind);
        kinds.any(|kind| kind != OutputKind::Segment)
    }

    fn types(&self) -> Vec<Ty> {
        let outputs = self.plan.outputs.iter();
        outputs.map(|output| self.ty(output)).collect()
    }

    fn csv(&self, file: &mut NewFile, threads: usize) -> Result<(), String> {
        let types = self.types();
        let mut head = String::new();
        quote(&self.key_name(), &mut head);
        for output in &self.plan.outputs {
            head.push(',');
            quote(&output.name, &mut head);
        }
        head.push('\n');
        self.text(file, threads, head, &|profile, piece, out| {
            quote(self.data.key(&self.plan.schema, profile), out);
            let (answers, row) = (piece.answers(), piece.row(profile));
            for ((at, ty), answer) in types.iter().enumerate().zip(&answers.columns) {
                out.push(',');
                match answer {
                    Answer::Members(members) => out.push_str(yes_or_no(members.value(row))),
                    Answer::Values(_) => {
                        let value = answers.value(at, row);
                        quote(&cell(&value, ty, &self.plan.schema), out);
                    }
                }
            }
            out.push('\n');
        })
    }

    fn ndjson(&self, file: &mut NewFile, threads: usize) -> Result<(), String> {
        let types = self.types();
        let name = |name: &str| format!("{}:", quoted(name));
        let key = name(&self.key_name());
        let names: Vec<String> = self
            .plan
            .outputs
            .iter()
            .map(|output| format!(",{}", name(&output.name)))
            .collect();
        self.text(file, threads, String::new(), &|profile, piece, out| {
            out.push('{');
            out.push_str(&key);
            out.push_str(&quoted(self.data.key(&self.plan.schema, profile)));
            let (answers, row) = (piece.answers(), piece.row(profile));
            let columns = names.iter().zip(&types).zip(&answers.columns);
            for (at, ((name, ty), answer)) in columns.enumerate() {
                out.push_str(name);
                match answer {
                    Answer::Members(members) => out.push_str(yes_or_no(members.value(row))),
                    Answer::Values(_) => {
                        let value = json(&answers.value(at, row), ty, &self.plan.schema);
                        out.push_str(&value.to_string());
                    }
                }
            }
            out.push_str("}\n");
        })
    }

    /// Writes what `line` makes of every profile, behind a head.
    fn text(
        &self,
        file: &mut NewFile,
        threads: usize,
        head: String,
        line: &(dyn Fn(usize, &Piece<'_>, &mut String) + Sync),
    ) -> Result<(), String> {
        let mut write = |text: String| {
            file.write_all(text.as_bytes())
                .map_err(|error| error.to_string())
        };
        write(head)?;
        let make = |chunk: usize| {
            let start = chunk * LINES;
            let mut out = String::new();
            let profiles = start..(start + LINES).min(self.data.profiles);
            let piece = self.piece(&profiles);
            for profile in profiles {
                line(profile, &piece, &mut out);
            }
            Ok(out)
        };
        in_order(threads, self.data.profiles.div_ceil(LINES), make, write)
    }

    pub(super) fn arrow_schema(&self) -> Arc<ArrowSchema> {
        let key = Field::new(self.key_name(), DataType::Utf8, false);
        let field = |output: &Output| {
            let nullable = output.kind == OutputKind::Trait;
            Field::new(&*output.name, data_type(&self.ty(output)), nullable)
        };
        let fields: Vec<Field> = std::iter::once(key)
            .chain(self.plan.outputs.iter().map(field))
            .collect();
        Arc::new(ArrowSchema::new(fields))
    }

    /// The answers of one output, by its place, about these rows of a piece.
    pub(super) fn array(&self, piece: &Piece<'_>, at: usize, rows: Range<usize>) -> ArrayRef {
        let answers = piece.answers();
        match &answers.columns[at] {
            Answer::Members(members) => Arc::new(BooleanArray::new(
                members.slice(rows.start, rows.len()),
                None,
            )),
            Answer::Values(column) => array(
                column,
                &self.ty(&self.plan.outputs[at]),
                rows,
                &answers.strings,
                &self.plan.schema,
            ),
        }
    }

    /// Gives the table piece by piece.
    fn batches(
        &self,
        mut write: impl FnMut(&RecordBatch) -> Result<(), String>,
    ) -> Result<(), String> {
        let fields = self.arrow_schema();
        let schema = &self.plan.schema;
        let mut start = 0;
        while start < self.data.profiles {
            let range = start..(start + CHUNK).min(self.data.profiles);
            let keys =
                StringArray::from_iter_values(range.clone().map(|row| self.data.key(schema, row)));
            let mut columns: Vec<ArrayRef> = vec![Arc::new(keys)];
            let piece = self.piece(&range);
            for at in 0..self.plan.outputs.len() {
                columns.push(self.array(&piece, at, piece.rows(&range)));
            }
            let batch =
                RecordBatch::try_new(fields.clone(), columns).map_err(|error| error.to_string())?;
            write(&batch)?;
            start = range.end;
        }
        Ok(())
    }

    fn ipc(&self, file: &mut NewFile) -> Result<(), String> {
        let text = |error: arrow_schema::ArrowError| error.to_string();
        let mut writer = FileWriter::try_new(file, &self.arrow_schema()).map_err(text)?;
        self.batches(|batch| writer.write(batch).map_err(text))?;
        writer.finish().map_err(text)
    }
}
