//! The bundled example: its data is what the generator makes, and its answers are what the suite expects.

pub(crate) mod catalog;
mod people;
mod world;
mod write;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::support::{rng, root, update};
use world::{Scale, World};
use write::{Content, files, parquet};

#[test]
fn the_committed_data_is_what_the_generator_makes() {
    let folder = root().join("examples/shop/data");
    std::fs::create_dir_all(&folder).expect("a folder for the data");
    for (name, content) in files(&World::new(Scale {
        customers: 4_000,
        activity: 100,
    })) {
        let path = folder.join(name);
        let same = match &content {
            Content::Text(text) => {
                std::fs::read(&path).is_ok_and(|committed| committed == text.as_bytes())
            }
            Content::Rows(rows) => read(&path).is_some_and(|committed| committed == *rows),
        };
        if same {
            continue;
        }
        assert!(
            update(),
            "{name} is not what the generator makes; UPDATE=1 writes it anew"
        );
        let bytes = match content {
            Content::Text(text) => text.into_bytes(),
            Content::Rows(rows) => parquet(&rows),
        };
        std::fs::write(path, bytes).expect("data is written");
    }
}

/// All rows of a Parquet file as one batch.
fn read(path: &std::path::Path) -> Option<arrow_array::RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path).ok()?).ok()?;
    let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).ok()?;
    builder
        .with_batch_size(rows.max(1))
        .build()
        .ok()?
        .next()?
        .ok()
}
