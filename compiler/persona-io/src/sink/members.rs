//! Who is in what: one row per profile with its key, one Bool column per segment, one column per trait and partition.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema as ArrowSchema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use persona_ir::{Output, OutputKind, Plan, Ty};
use persona_runtime::{Answer, Answers, Dataset};

use super::arrow::{array, data_type};
use super::file::{NewFile, failed};
use super::text::{cell, json, quote};
use crate::error::{LoadError, LoadErrorKind};

/// The rows written at once.
const CHUNK: usize = 65_536;

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
    let ending = members_ending(path)?;
    let table = Members {
        plan,
        data,
        answers,
    };
    let mut file = NewFile::create(path)?;
    let written = match ending.as_str() {
        "csv" => table.csv(&mut file),
        "parquet" => table.parquet(&mut file),
        "arrow" | "feather" => table.ipc(&mut file),
        _ => table.ndjson(&mut file),
    };
    written.map_err(|error| failed(path, &std::io::Error::other(error)))?;
    file.finish()
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

struct Members<'a> {
    plan: &'a Plan,
    data: &'a Dataset,
    answers: &'a Answers,
}

impl Members<'_> {
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

    fn csv(&self, file: &mut NewFile) -> Result<(), String> {
        let types: Vec<Ty> = self
            .plan
            .outputs
            .iter()
            .map(|output| self.ty(output))
            .collect();
        let mut line = String::new();
        quote(&self.key_name(), &mut line);
        for output in &self.plan.outputs {
            line.push(',');
            quote(&output.name, &mut line);
        }
        line.push('\n');
        for profile in 0..self.data.profiles {
            quote(self.data.key(&self.plan.schema, profile), &mut line);
            for (output, ty) in types.iter().enumerate() {
                line.push(',');
                quote(
                    &cell(&self.answers.value(output, profile), ty, &self.plan.schema),
                    &mut line,
                );
            }
            line.push('\n');
            file.write_all(line.as_bytes())
                .map_err(|error| error.to_string())?;
            line.clear();
        }
        file.write_all(line.as_bytes())
            .map_err(|error| error.to_string())
    }

    fn ndjson(&self, file: &mut NewFile) -> Result<(), String> {
        let types: Vec<Ty> = self
            .plan
            .outputs
            .iter()
            .map(|output| self.ty(output))
            .collect();
        let key = self.key_name();
        for profile in 0..self.data.profiles {
            let mut object = serde_json::Map::new();
            object.insert(
                key.clone(),
                self.data.key(&self.plan.schema, profile).into(),
            );
            for (at, (output, ty)) in self.plan.outputs.iter().zip(&types).enumerate() {
                let value = json(&self.answers.value(at, profile), ty, &self.plan.schema);
                object.insert(output.name.to_string(), value);
            }
            serde_json::to_writer(&mut *file, &object).map_err(|error| error.to_string())?;
            file.write_all(b"\n").map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn arrow_schema(&self) -> Arc<ArrowSchema> {
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
            for (output, answer) in self.plan.outputs.iter().zip(&self.answers.columns) {
                columns.push(match answer {
                    Answer::Members(members) => Arc::new(BooleanArray::new(
                        members.slice(range.start, range.len()),
                        None,
                    )),
                    Answer::Values(column) => array(
                        column,
                        &self.ty(output),
                        range.clone(),
                        &self.answers.strings,
                        schema,
                    ),
                });
            }
            let batch =
                RecordBatch::try_new(fields.clone(), columns).map_err(|error| error.to_string())?;
            write(&batch)?;
            start = range.end;
        }
        Ok(())
    }

    fn parquet(&self, file: &mut NewFile) -> Result<(), String> {
        let text = |error: parquet::errors::ParquetError| error.to_string();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .build();
        let mut writer =
            ArrowWriter::try_new(file, self.arrow_schema(), Some(properties)).map_err(text)?;
        self.batches(|batch| writer.write(batch).map_err(text))?;
        writer.close().map(|_| ()).map_err(text)
    }

    fn ipc(&self, file: &mut NewFile) -> Result<(), String> {
        let text = |error: arrow_schema::ArrowError| error.to_string();
        let mut writer = FileWriter::try_new(file, &self.arrow_schema()).map_err(text)?;
        self.batches(|batch| writer.write(batch).map_err(text))?;
        writer.finish().map_err(text)
    }
}
