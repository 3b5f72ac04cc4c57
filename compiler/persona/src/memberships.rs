//! Memberships that are kept up to date while things happen: tell it each event and each change of a field, and it says which
//! segments and stages a person has entered and left, and until when nothing changes by itself. Only what news can have
//! changed is computed.
//!
//! ```
//! use persona::{Compiled, Package};
//!
//! let rules = r#"
//!     profile Customer { id: String @key, country: String? }
//!     event Order { total: Money<EUR> }
//!     segment locals { when country == "AT" }
//!     segment regulars { when count(Order in last 90d) >= 2 }
//!     partition habit { new when count(Order) <= 1 otherwise settled }
//! "#;
//! let package = Package::from_memory("shop", None, [("main.persona", rules)], ".".as_ref());
//! let Compiled::Program(program, _) = package.compile()? else { panic!("the rules are right") };
//!
//! let mut memberships = program.memberships("2026-01-31T10:00Z")?;
//! let moved = memberships.set("ada", "country", "AT")?;
//! assert_eq!(moved.entered, ["habit.new", "locals"]);
//!
//! let order = |at: &'static str| [("at", at.into()), ("total", 1250.into())];
//! assert!(memberships.event("ada", "Order", order("2026-01-30T09:00:00Z"))?.entered.is_empty());
//! let moved = memberships.event("ada", "Order", order("2026-01-31T09:00:00Z"))?;
//! assert_eq!(moved.entered, ["habit.settled", "regulars"]);
//! assert_eq!(moved.left, ["habit.new"]);
//!
//! // Time goes on: the first order leaves the window 90 days after it was made, which was known.
//! let next = moved.next.expect("the window moves");
//! assert!(memberships.advance_micros(next - 1)?.is_empty());
//! let moved = memberships.advance_micros(next)?;
//! assert_eq!((moved[0].key, &moved[0].left[..]), ("ada", &["regulars"][..]));
//! assert!(memberships.is_in("ada", "habit.settled")?);
//! # Ok::<(), persona::Error>(())
//! ```
//!
//! What is not set is missing, or has its default. Ranks (`ntile`, `percentile`) compare with the people that the memberships
//! began with, as they were then. Row checks are the business of whoever tells.

use std::sync::Arc;

use persona_base::nearest;
use persona_ir::{OutputKind, Plan};
use persona_jit::{Changes, Refused, RowValue};
use persona_runtime::{Dataset, DatasetBuilder, Evaluation, Value};
use rustc_hash::FxHashMap;

use crate::error::guarded;
use crate::rows::field::{self, Given};
use crate::{Error, Program};
use crate::{Progress, RunOptions};

/// The memberships of many people, at one moment that only goes forward.
#[derive(Debug)]
pub struct Memberships {
    plan: Arc<Plan>,
    inner: persona_jit::Memberships,
    /// The names of segments (`vip`) and stages (`habit.new`), by number.
    names: Vec<Arc<str>>,
    numbers: FxHashMap<Arc<str>, usize>,
}

/// What an event, a change or time did to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moved<'m> {
    /// The person.
    pub key: &'m str,
    /// The segments and stages that they are in since, in the order of their names.
    pub entered: Vec<&'m str>,
    /// Those that they are not in any more, likewise.
    pub left: Vec<&'m str>,
    /// An instant before which time alone changes nothing for them, in microseconds since 1970-01-01T00:00Z; absent where it
    /// never does.
    pub next: Option<i64>,
}

impl Program {
    /// Memberships of nobody yet, at a moment: an instant such as `2026-01-31T10:00Z`, or a date or wall clock time in the
    /// package's zone. Catalogs that answers ask are read from their sources now.
    ///
    /// # Errors
    /// Where the text is no time, or a catalog cannot be read.
    pub fn memberships(&self, now: &str) -> Result<Memberships, Error> {
        let now = crate::run::given_now(&self.plan, now)?;
        let mut nobody = DatasetBuilder::new(&self.plan.schema);
        nobody.catalogs(self.catalogs()?.at(&self.plan, now));
        let nobody = nobody.finish();
        Memberships::new(Arc::clone(&self.plan), &nobody, now)
    }

