//! The members' table as Parquet, row group by row group, several at once. Bools are the bitmaps of the answers, as the format's
//! plain encoding has them, or their runs where members are few (`runs`); keys are what differs from the key before (`delta`); the
//! library encodes the rest. The bytes of the file do not depend on the number of threads.

mod chunk;
mod direct;
mod library;
mod runs;

use std::ops::Range;

use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::file::NewFile;
use super::members::Members;

/// The most rows of a group, and the fewest where there are more groups than one.
const MOST_ROWS: usize = 1 << 18;
const FEWEST_ROWS: usize = 1 << 16;
/// A table has about so many groups, so that there is work for several threads.
const GROUPS: usize = 8;

type Result<T> = std::result::Result<T, ParquetError>;

/// Writes the table.
pub(super) fn write(table: &Members<'_>, out: &mut NewFile, threads: usize) -> Result<()> {
    let shape = Shape::of(table.data.profiles);
    match table.has_values() {
        true => library::write(table, shape, out, threads),
        false => direct::write(table, shape, out, threads),
    }
}

/// The rows of a table, in groups.
#[derive(Clone, Copy)]
struct Shape {
    rows: usize,
    per_group: usize,
}

impl Shape {
    fn of(rows: usize) -> Self {
        let per_group = rows
            .div_ceil(GROUPS)
            .next_multiple_of(FEWEST_ROWS)
            .clamp(FEWEST_ROWS, MOST_ROWS);
        Self { rows, per_group }
    }

    fn groups(self) -> usize {
        self.rows.div_ceil(self.per_group)
    }

    fn group(self, group: usize) -> Range<usize> {
        let start = group * self.per_group;
        start..(start + self.per_group).min(self.rows)
    }
}

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build()
}

/// As the format counts.
fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use arrow_array::cast::AsArray;
    use bytes::Bytes;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::basic::Encoding;
    use persona_runtime::{Evaluation, interpret};

    use super::super::file::NewFile;
    use super::super::members::{Members, Source};
    use super::{Shape, direct, library};
    use crate::tests::support::{Folder, plan};

    const PLAN: &str = r#"
profile P key id { id: Str, i: Int? }
source "s" profile csv 44 "f.csv" @0:1..2 { }
%0: Int? = profile i
%1: Bool = known %0
%2: Bool = not %1
segment has "Has it" = %1
  explain 0 atom @0:1..2 %1
segment lacks "Lacks it" = %2
  explain 0 atom @0:1..2 %2
"#;

    const ROWS: usize = 150_003;

    /// The bytes do not depend on the threads, and are those that the library would write. Few members are runs, many are bits.
    #[test]
    fn members_alone_are_written_as_the_library_writes_them() {
        for every in [7, 5_000] {
            let has = |row: usize| row.is_multiple_of(every);
            let mut lines = "id,i\n".to_owned();
            for row in 0..ROWS {
                let value = if has(row) { "1" } else { "" };
                writeln!(lines, "k{row:06},{value}").unwrap();
            }
            let folder = Folder::new().file("f.csv", lines);
            let plan = plan(PLAN);
            let loaded = folder.load(&plan).unwrap();
            let now = Evaluation {
                now: 0,
                calibration: None,
            };
            let answers = interpret(&plan, &loaded.dataset, &now);
            let table = Members {
                plan: &plan,
                data: &loaded.dataset,
                answers: Source::Whole(&answers),
            };
            let shape = Shape::of(table.data.profiles);
            assert_eq!(shape.groups(), 3);
            let path = folder.path().join("members.parquet");
            let written = |write: &dyn Fn(&mut NewFile)| {
                let mut file = NewFile::create(&path).unwrap();
                write(&mut file);
                file.finish().unwrap();
                std::fs::read(&path).unwrap()
            };
            let by_library = written(&|file| library::write(&table, shape, file, 1).unwrap());
            for threads in [1, 2, 5] {
                let bytes = written(&|file| direct::write(&table, shape, file, threads).unwrap());
                assert!(bytes == by_library, "with {threads} threads");
            }
            let (members, encodings) = read(by_library);
            assert_eq!(
                members,
                (0..ROWS)
                    .map(|row| [has(row), !has(row)])
                    .collect::<Vec<_>>()
            );
            let plain = encodings.contains(&Encoding::PLAIN);
            assert_eq!(plain, every == 7, "{encodings:?}");
        }
    }

    /// The members of a file as its rows say, and how the first segment is written.
    fn read(bytes: Vec<u8>) -> (Vec<[bool; 2]>, Vec<Encoding>) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).unwrap();
        let encodings = reader
            .metadata()
            .row_group(0)
            .column(1)
            .encodings()
            .collect();
        let mut members = Vec::new();
        for batch in reader.build().unwrap() {
            let batch = batch.unwrap();
            let column = |at: usize| batch.column(at).as_boolean().clone();
            let (has, lacks) = (column(1), column(2));
            members.extend((0..batch.num_rows()).map(|row| [has.value(row), lacks.value(row)]));
        }
        (members, encodings)
    }
}
