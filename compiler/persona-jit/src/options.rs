//! How a batch is run: on how many threads, with which instructions. No answer depends on it.

use persona_runtime::kernels::Isa;

/// How to run a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// How many threads may answer at once; at least one does.
    pub threads: usize,
    /// The instructions that kernels use; the best that the machine has where it is absent, or where it lacks these. With
    /// [`Isa::Portable`] nothing uses vectors: conditions of several columns are answered profile by profile.
    pub isa: Option<Isa>,
}

impl Default for RunOptions {
    /// A thread for each core that this process may use.
    fn default() -> Self {
        Self::with_threads(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
    }
}

impl RunOptions {
    /// So many threads, and the best instructions.
    pub fn with_threads(threads: usize) -> Self {
        Self { threads, isa: None }
    }
}