    /// Memberships of the people in the data of the package's sources, at the options' moment. Of the options, those about
    /// reading count, and which answers are asked for.
    ///
    /// # Errors
    /// Where data cannot be read, or what is asked for does not exist.
    pub fn memberships_over(
        &self,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<Memberships, Error> {
        let plan = self.restricted(&options.only)?;
        let loaded = self.load(&plan, options, progress)?;
        Memberships::new(plan, &loaded.data, loaded.now.at)
    }
}

impl Memberships {
    fn new(plan: Arc<Plan>, data: &Dataset, now: i64) -> Result<Self, Error> {
        let evaluation = Evaluation {
            now,
            calibration: None,
        };
        let inner = guarded("finding memberships", || {
            persona_jit::Memberships::new(&plan, data, &evaluation)
        })?;
        let inner = inner.map_err(|error| Error::internal(error.to_string()))?;
        let names: Vec<Arc<str>> = inner
            .all()
            .map(|one| name(&plan, one.output, one.stage))
            .collect();
        let numbers = names.iter().cloned().zip(0..).collect();
        Ok(Self {
            plan,
            inner,
            names,
            numbers,
        })
    }

    /// The segments, and the stages of partitions, that are kept.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// The instant that all memberships are known at, in microseconds since 1970-01-01T00:00Z.
    pub fn now_micros(&self) -> i64 {
        self.inner.now()
    }

    /// How many people there are.
    pub fn people(&self) -> usize {
        self.inner.profiles()
    }

    /// Whether a person is in a segment (`vip`) or a stage (`habit.new`). Somebody who is not known is in none.
    ///
    /// # Errors
    /// Where there is no such segment or stage.
    pub fn is_in(&self, key: &str, name: &str) -> Result<bool, Error> {
        let Some(number) = self.numbers.get(name) else {
            let error = Error::unknown(format!("there is no segment or stage `{name}`"));
            let near = nearest(name, self.names());
            let help = near.map(|near| format!("did you mean `{near}`?"));
            return Err(help.into_iter().fold(error, Error::with_help));
        };
        let person = self.inner.find(key);
        Ok(person.is_some_and(|person| self.inner.is_in(person, *number)))
    }

    /// The segments and stages that a person is in. Somebody who is not known is in none.
    pub fn of(&self, key: &str) -> impl Iterator<Item = &str> {
        let person = self.inner.find(key);
        let names = self.names.iter().enumerate();
        names.filter_map(move |(number, name)| {
            let holds = self.inner.is_in(person?, number);
            holds.then_some(&**name)
        })
    }

    /// An instant before which time alone changes nothing for a person, in microseconds since 1970-01-01T00:00Z; absent where
    /// it never does, or they are not known.
    pub fn next(&self, key: &str) -> Option<i64> {
        self.inner.next_flip(self.inner.find(key)?)
    }

