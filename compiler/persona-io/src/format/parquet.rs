//! Parquet in row groups: only wanted columns are decoded, several groups at once. Columns of texts that are
//! dictionaries in the file stay dictionaries. A decoder that gives up, or even panics, on a damaged file is reported as
//! an error of the file.

mod hybrid;
mod pages;
mod plain;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_schema};
use parquet::basic::{Encoding, Type};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};

use self::pages::Leaf;
use self::plain::Kind;
use super::batch::{Batch, BatchColumn, Lines};
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
    let natural = guarded(footer, || {
        parquet_to_arrow_schema(metadata.parquet_schema(), None)
    })?;
    let form = Form {
        path: path.to_owned(),
        leaves: leaves(&metadata, &natural, wanted),
        roots,
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

/// The most bytes of one column of one row group, unpacked.
const COLUMN_LIMIT: i64 = 1 << 32;
/// The most rows of one row group.
const ROW_LIMIT: i64 = 1 << 31;

/// Fails where a column lies beyond the file's end or unpacks to no end: the decoder asks for as much memory as the file says it
/// needs.
fn check(metadata: &ParquetMetaData, size: u64) -> Result<(), &'static str> {
    let groups = metadata.row_groups();
    let counted = |group: &RowGroupMetaData| (0..=ROW_LIMIT).contains(&group.num_rows());
    if !groups.iter().all(counted) {
        return Err("it says that it has more rows than a row group may have");
    }
    for column in groups.iter().flat_map(|group| group.columns()) {
        if column.uncompressed_size() > COLUMN_LIMIT {
            return Err("it says that a column of a row group needs more than 4 GiB");
        }
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

/// For each wanted column the leaf of the file and the kind of its values, where pages of such columns are read here.
fn leaves(
    metadata: &ArrowReaderMetadata,
    natural: &Schema,
    wanted: &[Arc<str>],
) -> Vec<Option<(usize, Kind)>> {
    let descr = metadata.parquet_schema();
    let fields = metadata.schema().fields();
    let leaf = |name: &Arc<str>| {
        let root = fields.iter().position(|field| field.name() == &**name)?;
        let mut leaves =
            (0..descr.num_columns()).filter(|leaf| descr.get_column_root_idx(*leaf) == root);
        let (Some(leaf), None) = (leaves.next(), leaves.next()) else {
            return None;
        };
        let natural = natural.fields().get(root)?.data_type();
        let kind = Kind::of(&descr.column(leaf), fields[root].data_type(), natural)?;
        Some((leaf, kind))
    };
    wanted.iter().map(leaf).collect()
}

/// What all row groups of a file share.
#[derive(Debug)]
struct Form {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    /// The root columns that are wanted.
    roots: Vec<usize>,
    /// For each wanted column its leaf and kind, if its pages can be read here.
    leaves: Vec<Option<(usize, Kind)>>,
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
        let what = "its columns cannot be read";
        let mut leaves = if self.all_by_arrow() {
            form.wanted.iter().map(|_| None).collect()
        } else {
            let mut file = super::open_file(&form.path)?;
            guarded(what, || self.leaves(&mut file))?
        };
        let mut others = self.others(&leaves)?;
        let mut row = self.row;
        let end = self.row.saturating_add(self.rows());
        loop {
            let what = format!("it ends or breaks after row {}", row - 1);
            let mut batch = match &mut others {
                Some(reader) => match guarded(&what, || reader.next().transpose())? {
                    Some(record) => arrow::batch(&record, &form.wanted, row)?,
                    None => return Ok(()),
                },
                None if row >= end => return Ok(()),
                None => Batch {
                    rows: usize::try_from(end - row)
                        .map_or(form.batch_rows, |left| left.min(form.batch_rows)),
                    lines: Lines::From(row),
                    columns: form.wanted.iter().map(|_| BatchColumn::Absent).collect(),
                    problems: Vec::new(),
                },
            };
            for (column, leaf) in batch.columns.iter_mut().zip(&mut leaves) {
                if let Some(leaf) = leaf {
                    *column = BatchColumn::Arrow(guarded(&what, || leaf.read(batch.rows))?);
                }
            }
            row += batch.rows as u64;
            give(batch);
        }
    }

    /// Whether nothing is read page by page: only to find out that it makes no difference.
    fn all_by_arrow(&self) -> bool {
        #[cfg(test)]
        return crate::load::oracle::is_on();
        #[cfg(not(test))]
        false
    }

    /// For each wanted column, if it is read page by page, where it is.
    fn leaves(&self, file: &mut File) -> parquet::errors::Result<Vec<Option<Leaf>>> {
        let group = self.form.metadata.metadata().row_group(self.group);
        let rows = usize::try_from(self.rows()).unwrap_or(usize::MAX);
        let mut open = |leaf: &Option<(usize, Kind)>| match leaf {
            Some((leaf, kind)) if pages::reads(group.column(*leaf)) => {
                Leaf::new(file, group.column(*leaf), kind.clone(), rows).map(Some)
            }
            _ => Ok(None),
        };
        self.form.leaves.iter().map(&mut open).collect()
    }

    /// The reader of all columns that are not read page by page; nothing where those are all.
    fn others(
        &self,
        leaves: &[Option<Leaf>],
    ) -> Result<Option<ParquetRecordBatchReader>, Box<LoadError>> {
        let form = &*self.form;
        let descr = form.metadata.parquet_schema();
        let mut here = Vec::new();
        for (leaf, known) in leaves.iter().zip(&form.leaves) {
            if let (Some(_), Some((leaf, _))) = (leaf, known) {
                here.push(descr.get_column_root_idx(*leaf));
            }
        }
        let roots = form.roots.iter().copied();
        let roots: Vec<usize> = roots.filter(|root| !here.contains(root)).collect();
        if roots.is_empty() && !here.is_empty() {
            return Ok(None);
        }
        let file = super::open_file(&form.path)?;
        guarded("its columns cannot be read", || {
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, form.metadata.clone())
                .with_projection(ProjectionMask::roots(descr, roots))
                .with_batch_size(form.batch_rows)
                .with_row_groups(vec![self.group])
                .build()
        })
        .map(Some)
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

#[cfg(test)]
mod tests {
    use arrow_array::*;
    use parquet::arrow::ArrowWriter;

    use super::*;

    #[test]
    fn columns_of_common_kinds_are_read_page_by_page_and_others_by_the_crate() {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("i32", Arc::new(Int32Array::from(vec![Some(1), None]))),
            ("f64", Arc::new(Float64Array::from(vec![0.5, 0.25]))),
            ("text", Arc::new(StringArray::from(vec!["a", "b"]))),
            ("yes", Arc::new(BooleanArray::from(vec![true, false]))),
            (
                "at",
                Arc::new(TimestampMicrosecondArray::from(vec![1, 2]).with_timezone("UTC")),
            ),
            ("i8", Arc::new(Int8Array::from(vec![1, 2]))),
            ("view", Arc::new(StringViewArray::from(vec!["a", "b"]))),
        ];
        let wanted: Vec<Arc<str>> = columns.iter().map(|(name, _)| Arc::from(*name)).collect();
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let path = tempfile::NamedTempFile::new().unwrap();
        let mut writer =
            ArrowWriter::try_new(path.reopen().unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let mut opened = open(path.as_file(), path.path(), &wanted, 10).unwrap();
        let Some(Piece::Group(group)) = opened.pieces.next().unwrap() else {
            panic!("there is a row group");
        };
        let leaves = group.leaves(&mut path.reopen().unwrap()).unwrap();
        let here: Vec<bool> = leaves.iter().map(Option::is_some).collect();
        assert_eq!(here, [true, true, true, true, true, false, false]);
        let mut rows = 0;
        let ended = group.read(&mut |batch| {
            assert!(
                batch
                    .columns
                    .iter()
                    .all(|column| matches!(column, BatchColumn::Arrow(_)))
            );
            rows += batch.rows;
        });
        assert!(ended.stop.is_none());
        assert_eq!(rows, 2);
    }

    #[test]
    fn a_file_that_says_it_unpacks_to_no_end_is_refused_before_it_is_decoded() {
        let batch =
            RecordBatch::try_from_iter([("a", Arc::new(Int64Array::from(vec![1])) as ArrayRef)]);
        let batch = batch.unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), None);
        let mut writer = writer.unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let read = ArrowReaderMetadata::load(file.as_file(), ArrowReaderOptions::new()).unwrap();
        let size = file.as_file().metadata().unwrap().len();
        let metadata = read.metadata();
        assert_eq!(check(metadata, size), Ok(()));
        let with = |group: RowGroupMetaData| {
            let builder = (**metadata).clone().into_builder();
            check(&builder.set_row_groups(vec![group]).build(), size)
        };
        let group = metadata.row_group(0).clone();
        for rows in [-1, 1 << 40] {
            let lie = group
                .clone()
                .into_builder()
                .set_num_rows(rows)
                .build()
                .unwrap();
            assert!(with(lie).unwrap_err().contains("more rows"));
        }
        let column = group.column(0).clone().into_builder();
        let column = column.set_total_uncompressed_size(1 << 40).build().unwrap();
        let lie = group
            .into_builder()
            .set_column_metadata(vec![column])
            .build();
        assert!(with(lie.unwrap()).unwrap_err().contains("4 GiB"));
    }
}
