//! The bytes of a column's chunk as pieces that stay where they are: what the answers lie in goes from there into the file, and only
//! the pages' heads are made. Knows nothing of what is in them.

use std::collections::VecDeque;
use std::io::{self, Read, Write};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// Bytes, piece by piece. As a [`Write`] it copies what is written to it, but for the bodies that it was told to expect: those it
/// keeps.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pieces: VecDeque<Bytes>,
    /// What was copied since the last piece.
    copied: Vec<u8>,
    expected: VecDeque<Bytes>,
}

impl Pieces {
    /// None yet; these bodies will be written, in this order, among other bytes.
    pub(super) fn expecting(bodies: VecDeque<Bytes>) -> Self {
        Self {
            expected: bodies,
            ..Self::default()
        }
    }

    /// All that was written, once it is flushed.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Bytes> {
        self.pieces.iter().filter(|piece| !piece.is_empty())
    }

    fn end_copied(&mut self) {
        if !self.copied.is_empty() {
            let copied = std::mem::take(&mut self.copied);
            self.pieces.push_back(Bytes::from(copied));
        }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_body =
            |body: &mut Bytes| body.as_ptr() == bytes.as_ptr() && body.len() == bytes.len();
        match self.expected.pop_front_if(is_body) {
            Some(body) => {
                self.end_copied();
                self.pieces.push_back(body);
            }
            None => self.copied.extend_from_slice(bytes),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_copied();
        Ok(())
    }
}

impl Length for Pieces {
    fn len(&self) -> u64 {
        let pieces: usize = self.pieces.iter().map(Bytes::len).sum();
        (pieces + self.copied.len()) as u64
    }
}

impl ChunkReader for Pieces {
    type T = Reader;

    fn get_read(&self, start: u64) -> Result<Reader> {
        let mut reader = Reader(self.pieces.clone());
        reader.0.push_back(Bytes::copy_from_slice(&self.copied));
        match io::copy(&mut (&mut reader).take(start), &mut io::sink()) {
            Ok(skipped) if skipped == start => Ok(reader),
            _ => Err(ParquetError::EOF("a chunk has fewer bytes".to_owned())),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut bytes = vec![0; length];
        self.get_read(start)?.read_exact(&mut bytes)?;
        Ok(Bytes::from(bytes))
    }
}

/// Reads the pieces one after the other.
#[derive(Debug)]
pub(super) struct Reader(VecDeque<Bytes>);

impl Read for Reader {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while let Some(piece) = self.0.front_mut() {
            if piece.is_empty() {
                self.0.pop_front();
                continue;
            }
            let count = piece.len().min(to.len());
            to[..count].copy_from_slice(&piece.split_to(count));
            return Ok(count);
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_stays_where_it_is_and_the_rest_is_copied() {
        let body = Bytes::from(vec![7; 20_000]);
        let mut pieces = Pieces::expecting(VecDeque::from([body.clone()]));
        pieces.write_all(b"head").expect("memory is there");
        pieces.write_all(&body).expect("memory is there");
        pieces.write_all(b"end").expect("memory is there");
        assert_eq!(pieces.len(), 20_007);
        assert_eq!(pieces.pieces[1].as_ptr(), body.as_ptr());
        let all = pieces.get_bytes(0, 20_007).expect("so many are there");
        assert_eq!(all, [b"head", &body[..], b"end"].concat());
        assert_eq!(
            pieces.get_bytes(20_002, 5).expect("there"),
            b"\x07\x07end"[..]
        );
        assert!(pieces.get_bytes(20_004, 4).is_err());
    }
}
