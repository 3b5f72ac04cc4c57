//! Asking rows: a program at one `now`, ready to be asked about one row after another, or about many at once.

use std::fmt;
use std::ptr;
use std::sync::Arc;

use arrow_buffer::{BooleanBuffer, Buffer};
use persona_base::IndexVec;
use persona_runtime::{Calibration, Catalogs, Dataset, Evaluation, Value};

use super::buffer::{Row, Rows};
use super::error::RowError;
use super::layout::RowLayout;
use super::program::{Asked, From, RowProgram, WordFunction};
use super::rest::Rest;
use super::side::{RowSide, Zones};
use crate::bind::Bound;
use crate::context::Context;
use crate::members::transpose;
use crate::module::OnRow;
use crate::value::value_of_words;

/// So many rows are run over before the texts that were made for them are forgotten.
const BATCH: usize = 1024;

/// A [`RowProgram`] at one moment. Not for several threads at once: make one for each.
pub struct RowSession<'a> {
    program: &'a RowProgram,
    bound: Bound<'a>,
    side: Box<RowSide<'a>>,
    /// The words of segments, as they were answered last.
    words: Vec<u64>,
    /// Four words for each value.
    values: Vec<u64>,
    calibration: Arc<Calibration>,
    /// Where the first segment alone is answered by the first function, and code needs nothing but its arguments.
    only: Option<OnRow>,
    layout: *const RowLayout,
}

impl fmt::Debug for RowSession<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowSession")
            .field("program", self.program)
            .finish_non_exhaustive()
    }
}

impl RowProgram {
    /// Makes the program ready to be asked at a moment (microseconds since 1970-01-01T00:00Z), about rows filled value by
    /// value. Ranks are read off the calibration; without one, they are missing. There are no items of catalogs.
    pub fn at(&self, now: i64, calibration: Option<Arc<Calibration>>) -> RowSession<'_> {
        self.session(now, calibration, (None, Arc::default()))
    }

    /// As [`Self::at`], with catalogs.
    pub fn at_with(
        &self,
        now: i64,
        calibration: Option<Arc<Calibration>>,
        catalogs: &Arc<Catalogs>,
    ) -> RowSession<'_> {
        self.session(now, calibration, (None, Arc::clone(catalogs)))
    }

    /// Makes the program ready to be asked about rows filled from a dataset too, their histories among it. Where the evaluation
    /// brings no calibration, ranks are calibrated over these data first.
    ///
    /// # Panics
    ///
    /// When the dataset is not one of the plan's schema.
    pub fn over<'a>(&'a self, data: &'a Dataset, evaluation: &Evaluation) -> RowSession<'a> {
        let calibration = evaluation.calibration.clone().or_else(|| {
            let rest = self.rest.as_ref()?;
            Some(Arc::new(rest.calibrate(data, evaluation)))
        });
        self.session(
            evaluation.now,
            calibration,
            (Some(data), Arc::clone(&data.catalogs)),
        )
    }

    fn session<'a>(
        &'a self,
        now: i64,
        calibration: Option<Arc<Calibration>>,
        (data, catalogs): (Option<&'a Dataset>, Arc<Catalogs>),
    ) -> RowSession<'a> {
        let calibration = calibration.unwrap_or_else(|| {
            Arc::new(Calibration {
                now,
                ranks: IndexVec::new(),
            })
        });
        let mut bound = Bound::new(
            &self.program,
            &self.plan,
            &self.nobody,
            now,
            Arc::clone(&calibration),
        );
        let rest = self.rest.as_ref().map(|rest| {
            let asked = (&self.plan.schema, self.rest_answers);
            Rest::new(rest, asked, now, &calibration, (data, catalogs))
        });
        let zones = Zones::new(
            self.program.pools.moments.items(),
            &bound.state().times.clocks()[0],
        );
        let mut session = RowSession {
            program: self,
            side: Box::new(RowSide::new(&self.searches, rest, zones)),
            words: vec![0; self.segments.div_ceil(64)],
            values: vec![0; self.value_count * 4],
            calibration,
            only: None,
            layout: Arc::as_ptr(self.layout()),
            bound,
        };
        session.context();
        if self.plain
            && let Some(WordFunction { one, .. }) = self.words.first()
        {
            session.only = Some(*one);
        }
        session
    }
}

