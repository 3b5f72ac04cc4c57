//! Functions that machine code calls. Each does what the runtime's function of the same purpose does, so that
//! engines agree by construction. Total on any words, because code may ask about values that turn out not to be
//! needed: they never panic and never unwind.
//!
//! All parameters and results are 64 bits wide (`i64`, `u64`, `f64` and addresses): narrower ones are extended
//! differently by different calling conventions.

mod flip;
mod history;
mod number;
mod rank;
mod row;
mod text;
mod time;

pub(crate) use flip::range_number;
pub(crate) use text::end_profile;
pub(crate) use time::{part_number, unit_number};

use cranelift_codegen::ir::{AbiParam, Type, types};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Linkage, Module};
use persona_ir::Ty;
use persona_runtime::calendar;

use crate::context::Context;
use crate::module::CompileError;

/// The type of a machine word in a helper's signature.
trait Word {
    const TYPE: Type;
}

impl Word for i64 {
    const TYPE: Type = types::I64;
}

impl Word for u64 {
    const TYPE: Type = types::I64;
}

impl Word for f64 {
    const TYPE: Type = types::F64;
}

impl<T> Word for *const T {
    const TYPE: Type = types::I64;
}

impl<T> Word for &mut T {
    const TYPE: Type = types::I64;
}

/// A helper's name, address and signature.
struct Entry {
    helper: Helper,
    name: &'static str,
    address: *const u8,
    params: Vec<Type>,
    result: Type,
}

