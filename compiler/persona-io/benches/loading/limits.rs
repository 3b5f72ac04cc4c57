//! What cannot be gone below: decoding the columns and doing nothing with them; looking at every byte once.

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

/// Decodes all columns, row groups shared out over threads.
pub(crate) fn decode(path: &Path, threads: usize) -> Result<u64, Box<dyn Error>> {
    let metadata = ArrowReaderMetadata::load(&File::open(path)?, ArrowReaderOptions::new())?;
    let groups = metadata.metadata().num_row_groups();
    let part = |thread: usize| -> Result<u64, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let mine = (0..groups)
            .filter(|group| group % threads == thread)
            .collect();
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone())
            .with_batch_size(8192)
            .with_row_groups(mine)
            .build()
            .map_err(|error| error.to_string())?;
        let mut rows = 0;
        for batch in reader {
            rows += batch.map_err(|error| error.to_string())?.num_rows() as u64;
        }
        Ok(rows)
    };
    let part = &part;
    let rows: Result<u64, String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || part(thread)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?)
            .sum()
    });
    Ok(rows?)
}

/// Counts the lines.
pub(crate) fn line_feeds(path: &Path) -> Result<u64, Box<dyn Error>> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    let mut lines = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(lines);
        }
        lines += memchr::memchr_iter(b'\n', &buffer[..read]).count() as u64;
    }
}
