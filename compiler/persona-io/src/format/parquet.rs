//! Parquet in row groups: only wanted columns are decoded, several groups at once. Columns of texts that are
//! dictionaries in the file stay dictionaries. A decoder that gives up, or even panics, on a damaged file is reported as
//! an error of the file.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Encoding, Type};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use super::batch::Batch;
use super::{Ended, Opened, Piece, Pieces, Stop, arrow, read_error};
use crate::error::LoadError;
use crate::value::raw::Raw;

pub(super) fn open(
    file: &File,
    path: &Path,
    wanted: &[Arc<str>],
    batch_rows: usize,
) -> Result<Opened, Box<LoadError>> {
    let size = file.metadata().map_err(|error| read_error(&error))?.len();
    let footer = "its footer cannot be read";
    let metadata = guarded(footer, || {
        ArrowReaderMetadata::load(file, ArrowReaderOptions::new())
    })?;
    guarded("it cannot hold what it says it holds", || {
        check(metadata.metadata(), size)
    })?;
    let schema = metadata.schema().clone();
    let (roots, present) = arrow::project(&schema, wanted)?;
    let metadata = guarded(footer, || with_dictionaries(metadata, &schema))?;
    let form = Form {
        path: path.to_owned(),
        mask: ProjectionMask::roots(metadata.parquet_schema(), roots),
        metadata,
        wanted: wanted.to_vec(),
        batch_rows,
    };
    Ok(Opened {
        pieces: Box::new(Groups {
            form: Arc::new(form),
            next: 0,
            row: 1,
        }),
        columns: Some(arrow::dotted_names(&schema)),
        present,
    })
}

/// Fails where a column lies beyond the file's end: the decoder asks for as much memory as the file says it needs.
fn check(metadata: &ParquetMetaData, size: u64) -> Result<(), &'static str> {
    for column in metadata
        .row_groups()
        .iter()
        .flat_map(|group| group.columns())
    {
        let (start, length) = column.byte_range();
        if start.checked_add(length).is_none_or(|end| end > size) {
            return Err("a part of it lies beyond its end");
        }
    }
    Ok(())
}

/// The same file, with its texts as dictionaries where all of its pages are.
fn with_dictionaries(
    metadata: ArrowReaderMetadata,
    schema: &Schema,
) -> parquet::errors::Result<ArrowReaderMetadata> {
    let descr = metadata.parquet_schema();
    let groups = metadata.metadata().row_groups();
    let is_dictionary = |root: usize| {
        let mut leaves =
            (0..descr.num_columns()).filter(|leaf| descr.get_column_root_idx(*leaf) == root);
        match (leaves.next(), leaves.next()) {
            (Some(leaf), None) => groups
                .iter()
                .all(|group| dictionary_only(group.column(leaf))),
            _ => false,
        }
    };
    let ty = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let field = |(root, field): (usize, &Arc<Field>)| {
        let texts = match field.data_type() {
            DataType::Utf8 => true,
            DataType::Dictionary(_, inner) => **inner == DataType::Utf8,
            _ => false,
        };
        if texts && is_dictionary(root) {
            Arc::new(field.as_ref().clone().with_data_type(ty.clone()))
        } else {
            field.clone()
        }
    };
    let fields: Vec<Arc<Field>> = schema.fields().iter().enumerate().map(field).collect();
    if fields.iter().eq(schema.fields().iter()) {
        return Ok(metadata);
    }
    let hinted = Schema::new_with_metadata(fields, schema.metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(hinted));
    ArrowReaderMetadata::try_new(metadata.metadata().clone(), options)
}

/// Whether all data pages hold codes of one dictionary.
fn dictionary_only(column: &ColumnChunkMetaData) -> bool {
    let coded = |encoding: Encoding| {
        matches!(
            encoding,
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY
        )
    };
    column.column_type() == Type::BYTE_ARRAY
        && column
            .page_encoding_stats_mask()
            .is_some_and(|mask| mask.encodings().all(coded))
}

/// What all row groups of a file share.
#[derive(Debug)]
struct Form {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    wanted: Vec<Arc<str>>,
    batch_rows: usize,
}

struct Groups {
    form: Arc<Form>,
    next: usize,
    row: u64,
}

