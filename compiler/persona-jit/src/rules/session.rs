//! From a profile to its cells: of a bound dataset, whose attributes machine code computes, or of values that are given.

use persona_runtime::calendar::{clamp_date, clamp_timestamp};
use persona_runtime::{Dataset, Evaluation, Value};

use super::attribute::{Lookup, Texts};
use super::classify::float_key;
use super::{RuleIndex, RuleScratch};
use crate::RunOptions;
use crate::bind::Bound;
use crate::layout::Slot;
use crate::program::Stage;

/// The values of one profile, for an index.
#[derive(Clone, Copy, Debug)]
pub struct RuleRow<'a> {
    /// The evaluation time, microseconds since 1970-01-01T00:00Z.
    pub now: i64,
    /// The date of `now` in the profile's zone, days since 1970-01-01.
    pub today: i64,
    /// A value for each of [`RuleIndex::attributes`], of its type or missing.
    pub values: &'a [Value],
}

/// An index with data at one `now`, ready to be asked about profiles.
pub struct RuleSession<'a> {
    index: &'a RuleIndex,
    bound: Bound<'a>,
    stage: &'a Stage,
    profiles: usize,
    /// Where each attribute's value lies, and how to find its cell.
    readers: Vec<Reader>,
    today: Option<Slot>,
    scratch: RuleScratch,
}

impl std::fmt::Debug for RuleSession<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuleSession")
            .field("profiles", &self.profiles)
            .finish_non_exhaustive()
    }
}

struct Reader {
    slot: Slot,
    way: Way,
}

enum Way {
    /// The value's word is its key.
    Word,
    Float,
    /// The value counts from `now` or today.
    Moving,
    /// The value is the code of a text.
    Text(Codes),
}

/// Cells of texts by their codes in one dataset: open addressing, a code and its cell; cell 0 for none.
struct Codes {
    slots: Vec<(u64, u32)>,
}

impl Codes {
    fn new(texts: &Texts, mut code: impl FnMut(&str) -> u64) -> Self {
        let mut codes = Self {
            slots: vec![(0, 0); (texts.texts().len() * 2).next_power_of_two()],
        };
        for (index, text) in texts.texts().iter().enumerate() {
            let code = code(text);
            let mut slot = codes.start(code);
            while codes.slots[slot].1 != 0 {
                slot = codes.next(slot);
            }
            codes.slots[slot] = (code, texts.own(index));
        }
        codes
    }

    fn start(&self, code: u64) -> usize {
        let hash = code.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        usize::try_from(hash).unwrap_or(0) & (self.slots.len() - 1)
    }

    fn next(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }

    /// The cell of a text that has one of its own.
    fn cell(&self, code: u64) -> Option<u32> {
        let mut slot = self.start(code);
        loop {
            match self.slots[slot] {
                (_, 0) => return None,
                (known, cell) if known == code => return Some(cell),
                _ => slot = self.next(slot),
            }
        }
    }
}

impl RuleIndex {
    /// Binds data, to be asked about profiles. Where the evaluation brings no calibration and a rule needs ranks, they are
    /// calibrated over these data first.
    ///
    /// # Panics
    ///
    /// When the dataset is not one of the plan's schema.
    pub fn session<'a>(&'a self, data: &'a Dataset, evaluation: &Evaluation) -> RuleSession<'a> {
        let code = self.code();
        let calibration = code.calibration_for(data, evaluation, &RunOptions::default());
        let program = &code.row().program;
        let mut bound = Bound::new(program, &code.plan, data, evaluation.now, calibration);
        let stage = code.row().stage();
        let slots = stage.goals.iter().map(|goal| goal.slot);
        let mut slots = slots.map(|slot| slot.expect("every output has a slot"));
        let mut readers = Vec::with_capacity(self.attributes.len());
        for attribute in &self.attributes {
            let way = match &attribute.lookup {
                Lookup::Texts(texts) => {
                    Way::Text(Codes::new(texts, |text| bound.state().texts.constant(text)))
                }
                Lookup::Keys(_) if attribute.ty == persona_ir::Ty::Float => Way::Float,
                Lookup::Keys(_) if attribute.is_moving() => Way::Moving,
                Lookup::Keys(_) => Way::Word,
            };
            let slot = slots.next().expect("every attribute is an output");
            readers.push(Reader { slot, way });
        }
        let mut scratch = RuleScratch::default();
        scratch.fit(self);
        scratch.now = clamp_timestamp(evaluation.now);
        RuleSession {
            index: self,
            bound,
            stage,
            profiles: data.profiles,
            readers,
            today: slots.next(),
            scratch,
        }
    }

