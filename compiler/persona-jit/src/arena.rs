//! The memory that a run's sets of members lie in: one piece for all of them, in huge pages where the system has them, because
//! new memory in small pages costs more than the bits that are written to it. Knows nothing of what the sets mean.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arrow_buffer::{BooleanBuffer, Buffer, MutableBuffer};
use bytes::Bytes;
use memmap2::MmapMut;

/// A line of the cache, bytes.
const LINE: usize = 64;

/// Less than two huge pages is taken where all other memory comes from.
const LARGE: usize = 4 << 20;

/// Memory for the members that batches give, to be used again: what the answers of [`crate::Compiled::run_in`] lie in comes back to
/// the room when the last of them is dropped, and the next answers may lie there. A room holds at most one piece, as large as
/// the largest answers needed; dropping the room frees it. Clones are the same room; runs at the same time do not wait for
/// each other.
#[derive(Clone, Debug, Default)]
pub struct Room {
    kept: Arc<Kept>,
}

impl Room {
    /// Whether there is memory that the next answers may lie in, or none was needed so far: nobody else holds what the last ones
    /// lie in. Another thread may take it in the meantime, which does no harm.
    pub fn is_free(&self) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.is_some() || Arc::weak_count(&self.kept) == 0
    }
}

type Kept = Mutex<Option<Memory>>;

/// Bytes that nobody else refers to, aligned to lines.
enum Memory {
    /// Pages of its own.
    Mapped(MmapMut),
    /// From the allocator.
    Allocated(MutableBuffer),
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Memory").field(&self.bytes().len()).finish()
    }
}

impl Memory {
    /// So many bytes; zeros.
    fn new(len: usize) -> Self {
        if len < LARGE {
            return Self::Allocated(MutableBuffer::from_len_zeroed(len));
        }
        let Ok(map) = MmapMut::map_anon(len) else {
            return Self::Allocated(MutableBuffer::from_len_zeroed(len));
        };
        // Where the system does not want to, pages stay small.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Self::Mapped(map)
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Allocated(buffer) => buffer,
        }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Allocated(buffer) => buffer,
        }
    }
}

/// Memory that goes back to its room, if there still is one.
struct Lease {
    /// There until it is dropped.
    memory: Option<Memory>,
    room: Weak<Kept>,
}

impl AsRef<[u8]> for Lease {
    fn as_ref(&self) -> &[u8] {
        self.memory.as_ref().map_or(&[], Memory::bytes)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (Some(room), Some(memory)) = (self.room.upgrade(), self.memory.take()) else {
            return;
        };
        let mut kept = room.lock().unwrap_or_else(PoisonError::into_inner);
        let larger = |kept: &Memory| kept.bytes().len() >= memory.bytes().len();
        if !kept.as_ref().is_some_and(larger) {
            *kept = Some(memory);
        }
    }
}

/// The sets of a run, while it fills them. Whoever fills one writes all of its words.
pub(crate) struct Arena {
    lease: Lease,
    sets: usize,
    /// The bits of a set.
    rows: usize,
    /// The bytes from one set to the next.
    stride: usize,
}

impl Arena {
    /// Room for so many sets of so many profiles; what is in them means nothing.
    pub(crate) fn new(room: Option<&Room>, sets: usize, rows: usize) -> Self {
        // Each begins with a line, and neighbours lie an odd number of lines apart: so that the places of one chunk in all sets
        // are spread over the sets of a cache.
        let stride = (rows.div_ceil(LINE * 8) | 1) * LINE;
        let len = stride * sets;
        let kept = room.and_then(|room| {
            let mut kept = room.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.take_if(|memory| memory.bytes().len() >= len)
        });
        Self {
            lease: Lease {
                memory: Some(kept.unwrap_or_else(|| Memory::new(len))),
                room: room.map_or_else(Weak::new, |room| Arc::downgrade(&room.kept)),
            },
            sets,
            rows,
            stride,
        }
    }

    /// The words of each set, as bytes: a whole number of words, the first profile in the least bit of the first.
    pub(crate) fn sets(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let bytes = self.rows.div_ceil(64) * 8;
        let memory = self.lease.memory.as_mut().map(Memory::bytes_mut);
        let memory = memory.unwrap_or_default();
        let sets = memory.chunks_exact_mut(self.stride).take(self.sets);
        sets.map(move |set| &mut set[..bytes])
    }

    /// The sets that were filled. All share one piece of memory, which is there as long as one of them is.
    pub(crate) fn finish(self) -> impl Iterator<Item = BooleanBuffer> {
        let (rows, stride) = (self.rows, self.stride);
        let memory = Buffer::from(Bytes::from_owner(self.lease));
        (0..self.sets).map(move |set| {
            let words = memory.slice_with_length(set * stride, rows.div_ceil(64) * 8);
            BooleanBuffer::new(words, 0, rows)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills the sets of a run with a pattern of its own and looks whether they hold it.
    fn run(room: Option<&Room>, sets: usize, rows: usize, seed: u8) -> Vec<BooleanBuffer> {
        let mut arena = Arena::new(room, sets, rows);
        assert_eq!(arena.sets().count(), sets);
        for (number, set) in arena.sets().enumerate() {
            assert_eq!(set.len(), rows.div_ceil(64) * 8);
            set.fill(seed.wrapping_add(number as u8));
        }
        let filled: Vec<_> = arena.finish().collect();
        for (number, set) in filled.iter().enumerate() {
            let byte = seed.wrapping_add(number as u8);
            assert_eq!(set.len(), rows);
            assert!((0..rows).all(|row| set.value(row) == (byte >> (row % 8) & 1 == 1)));
        }
        filled
    }

    fn address(sets: &[BooleanBuffer]) -> *const u8 {
        sets[0].values().as_ptr()
    }

    #[test]
    fn sets_of_any_size_lie_apart() {
        for (sets, rows) in [
            (0, 5),
            (3, 0),
            (1, 1),
            (7, 64),
            (5, 65),
            (100, 2049),
            (40, 1_000_000),
        ] {
            run(None, sets, rows, 3);
            run(Some(&Room::default()), sets, rows, 4);
        }
    }

    #[test]
    fn a_room_gives_memory_again_once_the_last_answer_is_dropped() {
        let room = Room::default();
        for rows in [100_000, 3_000_000] {
            let first = run(Some(&room), 20, rows, 1);
            let place = address(&first);
            let one = first[7].clone();
            drop(first);
            let second = run(Some(&room), 20, rows, 2);
            assert_ne!(address(&second), place, "one answer still lies there");
            assert!((0..rows).all(|row| one.value(row) == (8 >> (row % 8) & 1 == 1)));
            drop((one, second));
            let third = run(Some(&room), 20, rows - 700, 3);
            assert!(
                room.kept.lock().expect("nobody panics").is_none(),
                "it is in use"
            );
            drop(third);
            assert!(room.kept.lock().expect("nobody panics").is_some());
        }
    }

    #[test]
    fn answers_outlive_their_room() {
        let room = Room::default();
        let sets = run(Some(&room), 3, 5_000_000, 9);
        drop(room);
        assert!(sets[0].value(0) && !sets[0].value(1));
    }
}
