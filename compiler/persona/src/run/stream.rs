//! Members that are written down while others are still answered, in memory that is used again: with millions of people, new memory
//! for all of them costs more than the answers. Counts on the way; knows nothing of files' formats.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use persona_ir::Plan;
use persona_jit::{ByRows, Room};
use persona_runtime::{Answers, Evaluation, Totals};

use super::load::{LoadedData, threads};
use super::{Engine, Progress, RunOptions, Stage, Timing};
use crate::error::guarded;
use crate::{Error, Program};

/// So many pieces of answers may wait to be written, for each thread; their memory is used in turn.
const ROOMS: usize = 4;

impl Program {
    /// Answers and writes the members file that the options name, piece by piece. `None`, and nothing is done, where no file is
    /// wanted, the interpreter answers, or there are values of traits, which are counted as a whole.
    pub(super) fn stream_members(
        &self,
        plan: &Plan,
        loaded: &LoadedData,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<Option<(Totals, Timing)>, Error> {
        let (Some(path), Engine::Batch) = (&options.members, options.engine) else {
            return Ok(None);
        };
        let mut timing = Timing::default();
        let start = Instant::now();
        progress.stage(Stage::Compiling);
        let code = self.code(plan, loaded)?;
        timing.compile = start.elapsed();
        progress.stage(Stage::Answering);
        let evaluation = Evaluation {
            now: loaded.now.at,
            calibration: None,
        };
        let threads = threads(options);
        let with = persona_jit::RunOptions::with_threads(threads);
        let streamed = guarded("writing members", || {
            code.by_rows(&loaded.data, &evaluation, &with, |rows| {
                write(plan, loaded, rows, path, threads)
            })
        })?;
        let Some(written) = streamed else {
            return Ok(None);
        };
        let totals = written.map_err(|error| self.load_error(*error))?;
        timing.answer = start.elapsed().saturating_sub(timing.compile);
        Ok(Some((totals, timing)))
    }
}

/// Writes the file; gives how many are in what.
fn write(
    plan: &Plan,
    loaded: &LoadedData,
    rows: &ByRows<'_>,
    path: &Path,
    threads: usize,
) -> Result<Totals, Box<persona_io::LoadError>> {
    let rooms: Vec<Room> = (0..threads * ROOMS).map(|_| Room::default()).collect();
    let next = AtomicUsize::new(0);
    let nobody = rows.answers(0..0, &rooms[0]).totals(plan);
    let totals = Mutex::new(nobody);
    let answers = |profiles: Range<usize>| -> Answers {
        // What was used last and is free again still lies in the processor's caches.
        let first = next.fetch_add(1, Ordering::Relaxed) % threads.max(1);
        let mut in_turn = rooms.iter().cycle().skip(first).take(rooms.len());
        let room = in_turn.find(|room| room.is_free());
        let answers = rows.answers(profiles, room.unwrap_or(&rooms[first]));
        let these = answers.totals(plan);
        let mut all = totals.lock().unwrap_or_else(PoisonError::into_inner);
        all.add(&these);
        answers
    };
    persona_io::write_members_by(path, plan, &loaded.data, &answers, threads)?;
    Ok(totals.into_inner().unwrap_or_else(PoisonError::into_inner))
}
