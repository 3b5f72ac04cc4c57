//! A look at an Arrow file's own account of itself before it is decoded: the decoder asks for as much memory as the
//! file says it needs, and a damaged file may say anything.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use arrow_ipc::reader::read_footer_length;
use arrow_ipc::{Message, RecordBatch, root_as_footer, root_as_message};

/// The most bytes of one column of one batch.
const BUFFER_LIMIT: i64 = 1 << 32;
/// The most rows of one batch.
const ROW_LIMIT: i64 = 1 << 31;
/// What may stand before a message's length.
const CONTINUATION: [u8; 4] = [0xFF; 4];

/// Fails where a file of the file format cannot hold what it says it holds.
pub(super) fn file(file: &mut File) -> Result<(), String> {
    let size = file.metadata().map_err(text)?.len();
    let mut end = [0; 10];
    seek(file, size.checked_sub(10).ok_or("it is too short")?)?;
    file.read_exact(&mut end).map_err(text)?;
    let length = read_footer_length(end).map_err(text)? as u64;
    let start = size
        .checked_sub(10 + length)
        .ok_or("its footer is longer than itself")?;
    let footer = read(file, start, length)?;
    let footer = root_as_footer(&footer).map_err(text)?;
    let batches = footer.recordBatches().into_iter().flatten();
    for block in footer.dictionaries().into_iter().flatten().chain(batches) {
        let place =
            |number: i64| u64::try_from(number).map_err(|_| "it has a negative length".to_owned());
        let (offset, body) = (place(block.offset())?, place(block.bodyLength())?);
        let head = place(block.metaDataLength().into())?;
        let whole = offset.checked_add(head).and_then(|at| at.checked_add(body));
        if whole.is_none_or(|end| end > size) {
            return Err("a part of it lies beyond its end".to_owned());
        }
        let head = read(file, offset, head)?;
        // A continuation mark may stand before the length.
        let skip = if head.starts_with(&CONTINUATION) {
            8
        } else {
            4
        };
        let message = root_as_message(head.get(skip..).unwrap_or(&[])).map_err(text)?;
        check_message(file, &message, offset + head.len() as u64, size)?;
    }
    Ok(())
}

/// Fails where a stream cannot hold what it says it holds.
pub(super) fn stream(file: &mut File) -> Result<(), String> {
    let size = file.metadata().map_err(text)?.len();
    let mut at = 0;
    while at + 4 <= size {
        let mut length = read(file, at, 4)?;
        at += 4;
        if length == CONTINUATION {
            length = read(file, at, 4)?;
            at += 4;
        }
        let bytes: [u8; 4] = length
            .try_into()
            .map_err(|_| "it ends inside a length".to_owned())?;
        let length = u64::try_from(i32::from_le_bytes(bytes))
            .map_err(|_| "it has a negative length".to_owned())?;
        if length == 0 {
            break;
        }
        let head = read(file, at, length)?;
        at += length;
        let message = root_as_message(&head).map_err(text)?;
        let body = u64::try_from(message.bodyLength())
            .map_err(|_| "it has a negative length".to_owned())?;
        check_message(file, &message, at, size)?;
        at = at
            .checked_add(body)
            .filter(|at| *at <= size)
            .ok_or("a part of it lies beyond its end")?;
    }
    Ok(())
}

fn check_message(
    file: &mut File,
    message: &Message<'_>,
    body: u64,
    size: u64,
) -> Result<(), String> {
    let batch = match message.header_as_dictionary_batch() {
        Some(dictionary) => dictionary.data(),
        None => message.header_as_record_batch(),
    };
    batch.map_or(Ok(()), |batch| check_batch(file, &batch, body, size))
}

fn check_batch(
    file: &mut File,
    batch: &RecordBatch<'_>,
    body: u64,
    size: u64,
) -> Result<(), String> {
    if !(0..=ROW_LIMIT).contains(&batch.length()) {
        return Err("it says that it has more rows than a batch may have".to_owned());
    }
    let compressed = batch.compression().is_some();
    for buffer in batch.buffers().into_iter().flatten() {
        let place = |number: i64| u64::try_from(number).ok();
        let (Some(offset), Some(length)) = (place(buffer.offset()), place(buffer.length())) else {
            return Err("it has a negative length".to_owned());
        };
        let start = body.checked_add(offset);
        let end = start.and_then(|start| start.checked_add(length));
        let (Some(start), Some(_)) = (start, end.filter(|end| *end <= size)) else {
            return Err("a part of it lies beyond its end".to_owned());
        };
        if compressed && length >= 8 {
            let bytes: [u8; 8] = read(file, start, 8)?
                .try_into()
                .map_err(|_| "it ends early".to_owned())?;
            let unpacked = i64::from_le_bytes(bytes);
            if unpacked > BUFFER_LIMIT {
                return Err("it says that a column of it needs more than 4 GiB".to_owned());
            }
        }
    }
    Ok(())
}

fn seek(file: &mut File, at: u64) -> Result<(), String> {
    file.seek(SeekFrom::Start(at)).map(|_| ()).map_err(text)
}

/// Exactly these bytes of the file; memory is taken only for what is there.
fn read(file: &mut File, at: u64, length: u64) -> Result<Vec<u8>, String> {
    seek(file, at)?;
    let mut out = Vec::new();
    file.take(length).read_to_end(&mut out).map_err(text)?;
    if out.len() as u64 == length {
        Ok(out)
    } else {
        Err("it ends early".to_owned())
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