impl Pieces for Groups {
    fn next(&mut self) -> Result<Option<Piece>, Box<LoadError>> {
        let groups = self.form.metadata.metadata().row_groups();
        let Some(group) = groups.get(self.next) else {
            return Ok(None);
        };
        let piece = Group {
            form: self.form.clone(),
            group: self.next,
            row: self.row,
            bytes: u64::try_from(group.compressed_size()).unwrap_or(0),
        };
        self.next += 1;
        self.row += u64::try_from(group.num_rows()).unwrap_or(0);
        Ok(Some(Piece::Group(piece)))
    }
}

/// A row group of a file.
#[derive(Debug)]
pub(crate) struct Group {
    form: Arc<Form>,
    group: usize,
    /// The number of its first row.
    row: u64,
    bytes: u64,
}

impl Group {
    /// The number of rows.
    pub(crate) fn rows(&self) -> u64 {
        let group = self.form.metadata.metadata().row_group(self.group);
        u64::try_from(group.num_rows()).unwrap_or(0)
    }

    /// The group as it is when nobody wants its rows.
    pub(crate) fn skipped(&self) -> Ended {
        Ended {
            bytes: self.bytes,
            ..Ended::default()
        }
    }

    /// Values between which all values of a wanted column lie that are there; nothing where the file does not say, or
    /// where a value of the column may be one that cannot be read.
    pub(crate) fn bounds(&self, slot: usize) -> Option<(Raw<'static>, Raw<'static>)> {
        let metadata = &self.form.metadata;
        let name = self.form.wanted.get(slot)?;
        let schema = metadata.schema();
        let named = |field: &&Arc<Field>| field.name() == &**name;
        let field = match schema.fields().iter().filter(named).count() {
            1 => schema.field_with_name(name).ok()?,
            _ => return None,
        };
        let plain = match field.data_type() {
            DataType::Dictionary(_, inner) => inner,
            other => other,
        };
        let sure = plain.is_integer()
            || matches!(
                plain,
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
            )
            || matches!(plain, DataType::Date32 | DataType::Timestamp(..));
        if !sure {
            return None;
        }
        let group = metadata.metadata().row_group(self.group);
        let columns = StatisticsConverter::try_new(name, schema, metadata.parquet_schema()).ok()?;
        let statistics = group.column(columns.parquet_column_index()?).statistics()?;
        if statistics.is_min_max_deprecated() {
            return None;
        }
        let value = |array: parquet::errors::Result<ArrayRef>| {
            let array = arrow::Arr::new(&array.ok()?).ok()?;
            let value = array.at(0).ok()?.into_owned();
            (!value.is_missing()).then_some(value)
        };
        Some((
            value(columns.row_group_mins([group]))?,
            value(columns.row_group_maxes([group]))?,
        ))
    }

    /// Decodes the group.
    pub(super) fn read(self, give: &mut dyn FnMut(Batch)) -> Ended {
        let stop = self.decode(give).err().map(Stop::Error);
        Ended {
            bytes: self.bytes,
            stop,
            ..Ended::default()
        }
    }

    fn decode(&self, give: &mut dyn FnMut(Batch)) -> Result<(), Box<LoadError>> {
        let form = &*self.form;
        let file = super::open_file(&form.path)?;
        let mut reader = guarded("its columns cannot be read", || {
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, form.metadata.clone())
                .with_projection(form.mask.clone())
                .with_batch_size(form.batch_rows)
                .with_row_groups(vec![self.group])
                .build()
        })?;
        let mut row = self.row;
        loop {
            let what = format!("it ends or breaks after row {}", row - 1);
            let Some(record) = guarded(&what, || reader.next().transpose())? else {
                return Ok(());
            };
            give(arrow::batch(&record, &form.wanted, row)?);
            row += record.num_rows() as u64;
        }
    }
}

/// Runs the decoder; what goes wrong inside is an error of the file.
pub(super) fn guarded<T, E: std::fmt::Display>(
    what: &str,
    run: impl FnOnce() -> Result<T, E>,
) -> Result<T, Box<LoadError>> {
    let damaged = |detail: &str| {
        let error = LoadError::format(format!(
            "this file is damaged or incomplete: {what} ({detail})"
        ));
        error.help("write it again, or copy it again as a whole")
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(damaged(&error.to_string())),
        Err(_) => Err(damaged("the decoder gave up")),
    }
}
