//! What a caller may say about loading, and how it hears of its progress.

/// How to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    /// The evaluation time, which decides between the rows of a profile's history, in microseconds since
    /// 1970-01-01T00:00Z. Absent: the latest event; without events, the end of time.
    pub now: Option<i64>,
    /// How many threads take files apart, and sort. The result is the same.
    pub threads: usize,
    /// Whether columns that the plan does not use are kept. They are read and checked either way.
    pub all_columns: bool,
    /// How many rejects are kept in memory. All of them go to the sink.
    pub keep_rejects: usize,
    /// How many rows are decoded at once. The result is the same.
    pub batch_rows: usize,
    /// Where somebody wants to know how profiles changed: since when. The data are as they were then; what became of them until
    /// `now` is told apart. Which rows are set aside does not depend on it.
    pub since: Option<Since>,
}

/// From when on the changes of profiles are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// After this instant, in microseconds since 1970-01-01T00:00Z.
    At(i64),
    /// From the first event on; without events, from the first row that says since when it holds.
    FirstEvent,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            now: None,
            threads: 2,
            all_columns: false,
            keep_rejects: 1000,
            batch_rows: 8192,
            since: None,
        }
    }
}

/// Hears how far the loading is. Calls come from one thread.
pub trait Progress {
    /// A source is begun; `bytes` is the size of its files.
    fn source(&self, name: &str, bytes: u64) {
        let _ = (name, bytes);
    }

    /// So many rows of the source were read so far, and about so many bytes of its files.
    fn rows(&self, rows: u64, bytes: u64) {
        let _ = (rows, bytes);
    }

    /// All files are read; the data is being sorted.
    fn sorting(&self) {}
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}