impl RowSession<'_> {
    /// The program.
    pub fn program(&self) -> &RowProgram {
        self.program
    }

    /// The thresholds of ranks.
    pub fn calibration(&self) -> &Arc<Calibration> {
        &self.calibration
    }

    /// Whether the first segment that was asked for holds: the quickest way to ask for one.
    ///
    /// # Panics
    ///
    /// When no segment is asked for, and as [`Self::matches`].
    #[inline]
    pub fn holds(&mut self, row: Row<'_>) -> bool {
        if let Some(only) = self.only
            && ptr::eq(Arc::as_ptr(row.layout()), self.layout)
        {
            // SAFETY: the function is of this program, whose code looks into the context and the row alone; the row is of the
            // program's layout, and borrowed.
            return unsafe { only(self.bound.address(), row.address()) } & 1 == 1;
        }
        self.matches(row).first().is_some_and(|word| word & 1 == 1)
    }

    /// The segments that a row's profile is in: bit `k % 64` of word `k / 64` is the `k`th of
    /// [`RowProgram::segments`].
    ///
    /// # Panics
    ///
    /// When the row is laid out for another program, or holds a profile of a dataset that this session is not over and is
    /// asked about its history ([`Self::check`] says so as an error).
    pub fn matches(&mut self, row: Row<'_>) -> &[u64] {
        self.expect(row);
        let context = self.begin(row.rows());
        self.ask_words(context, row);
        self.end();
        &self.words
    }

    fn ask_words(&mut self, context: *mut Context, row: Row<'_>) {
        self.words.fill(0);
        for function in &self.program.words {
            // SAFETY: the functions are of this program, the context is bound for it, and the row, which is borrowed, is of its
            // layout, as `expect` has seen.
            let word = unsafe { (function.one)(context, row.address()) };
            self.words[function.first / 64] |= word << (function.first % 64);
        }
    }

    /// Looks whether a row can be asked: it is laid out for this program, holds a profile that the session knows, and has
    /// what every profile has.
    ///
    /// # Errors
    ///
    /// Says what is wrong.
    pub fn check(&self, row: Row<'_>) -> Result<(), RowError> {
        if !ptr::eq(Arc::as_ptr(row.layout()), self.layout) {
            return Err(RowError::OtherLayout);
        }
        let rest = self.side.rest.as_ref();
        if rest.is_some_and(|rest| !rest.knows(row.rows(), row.index())) {
            return Err(RowError::OtherData);
        }
        row.check()
    }

    /// All answers about a row's profile, in the order in which they were asked for.
    ///
    /// # Panics
    ///
    /// As [`Self::matches`].
    pub fn answers(&mut self, row: Row<'_>) -> Vec<Value> {
        self.expect(row);
        let context = self.begin(row.rows());
        self.ask_words(context, row);
        for function in &self.program.values {
            // SAFETY: as in `ask_words`; the context holds the address of four words for each value.
            unsafe { function(context, row.address()) };
        }
        let answers = &self.program.answers;
        let values = answers
            .iter()
            .map(|asked| self.answer(asked, row))
            .collect();
        self.end();
        values
    }

    fn answer(&mut self, asked: &Asked, row: Row<'_>) -> Value {
        match asked.from {
            From::Bit(bit) => Value::Bool(self.words[bit / 64] >> (bit % 64) & 1 == 1),
            From::Rest(number) => match &mut self.side.rest {
                Some(rest) => rest.value(row.rows(), row.index(), number),
                None => Value::Missing,
            },
            From::Value(place) => {
                let [known, x, y, z] = [0, 1, 2, 3].map(|word| self.values[place * 4 + word]);
                if known == 0 {
                    return Value::Missing;
                }
                // SAFETY: code has left the words of a value of the answer's type, which is no list.
                unsafe { value_of_words(self.bound.texts(), &asked.ty, [x, y, z]) }
            }
        }
    }

    /// The members of each segment among many rows, in the order of [`RowProgram::segments`].
    ///
    /// # Panics
    ///
    /// As [`Self::matches`].
    pub fn run(&mut self, rows: &Rows) -> Vec<BooleanBuffer> {
        let words = rows.len().div_ceil(64);
        let mut sets = vec![vec![0_u64; words]; self.program.segments];
        if let Some(row) = rows.iter().next() {
            self.expect(row);
            for index in 0..rows.len() {
                self.expect_known(rows, || index);
            }
        }
        for start in (0..rows.len()).step_by(BATCH) {
            let count = BATCH.min(rows.len() - start);
            self.run_batch(rows, (start, count), &mut sets);
        }
        let set = |words: Vec<u64>| BooleanBuffer::new(Buffer::from_vec(words), 0, rows.len());
        sets.into_iter().map(set).collect()
    }

    fn run_batch(&mut self, rows: &Rows, (start, count): (usize, usize), sets: &mut [Vec<u64>]) {
        let context = self.begin(rows);
        let first = rows.row(start).address();
        let mut block = [0_u64; BATCH];
        for function in &self.program.words {
            // SAFETY: as in `ask_words`, for `count` rows from the first on; `block` has a word for each.
            unsafe { (function.many)(context, first, count as u64, block.as_mut_ptr()) };
            let to = start / 64;
            if function.count == 1 {
                let words = count.div_ceil(64);
                sets[function.first][to..to + words].copy_from_slice(&block[..words]);
                continue;
            }
            block[count..].fill(0);
            for (word, square) in block.chunks_exact(64).take(count.div_ceil(64)).enumerate() {
                let mut square: [u64; 64] = square.try_into().expect("64 words");
                transpose(&mut square);
                for bit in 0..function.count {
                    sets[function.first + bit][to + word] = square[bit];
                }
            }
        }
        self.end();
    }

    // ---- around code ----

    fn expect(&self, row: Row<'_>) {
        assert!(
            ptr::eq(Arc::as_ptr(row.layout()), self.layout),
            "the row is laid out for this program"
        );
        self.expect_known(row.rows(), || row.index());
    }

    fn expect_known(&self, rows: &Rows, index: impl FnOnce() -> usize) {
        let rest = self.side.rest.as_ref();
        assert!(
            rest.is_none_or(|rest| rest.knows(rows, index())),
            "the row's profile is one of this session's dataset"
        );
    }

    fn context(&mut self) -> *mut Context {
        let context = self.bound.context(&[]);
        let side: *mut RowSide<'_> = &raw mut *self.side;
        // SAFETY: the context is this session's own, and what it is given here lives as long.
        unsafe {
            (*context).row = side.cast();
            (*context).row_values = self.values.as_mut_ptr();
            (*context).moments = (*side).zones.addresses();
        }
        context
    }

    /// Readies everything that code and helpers look into.
    fn begin(&mut self, rows: &Rows) -> *mut Context {
        if let Some(rest) = &mut self.side.rest {
            rest.forget();
        }
        self.side.rows = rows;
        self.context()
    }

    /// Forgets what was made for the rows, texts aside that answers were read from before.
    fn end(&mut self) {
        self.side.rows = ptr::null();
        self.bound.state().texts.forget();
    }
}
