//! Answers about one profile that a program has at hand: its fields are set by name, one call answers. For services that
//! decide per request; for whole populations there is [`crate::Program::run`].
//!
//! ```
//! use persona::{Compiled, Package};
//!
//! let rules = r#"
//!     profile Customer { id: String @key, age: Int, country: String?, spend: Money<EUR> = 0 EUR, tags: Set<String> = [] }
//!     segment adults { when age >= 18 }
//!     segment vip { when spend > 1000 EUR and country in ["DE", "AT", "CH"] }
//!     segment testers { when "beta" in tags }
//! "#;
//! let package = Package::from_memory("shop", None, [("main.persona", rules)], ".".as_ref());
//! let Compiled::Program(program, _) = package.compile()? else { panic!("the rules are right") };
//!
//! // Once: compile what will be asked, and make it ready for a moment.
//! let rows = program.rows(&["adults", "vip", "testers"])?;
//! let mut asked = rows.at("2026-01-31T10:00Z")?;
//! let mut profile = rows.profile();
//!
//! // For each request: fill in the profile, ask.
//! profile.set("id", "ada")?;
//! profile.set("age", 36)?;
//! profile.set("country", "DE")?;
//! profile.set("spend", 150_000)?; // in cents
//! profile.set_all("tags", ["beta", "returning"])?;
//! assert!(asked.holds("vip", &profile)?);
//! assert_eq!(asked.segments(&profile)?.collect::<Vec<_>>(), ["adults", "vip", "testers"]);
//!
//! // The same memory for the next one; what is not set is missing, or has its default.
//! profile.clear();
//! profile.set("id", "bob")?;
//! profile.set("age", 17)?;
//! assert_eq!(asked.segments(&profile)?.count(), 0);
//!
//! // Mistakes are errors in plain words.
//! let error = profile.set("contry", "DE").unwrap_err();
//! assert_eq!(error.to_string(), "the profile has no field `contry`");
//! assert_eq!(error.help(), Some("did you mean `country`?"));
//! let error = profile.set("age", "many").unwrap_err();
//! assert_eq!(error.to_string(), "`age` is a whole number (Int) and was given a text");
//! # Ok::<(), persona::Error>(())
//! ```
//!
//! Events are added to the profile with [`Profile::event`]. Ranks (`ntile`, `percentile`) compare a profile with a population,
//! which is not at hand here; they are missing. Row checks are the business of whoever fills the profile.

pub(crate) mod field;

use std::sync::Arc;

use persona_base::nearest;
use persona_ir::{OutputKind, Plan};
use persona_jit::{RowBuf, RowError, RowProgram, RowProgramError, RowSession, RowValue};
use persona_runtime::Value;

use crate::catalogs::Unchecked;
use crate::error::guarded;
use crate::{Error, Program};
use field::Given;

/// Some answers of a program as machine code over single profiles. Can be shared between threads.
#[derive(Debug)]
pub struct Rows {
    program: RowProgram,
    catalogs: Unchecked,
    plan: Arc<Plan>,
}

/// A field of the profile, looked up once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field(pub(crate) persona_ir::ColId);

/// A profile to be filled and asked again and again.
#[derive(Debug)]
pub struct Profile<'p> {
    plan: &'p Plan,
    row: RowBuf,
}

/// [`Rows`] at one moment. Not for several threads at once: make one for each.
#[derive(Debug)]
pub struct Asked<'p> {
    plan: &'p Plan,
    session: RowSession<'p>,
    /// The names of segments, by their bits.
    names: Vec<Arc<str>>,
}

impl Program {
    /// Compiles these answers (segments, partitions, traits; all when the list is empty), to be asked about one profile at
    /// a time. Catalogs that they ask are read from their sources now.
    ///
    /// # Errors
    /// Where there is no such answer, no machine code can be made here, or a catalog cannot be read.
    pub fn rows(&self, answers: &[&str]) -> Result<Rows, Error> {
        let all: Vec<&str> = self
            .plan
            .outputs
            .iter()
            .map(|output| &*output.name)
            .collect();
        let names = if answers.is_empty() { &all } else { answers };
        for name in names {
            if !all.contains(name) {
                return Err(self.no_answer(name));
            }
        }
        let program = guarded("making machine code", || RowProgram::new(&self.plan, names))?;
        let program = program.map_err(|error| match error {
            RowProgramError::Compile(error) => Error::no_code(error),
            other => Error::call(other.to_string()),
        })?;
        Ok(Rows {
            program,
            catalogs: self.catalogs()?,
            plan: Arc::clone(&self.plan),
        })
    }
}

impl Rows {
    /// A profile that has nothing but the defaults of fields.
    pub fn profile(&self) -> Profile<'_> {
        Profile {
            plan: &self.plan,
            row: RowBuf::new(self.program.layout()),
        }
    }

    /// A field by its (dotted) name, to be set without looking its name up each time.
    ///
    /// # Errors
    /// Where there is no such field.
    pub fn field(&self, name: &str) -> Result<Field, Error> {
        field::find(&self.plan, name)
    }

    /// Makes the answers ready for a moment: an instant such as `2026-01-31T10:00Z`, or a date or wall clock time in the
    /// package's zone. Making one takes microseconds; one can serve many requests.
    ///
    /// # Errors
    /// Where the text is no time.
    pub fn at(&self, now: &str) -> Result<Asked<'_>, Error> {
        Ok(self.at_micros(crate::run::given_now(&self.plan, now)?))
    }

    /// As [`Self::at`], in microseconds since 1970-01-01T00:00Z.
    pub fn at_micros(&self, now: i64) -> Asked<'_> {
        let segments = self.plan.outputs.iter();
        let segments = segments.filter(|output| output.kind == OutputKind::Segment);
        let by_name = |name: &str| {
            let mut segments = segments.clone();
            segments.find(|output| *output.name == *name)
        };
        let asked = self.program.segments().filter_map(by_name);
        let catalogs = self.catalogs.at(&self.plan, now);
        Asked {
            plan: &self.plan,
            names: asked.map(|output| Arc::clone(&output.name)).collect(),
            session: self.program.at_with(now, None, &catalogs),
        }
    }
}