    /// Gives a field of a person's a value, as [`crate::rows::Profile::set`] takes it. Somebody new comes to be.
    ///
    /// # Errors
    /// Where there is no such field, it is the key, or it does not take this value.
    pub fn set<'v>(
        &mut self,
        key: &str,
        field: &str,
        value: impl Into<RowValue<'v>>,
    ) -> Result<Moved<'_>, Error> {
        let col = field::find(&self.plan, field)?.0;
        let value = self.given(col).read(value.into())?.to_value();
        self.put(key, col, value)
    }

    /// Gives a field that is a list or a set its elements.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn set_all<'v, V: Into<RowValue<'v>>>(
        &mut self,
        key: &str,
        field: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Moved<'_>, Error> {
        let col = field::find(&self.plan, field)?.0;
        let values = values.into_iter().map(Into::into);
        let values = self.given(col).elements(values)?;
        self.put(key, col, Value::List(values.into()))
    }

    fn given(&self, col: persona_ir::ColId) -> Given<'_> {
        let column = &self.plan.schema.profile.columns[col];
        Given {
            schema: &self.plan.schema,
            name: &column.name,
            ty: &column.ty,
        }
    }

    fn put(&mut self, key: &str, col: persona_ir::ColId, value: Value) -> Result<Moved<'_>, Error> {
        let key = known_key(key)?;
        let inner = &mut self.inner;
        let changes = guarded("taking in a value", || inner.set(key, col, value))?;
        let changes = changes.map_err(|refused| plain(&refused))?;
        Ok(self.moved(&changes))
    }

    /// Takes in an event of a person's: `at`, its instant, and its other fields by name, as
    /// [`crate::rows::Profile::event`] takes them. It may be later than now, and is then seen when that is reached, or earlier
    /// than others, and takes its place among them. Somebody new comes to be.
    ///
    /// # Errors
    /// Where there is no such kind or field, a field does not take its value, or one that every such event has is lacking.
    pub fn event<'v>(
        &mut self,
        key: &str,
        kind: &str,
        values: impl IntoIterator<Item = (&'v str, RowValue<'v>)>,
    ) -> Result<Moved<'_>, Error> {
        let key = known_key(key)?;
        let (kind, values) = field::event(&self.plan.schema, kind, values)?;
        let columns = &self.plan.schema.events[kind].columns;
        for (column, value) in columns.iter().zip(&values) {
            if !value.is_known() && !column.optional && column.default.is_none() {
                let event = &self.plan.schema.events[kind].name;
                return Err(Error::value(format!(
                    "every `{event}` has `{}`, and this one has not",
                    column.name
                )));
            }
        }
        let inner = &mut self.inner;
        let changes = guarded("taking in an event", || inner.event(key, kind, values))?;
        let changes = changes.map_err(|refused| plain(&refused))?;
        Ok(self.moved(&changes))
    }

    /// Goes on to a moment, as [`Program::memberships`] takes it; an earlier one than now is now. Gives those for whom
    /// something changed, in the order in which they came to be.
    ///
    /// # Errors
    /// Where the text is no time.
    pub fn advance(&mut self, now: &str) -> Result<Vec<Moved<'_>>, Error> {
        let now = crate::run::given_now(&self.plan, now)?;
        self.advance_micros(now)
    }

    /// As [`Self::advance`], in microseconds since 1970-01-01T00:00Z.
    ///
    /// # Errors
    /// Only internal ones.
    pub fn advance_micros(&mut self, now: i64) -> Result<Vec<Moved<'_>>, Error> {
        let inner = &mut self.inner;
        let all = guarded("going on in time", || inner.advance(now))?;
        Ok(all.iter().map(|changes| self.moved(changes)).collect())
    }

    fn moved(&self, changes: &Changes) -> Moved<'_> {
        let names = |numbers: &[u32]| {
            let names = numbers.iter().filter_map(|number| {
                let place = usize::try_from(*number).ok()?;
                self.names.get(place).map(|name| &**name)
            });
            names.collect()
        };
        Moved {
            key: self.inner.key(changes.profile),
            entered: names(&changes.entered),
            left: names(&changes.left),
            next: changes.next,
        }
    }
}

/// An empty key is a missing one.
fn known_key(key: &str) -> Result<&str, Error> {
    if key.is_empty() {
        return Err(Error::value("a person has a key, and this one is empty"));
    }
    Ok(key)
}

fn plain(refused: &Refused) -> Error {
    Error::value(refused.to_string())
}

/// A segment's name, or that of a stage behind its partition's.
fn name(plan: &Plan, output: usize, stage: Option<u32>) -> Arc<str> {
    let output = &plan.outputs[output];
    let (OutputKind::Partition(stages), Some(stage)) = (output.kind, stage) else {
        return Arc::clone(&output.name);
    };
    let place = usize::try_from(stage).unwrap_or(usize::MAX);
    let stage = plan.schema.enums[stages].values.get(place);
    let stage = stage.map_or("", |value| &value.name);
    format!("{}.{stage}", output.name).into()
}