    /// The segments that hold for a profile of which the attributes' values are given: their places among the plan's
    /// outputs, ascending.
    ///
    /// # Panics
    ///
    /// When there is not one value for each attribute, or one is of another type.
    pub fn matches<'s>(&self, scratch: &'s mut RuleScratch, row: &RuleRow<'_>) -> &'s [u32] {
        assert_eq!(
            row.values.len(),
            self.attributes.len(),
            "there is a value for each attribute"
        );
        scratch.fit(self);
        scratch.now = clamp_timestamp(row.now);
        scratch.today = clamp_date(row.today);
        for (index, (attribute, value)) in self.attributes.iter().zip(row.values).enumerate() {
            let key = match value {
                Value::Missing => None,
                Value::Bool(value) => Some(i64::from(*value)),
                Value::Int(value) => Some(*value),
                Value::Float(value) => Some(float_key(*value)),
                Value::Enum(value) => Some(i64::from(*value)),
                Value::Str(text) => {
                    let Lookup::Texts(texts) = &attribute.lookup else {
                        unreachable!("a value is of its attribute's type");
                    };
                    scratch.cells[index] = texts.cell(text);
                    continue;
                }
                Value::Geo(..) | Value::List(_) | Value::Record(_) => {
                    unreachable!("a value is of its attribute's type")
                }
            };
            scratch.cells[index] = match (key, &attribute.lookup) {
                (None, _) => 0,
                (Some(key), Lookup::Keys(keys)) => {
                    keys.cell(scratch.moving_key(index, attribute, key))
                }
                (Some(_), Lookup::Texts(_)) => unreachable!("a value is of its attribute's type"),
            };
        }
        self.answer(scratch);
        scratch.found()
    }
}

impl RuleSession<'_> {
    /// The segments that hold for a profile: their places among the plan's outputs, ascending.
    ///
    /// # Panics
    ///
    /// When there is no such profile.
    pub fn matches(&mut self, profile: usize) -> &[u32] {
        assert!(profile < self.profiles, "the data have this profile");
        let context = self.bound.context(&[]);
        for function in &self.stage.compute {
            // SAFETY: the function is of the program that the context is bound for, the profile exists, and nothing else
            // touches the context until it returns.
            unsafe { function(context, profile as u64) };
        }
        self.scratch.edge = false;
        if let Some([today, ..]) = self.today.and_then(|slot| self.bound.slot(slot)) {
            self.scratch.today = today.cast_signed();
        }
        for (index, reader) in self.readers.iter().enumerate() {
            let attribute = &self.index.attributes[index];
            let cell = match (self.bound.slot(reader.slot), &reader.way, &attribute.lookup) {
                (None, ..) => 0,
                (Some([word, ..]), Way::Word, Lookup::Keys(keys)) => keys.cell(word.cast_signed()),
                (Some([word, ..]), Way::Float, Lookup::Keys(keys)) => {
                    keys.cell(float_key(f64::from_bits(word)))
                }
                (Some([word, ..]), Way::Moving, Lookup::Keys(keys)) => {
                    let value = word.cast_signed();
                    keys.cell(self.scratch.moving_key(index, attribute, value))
                }
                (Some([code, ..]), Way::Text(codes), Lookup::Texts(texts)) => {
                    match codes.cell(code) {
                        Some(cell) => cell,
                        None if texts.is_ordered() => texts.other(self.bound.texts().get(code)),
                        None => 1,
                    }
                }
                _ => unreachable!("readers fit their attributes"),
            };
            self.scratch.cells[index] = cell;
        }
        self.bound.state().texts.forget();
        self.index.answer(&mut self.scratch);
        self.scratch.found()
    }
}