impl Profile<'_> {
    /// Forgets all values and events.
    pub fn clear(&mut self) {
        self.row.clear();
    }

    /// Gives a field, by its (dotted) name, a value. Amounts of money are in the currency's smallest unit, durations in microseconds,
    /// lengths in metres; dates, times and instants may be texts such as `2026-01-31`, enum values are their names.
    ///
    /// # Errors
    /// Where there is no such field, or it does not take this value.
    pub fn set<'v>(&mut self, name: &str, value: impl Into<RowValue<'v>>) -> Result<(), Error> {
        let field = field::find(self.plan, name)?;
        self.put(field, value)
    }

    /// As [`Self::set`], for a field that was looked up before.
    ///
    /// # Errors
    /// Where it does not take this value.
    pub fn put<'v>(&mut self, field: Field, value: impl Into<RowValue<'v>>) -> Result<(), Error> {
        let schema = &self.plan.schema;
        let Some(column) = schema.profile.columns.get(field.0) else {
            return Err(Error::value("the field is one of another program"));
        };
        let given = Given {
            schema,
            name: &column.name,
            ty: &column.ty,
        };
        let value = given.read(value.into())?;
        self.row.set(field.0, value).map_err(plain)
    }

    /// Gives a field that is a list or a set its elements.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn set_all<'v, V: Into<RowValue<'v>>>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Result<(), Error> {
        let field = field::find(self.plan, name)?;
        let schema = &self.plan.schema;
        let column = &schema.profile.columns[field.0];
        let given = Given {
            schema,
            name: &column.name,
            ty: &column.ty,
        };
        let values = given.elements(values.into_iter().map(Into::into))?;
        self.row
            .set(field.0, RowValue::List(&values))
            .map_err(plain)
    }

    /// Adds an event of a kind: `at`, its instant, and its other fields by name.
    ///
    /// # Errors
    /// Where there is no such kind or field, a field does not take its value, or one that every such event has is lacking.
    pub fn event<'v>(
        &mut self,
        kind: &str,
        values: impl IntoIterator<Item = (&'v str, RowValue<'v>)>,
    ) -> Result<(), Error> {
        let (id, row) = field::event(&self.plan.schema, kind, values)?;
        self.row.event(id, row).map_err(plain)
    }
}

impl<'p> Asked<'p> {
    /// Whether a profile is in a segment.
    ///
    /// # Errors
    /// Where the segment was not asked for, or the profile lacks what every profile has or was made by other [`Rows`].
    pub fn holds(&mut self, segment: &str, profile: &Profile<'_>) -> Result<bool, Error> {
        let Some(bit) = self.names.iter().position(|name| **name == *segment) else {
            let names = self.names.iter().map(|name| &**name);
            let help = nearest(segment, names).map(|near| format!("did you mean `{near}`?"));
            let error = Error::unknown(format!(
                "`{segment}` is none of the segments that were asked for"
            ));
            return Err(help.into_iter().fold(error, Error::with_help));
        };
        let row = profile.row.row();
        self.session.check(row).map_err(plain)?;
        if bit == 0 {
            return Ok(self.session.holds(row));
        }
        Ok(self.session.matches(row)[bit / 64] >> (bit % 64) & 1 == 1)
    }

    /// The segments that a profile is in, in the order in which they were asked for.
    ///
    /// # Errors
    /// As [`Self::holds`].
    pub fn segments(&mut self, profile: &Profile<'_>) -> Result<impl Iterator<Item = &str>, Error> {
        let row = profile.row.row();
        self.session.check(row).map_err(plain)?;
        let words = self.session.matches(row);
        let names = self.names.iter().enumerate();
        let holds = names.filter(|(bit, _)| words[bit / 64] >> (bit % 64) & 1 == 1);
        Ok(holds.map(|(_, name)| &**name))
    }

    /// All answers with their names, in the order in which they were asked for. A partition's is the number of its stage.
    ///
    /// # Errors
    /// As [`Self::holds`].
    pub fn answers(&mut self, profile: &Profile<'_>) -> Result<Vec<(&'p str, Value)>, Error> {
        let row = profile.row.row();
        self.session.check(row).map_err(plain)?;
        let values = self.session.answers(row);
        let outputs = &self.plan.outputs;
        let name = |name: &str| outputs.iter().find(|output| *output.name == *name);
        let names = self.session.program().names().filter_map(name);
        Ok(names.map(|output| &*output.name).zip(values).collect())
    }
}

/// A row's error as this crate's.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is handed over by `map_err`"
)]
fn plain(error: RowError) -> Error {
    let help = match &error {
        RowError::Lacking(_) => Some("set it before asking"),
        RowError::OtherLayout => Some("make profiles with the rows that are asked"),
        _ => None,
    };
    help.into_iter()
        .fold(Error::value(error.to_string()), Error::with_help)
}
