//! The zones of a batch's profiles: the clocks that they need, and which profile has which. Reads the zone column's
//! dictionary where it has one, and row by row only where it has none. Same clocks as [`persona_runtime::time::Times`],
//! but for equal zones, which are one here.

use arrow_buffer::NullBuffer;
use persona_ir::Plan;
use persona_runtime::time::{Clock, Zone};
use persona_runtime::{Codes, Dataset, Values};
use rustc_hash::FxHashMap;

/// The clocks of a run.
#[derive(Debug)]
pub(crate) struct Zones<'a> {
    clocks: Vec<Clock>,
    of: Of<'a>,
}

/// Which profile has which clock.
#[derive(Debug)]
pub(crate) enum Of<'a> {
    /// All have the one there is.
    One,
    /// By the code in the zone column, which is an entry of its dictionary.
    Entries {
        /// The clock of each entry.
        clocks: Vec<u32>,
        /// The codes.
        codes: &'a Codes,
        /// Which of them are known.
        valid: Option<&'a NullBuffer>,
        /// The clock of a profile whose zone is missing.
        missing: u32,
    },
    /// By profile.
    Rows(Vec<u32>),
}

/// Clocks by the names of their zones.
struct Clocks<'a> {
    plan: &'a Plan,
    now: i64,
    clocks: Vec<Clock>,
    known: FxHashMap<String, u32>,
    /// That of the package's zone, once someone has it.
    package: Option<u32>,
}

impl Clocks<'_> {
    fn of(&mut self, zone: Zone) -> u32 {
        let next = u32::try_from(self.clocks.len()).expect("fewer zones than profiles");
        let name = zone.name().to_owned();
        *self.known.entry(name).or_insert_with(|| {
            let clock = Clock::new(zone, self.now, self.plan.week_start);
            self.clocks.push(clock);
            next
        })
    }

    /// The clock of a profile without a zone of its own.
    fn package(&mut self) -> u32 {
        if let Some(package) = self.package {
            return package;
        }
        let clock = self.of(package(self.plan));
        self.package = Some(clock);
        clock
    }

    fn named(&mut self, name: &str) -> u32 {
        match Zone::named(name) {
            Some(zone) => self.of(zone),
            None => self.package(),
        }
    }
}

fn package(plan: &Plan) -> Zone {
    Zone::named(&plan.zone).expect("the plan's zone is in the database")
}

impl<'a> Zones<'a> {
    /// The package's zone for all.
    pub(crate) fn package(plan: &Plan, now: i64) -> Self {
        Self {
            clocks: vec![Clock::new(package(plan), now, plan.week_start)],
            of: Of::One,
        }
    }

    /// The zones of the data's profiles at `now`.
    pub(crate) fn new(plan: &Plan, data: &'a Dataset, now: i64) -> Self {
        let column = plan.schema.zone.map(|col| &data.columns[col]);
        let Some((column, Values::Str(texts))) = column.map(|c| (c, &c.values)) else {
            return Self::package(plan, now);
        };
        let mut clocks = Clocks {
            plan,
            now,
            clocks: Vec::new(),
            known: FxHashMap::default(),
            package: None,
        };
        let some_missing = column.valid.as_ref().is_some_and(|v| v.null_count() > 0);
        let of = if let Some(entries) = texts.entries() {
            let of_entry = entries
                .iter()
                .map(|code| clocks.named(data.strings.get(*code)));
            let of_entry = of_entry.collect();
            let missing = if some_missing { clocks.package() } else { 0 };
            Of::Entries {
                clocks: of_entry,
                codes: texts.codes(),
                valid: column.valid.as_ref(),
                missing,
            }
        } else {
            let mut known: FxHashMap<u32, u32> = FxHashMap::default();
            let of_row = |row: usize| {
                if !column.is_known(row) {
                    return clocks.package();
                }
                let code = texts.get(row);
                *known
                    .entry(code)
                    .or_insert_with(|| clocks.named(data.strings.get(code)))
            };
            Of::Rows((0..data.profiles).map(of_row).collect())
        };
        match clocks.clocks.len() {
            0 => Self::package(plan, now),
            1 => Self {
                clocks: clocks.clocks,
                of: Of::One,
            },
            _ => Self {
                clocks: clocks.clocks,
                of,
            },
        }
    }

    /// The clocks; at least one.
    pub(crate) fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    /// Which profile has which.
    pub(crate) fn of(&self) -> &Of<'a> {
        &self.of
    }

    /// The index of a profile's clock.
    pub(crate) fn index(&self, profile: usize) -> usize {
        let index = match &self.of {
            Of::One => 0,
            Of::Entries {
                clocks,
                codes,
                valid,
                missing,
            } => match valid {
                Some(valid) if !valid.is_valid(profile) => *missing,
                _ => clocks[codes.get(profile) as usize],
            },
            Of::Rows(rows) => rows[profile],
        };
        index as usize
    }
}