/// Declares the helpers: an enum, and a table whose signatures the compiler checks against the functions.
macro_rules! helpers {
    ($($(#[$doc:meta])* $name:ident = $path:path: fn($($param:ty),*) -> $result:ty;)*) => {
        /// A function that machine code calls.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Helper {
            $($(#[$doc])* $name,)*
        }

        fn entries() -> Vec<Entry> {
            vec![$({
                let function: extern "C" fn($($param),*) -> $result = $path;
                Entry {
                    helper: Helper::$name,
                    name: concat!("persona_", stringify!($name)),
                    address: function as *const u8,
                    params: vec![$(<$param as Word>::TYPE),*],
                    result: <$result as Word>::TYPE,
                }
            },)*]
        }
    };
}

helpers! {
    /// The order of an `Int` and a `Float`: negative, 0 or positive.
    CompareMixed = number::compare_mixed: fn(i64, f64) -> i64;
    /// Euclidean quotient; 0 for a divisor of 0.
    IntDiv = number::int_div: fn(i64, i64) -> i64;
    /// Euclidean remainder; 0 for a divisor of 0.
    IntMod = number::int_mod: fn(i64, i64) -> i64;
    /// Exact quotient rounded half to even; 0 for a divisor of 0.
    UnscaleInt = number::unscale_int: fn(i64, i64) -> i64;
    /// The mean of a sum (low and high word) of so many, as a Float; 0 of none.
    MeanInt = number::mean_int: fn(u64, i64, u64) -> f64;
    /// The mean of a sum (low and high word) of so many, rounded half to even; 0 of none.
    MeanAmount = number::mean_amount: fn(u64, i64, u64) -> i64;
    /// Metres between two places, latitude before longitude.
    Distance = number::distance: fn(f64, f64, f64, f64) -> i64;

    /// A date moved by months, then days.
    DateAdd = time::date_add: fn(i64, i64, i64) -> i64;
    /// A part (see [`part_number`]) of a date.
    DatePart = time::date_part: fn(i64, i64) -> i64;
    /// Whole days from an instant to another.
    DaysSince = time::days_since: fn(i64, i64) -> i64;
    /// The start of a date in a zone.
    StartOfDay = time::start_of_day: fn(&mut Context, u64, i64) -> i64;
    /// The date of an instant in a zone.
    DateOf = time::date_of: fn(&mut Context, u64, i64) -> i64;
    /// A part of an instant in a zone.
    LocalPart = time::local_part: fn(&mut Context, u64, i64, i64) -> i64;
    /// Whole years from a date to today in a zone.
    Age = time::age: fn(&mut Context, u64, i64) -> i64;
    /// The next anniversary of a date in a zone.
    Anniversary = time::anniversary: fn(&mut Context, u64, i64) -> i64;
    /// How many units (see [`unit_number`]) before the running one an instant lies in a zone.
    UnitsBack = time::units_back: fn(&mut Context, u64, i64, i64) -> i64;

    /// The order of two texts: negative, 0 or positive.
    CompareText = text::compare: fn(&mut Context, u64, u64) -> i64;
    /// Whether two texts are equal under simple case folding.
    EqFold = text::eq_fold: fn(&mut Context, u64, u64) -> i64;
    /// Whether the first text contains the second.
    Contains = text::contains: fn(&mut Context, u64, u64) -> i64;
    /// Whether the first text starts with the second.
    StartsWith = text::starts_with: fn(&mut Context, u64, u64) -> i64;
    /// Whether the first text ends with the second.
    EndsWith = text::ends_with: fn(&mut Context, u64, u64) -> i64;
    /// Whether a pattern is found in a text.
    Matches = text::matches: fn(&mut Context, u64, u64) -> i64;
    /// Lower case.
    Lower = text::lower: fn(&mut Context, u64) -> u64;
    /// Upper case.
    Upper = text::upper: fn(&mut Context, u64) -> u64;
    /// Without white space at the ends.
    Trim = text::trim: fn(&mut Context, u64) -> u64;
    /// Folded.
    Fold = text::fold: fn(&mut Context, u64) -> u64;
    /// The number of code points.
    TextLength = text::length: fn(&mut Context, u64) -> i64;
    /// Whether a text has a domain; the result is its code.
    Domain = text::domain: fn(&mut Context, u64) -> i64;
    /// So many arguments one after another.
    Concat = text::concat: fn(&mut Context, u64) -> u64;
    /// How a value (up to three words) of a printed type prints in a zone.
    Display = text::display: fn(&mut Context, u64, u64, u64, u64, u64) -> u64;
    /// A code that stays good beyond the profile.
    Keep = text::keep: fn(&mut Context, u64) -> u64;

    /// The code of the text in a row's slot, until the row is done with.
    RowText = row::text: fn(&mut Context, *const u64) -> u64;
    /// Whether the text in a row's slot is in a set.
    RowOneOf = row::one_of: fn(&mut Context, u64, *const u64) -> i64;
    /// Whether the text in a row's slot contains a constant.
    RowContains = row::contains: fn(&mut Context, u64, *const u64) -> i64;
    /// Whether the text in a row's slot starts with a constant.
    RowStarts = row::starts: fn(&mut Context, u64, *const u64) -> i64;
    /// Whether the text in a row's slot ends with a constant.
    RowEnds = row::ends: fn(&mut Context, u64, *const u64) -> i64;
    /// Whether a pattern is found in the text in a row's slot.
    RowMatches = row::matches: fn(&mut Context, u64, *const u64) -> i64;
    /// The bucket, under a salt, of the key in a row's slot.
    RowBucket = row::bucket: fn(&mut Context, u64, *const u64) -> i64;
    /// The number of the arm, in an experiment, of the key in a row's slot; −1 where it has none.
    RowArm = row::arm: fn(&mut Context, u64, *const u64) -> i64;
    /// The index of the clock of the zone that a row's slot names.
    RowZone = row::zone: fn(&mut Context, *const u64) -> u64;
    /// Whether a Bool of a row holds that is computed from its history.
    RowRest = row::rest: fn(&mut Context, *const u64, u64) -> i64;

    /// Whether a key is in a set.
    HasKey = rank::has_key: fn(&mut Context, u64, u64) -> i64;
    /// The bucket of a profile under a salt.
    Bucket = rank::bucket: fn(&mut Context, u64, u64) -> i64;
    /// The number of a profile's arm in an experiment; −1 where it has none.
    Arm = rank::arm: fn(&mut Context, u64, u64) -> i64;
    /// The item of a catalog with a key; −1 where there is none.
    Lookup = rank::lookup: fn(&mut Context, u64, u64) -> i64;
    /// Whether a value (its key) has a rank; the result is it.
    Rank = rank::rank: fn(&mut Context, u64, u64) -> i64;
    /// Keeps a list (or none) as the next row of an output; 0.
    KeepList = rank::keep_list: fn(&mut Context, u64, *const crate::context::ColumnRef, u64, u64, u64) -> i64;

    /// The first row of a kind's range (low, high) whose instant is later; the end if there is none.
    RowAfter = history::row_after: fn(&mut Context, u64, u64, u64, i64) -> u64;
    /// The first row of a kind's range whose instant is not earlier; the end if there is none.
    RowFrom = history::row_from: fn(&mut Context, u64, u64, u64, i64) -> u64;
    /// The first row of a kind's range behind a place in the total order; the end if there is none.
    RowBehind = history::row_behind: fn(&mut Context, u64, u64, u64, u64) -> u64;
    /// Merges so many ranges (kind, low, high in the arguments) into a site's list; its length, the result is its address.
    Merge = history::merge: fn(&mut Context, u64, u64) -> u64;
    /// Cuts so many ranges in the arguments to the last so many events; 0.
    KeepLatest = history::keep_latest: fn(&mut Context, u64, u64) -> i64;
    /// Whether so many arguments, taken together, are tried for the first time.
    Try = history::try_first: fn(&mut Context, u64) -> i64;
    /// Forgets what was tried; 0.
    ForgetTried = history::forget_tried: fn(&mut Context) -> i64;
    /// The stack's height.
    Mark = history::mark: fn(&mut Context) -> u64;
    /// Puts a key on the stack; 0.
    Push = history::push: fn(&mut Context, u64) -> i64;
    /// Takes the keys from a height off the stack: how many distinct ones.
    Distinct = history::distinct: fn(&mut Context, u64) -> i64;
    /// Takes keys off: how often the most frequent one occurs.
    MaxPerValue = history::max_per_value: fn(&mut Context, u64) -> i64;
    /// Takes keys off: whether there are any; the result is the share of the most frequent one.
    TopShare = history::top_share: fn(&mut Context, u64) -> i64;
    /// Takes keys off: whether there are any; the result is the most frequent one, of those the one that occurs latest.
    MostCommon = history::most_common: fn(&mut Context, u64) -> i64;
    /// Whether so many instants from a first to a last have a mean gap; the result is it.
    Gap = history::gap: fn(&mut Context, i64, i64, u64) -> i64;

    // Intervals are two words, the lower end before the upper; a helper that gives one leaves the upper end as the result.
    /// The numbers to which another may be added (in the range of [`range_number`]).
    KeepAdding = flip::adding: fn(&mut Context, i64, i64, i64, i64) -> i64;
    /// The numbers from which another may be taken.
    KeepTaking = flip::taking: fn(&mut Context, i64, i64, i64, i64) -> i64;
    /// The numbers that may be taken from another.
    KeepTakenFrom = flip::taken_from: fn(&mut Context, i64, i64, i64, i64) -> i64;
    /// The numbers that may be multiplied by another; none unless that is positive.
    KeepMultiplying = flip::multiplying: fn(&mut Context, i64, i64, i64) -> i64;
    /// The numbers that may be divided by another, which is positive.
    KeepDividing = flip::dividing: fn(&mut Context, i64, i64, i64) -> i64;
    /// The numbers that may be negated.
    KeepNegated = flip::negated: fn(&mut Context, i64, i64) -> i64;
    /// When a moment leaves an interval in a zone.
    FlipMoment = flip::moment: fn(&mut Context, u64, u64, i64, i64) -> i64;
    /// When a moment changes in a zone.
    FlipMomentAtAll = flip::moment_at_all: fn(&mut Context, u64, u64) -> i64;
    /// When the whole years since a date leave an interval in a zone.
    FlipAge = flip::age: fn(&mut Context, u64, i64, i64, i64) -> i64;
    /// When the next anniversary of a date leaves an interval in a zone.
    FlipAnniversary = flip::anniversary: fn(&mut Context, u64, i64, i64, i64) -> i64;
    /// When the whole days since an instant are more than so many.
    FlipDaysSince = flip::days_since: fn(i64, i64) -> i64;
    /// When a part of `now`, moved by microseconds, leaves an interval in a zone.
    FlipPart = flip::local_part: fn(&mut Context, u64, i64, i64, i64, i64) -> i64;
    /// When the running unit ends in a zone.
    FlipUnit = flip::running_unit: fn(&mut Context, u64, i64) -> i64;
    /// Forgets when the events of a count turn; 0.
    TurnoverClear = flip::turnover_clear: fn(&mut Context, u64) -> i64;
    /// Adds when an event turns, and whether it counts now; 0.
    TurnoverPush = flip::turnover_push: fn(&mut Context, u64, i64, i64) -> i64;
    /// When a count leaves an interval.
    TurnoverLeaves = flip::turnover_leaves: fn(&mut Context, u64, i64, i64) -> i64;
    /// A profile's bound of a closed node, by the interpreter.
    Interpret = flip::interpret: fn(&mut Context, u64, u64) -> i64;
    /// When a closed node of a profile's leaves an interval, by the interpreter.
    InterpretStays = flip::interpret_stays: fn(&mut Context, u64, u64, i64, i64) -> i64;
}

/// The helpers as functions of one module.
pub(crate) struct Imports(Vec<FuncId>);

impl Imports {
    /// Tells the builder of a module where helpers are.
    pub(crate) fn symbols(builder: &mut JITBuilder) {
        for entry in entries() {
            builder.symbol(entry.name, entry.address);
        }
    }

    /// Declares all helpers in a module.
    pub(crate) fn declare(module: &mut JITModule) -> Result<Self, CompileError> {
        let mut ids = Vec::new();
        for (index, entry) in entries().into_iter().enumerate() {
            debug_assert_eq!(
                entry.helper as usize, index,
                "entries are in the enum's order"
            );
            let mut signature = module.make_signature();
            signature
                .params
                .extend(entry.params.into_iter().map(AbiParam::new));
            signature.returns.push(AbiParam::new(entry.result));
            ids.push(module.declare_function(entry.name, Linkage::Import, &signature)?);
        }
        Ok(Self(ids))
    }

    /// A helper's function.
    pub(crate) fn id(&self, helper: Helper) -> FuncId {
        self.0[helper as usize]
    }
}

/// The range of a type that is narrower than `i64`.
pub(crate) fn range_of(ty: &Ty) -> Option<(i64, i64)> {
    match ty {
        Ty::Timestamp => Some((calendar::MIN_TIMESTAMP, calendar::MAX_TIMESTAMP)),
        Ty::Date => Some((calendar::MIN_DATE, calendar::MAX_DATE)),
        _ => None,
    }
}
