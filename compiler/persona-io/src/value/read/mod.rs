//! How a raw value becomes a value of a column's type. What cannot be read is a bad value, with its reason; what then
//! follows (cleared, default, rejected) is decided elsewhere.
//!
//! Money is exact where it is read directly: text or a decimal with more decimals than the currency has is a bad
//! value. A computed amount, a Float, and what is said with `.as(Money<…>)` round half to even.

mod convert;
mod enums;
mod lists;
mod times;

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{EnumDef, EnumId, Ty, Validate};

use self::enums::EnumNames;

use super::decimal::Decimal;
use super::raw::{Bad, Raw, Value};
use super::units;
use super::validate::validate;
use super::zone::Zone;

/// A value of a column's type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Cow<'a, str>),
    Enum(u32),
    Geo(f64, f64),
    List(ListCell<'a>),
}

/// Elements by child: one child for scalars, one per field for records.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ListCell<'a> {
    pub(crate) len: usize,
    pub(crate) children: Vec<Vec<Option<Cell<'a>>>>,
}

/// What reading needs besides the type: the enums' names and the package's zone.
#[derive(Debug)]
pub(crate) struct ReadContext {
    enums: IndexVec<EnumId, EnumNames>,
    pub(crate) zone: Rc<Zone>,
}

impl ReadContext {
    pub(crate) fn new(enums: &IndexVec<EnumId, EnumDef>, zone: Rc<Zone>) -> Self {
        let mut names = IndexVec::new();
        for def in enums.iter() {
            names.push(EnumNames::new(def));
        }
        Self { enums: names, zone }
    }
}

/// Reads raw values as one type.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    ty: Ty,
    validate: Option<Validate>,
    context: Rc<ReadContext>,
    zone: Rc<Zone>,
    /// A `strptime` format for text.
    format: Option<Arc<str>>,
    /// Whether an amount of money with too many decimals is rounded.
    rounds: bool,
    /// Of an amount of money, how many decimals it has: looking a currency up for each cell would cost more than the cell.
    decimals: u32,
    /// For a list: how to read each child.
    children: Vec<Child>,
}

/// A child of a list: a record's field, or the element itself.
#[derive(Clone, Debug)]
struct Child {
    name: Option<Arc<str>>,
    optional: bool,
    reader: Reader,
}

impl Reader {
    pub(crate) fn new(
        ty: &Ty,
        validate: Option<Validate>,
        rounds: bool,
        context: &Rc<ReadContext>,
    ) -> Self {
        let child = |name: Option<&Arc<str>>, ty: &Ty, optional| Child {
            name: name.cloned(),
            optional,
            reader: Self::new(ty, None, rounds, context),
        };
        let children = match ty.element() {
            None => Vec::new(),
            Some(Ty::Record(fields)) => fields
                .iter()
                .map(|f| child(Some(&f.name), &f.ty, f.optional))
                .collect(),
            Some(element) => vec![child(None, element, false)],
        };
        Self {
            ty: ty.clone(),
            validate,
            context: context.clone(),
            zone: context.zone.clone(),
            format: None,
            rounds,
            decimals: match ty {
                Ty::Money(currency) => currency.decimals(),
                _ => 0,
            },
            children,
        }
    }

    /// With the zone or the format that `.as(Type, "…")` names.
    pub(crate) fn with_text(mut self, text: &Arc<str>) -> Result<Self, String> {
        if text.contains('%') {
            self.format = Some(text.clone());
        } else {
            let zone = Zone::named(text).ok_or_else(|| format!("`{text}` is not a time zone"))?;
            self.zone = Rc::new(zone);
        }
        Ok(self)
    }

    /// The name of a child, for messages.
    pub(crate) fn child_name(&self, at: usize) -> &str {
        self.children
            .get(at)
            .and_then(|child| child.name.as_deref())
            .unwrap_or("element")
    }

    /// The type, where values are read as they stand: no format, nothing to validate.
    pub(crate) fn plain(&self) -> Option<&Ty> {
        (self.format.is_none() && self.validate.is_none()).then_some(&self.ty)
    }

    /// The type.
    pub(crate) fn ty(&self) -> &Ty {
        &self.ty
    }

    /// How many decimals an amount of money has.
    pub(crate) fn decimals(&self) -> u32 {
        self.decimals
    }

    /// Whether a local time is an instant as it stands.
    pub(crate) fn in_utc(&self) -> bool {
        self.zone.is_utc()
    }

    /// The value of an enum that is called exactly so.
    pub(crate) fn enum_code(&self, text: &str) -> Option<u32> {
        match &self.ty {
            Ty::Enum(id) => self.context.enums[*id].exactly(text),
            _ => None,
        }
    }

    /// Whether what is read is text.
    pub(crate) fn gives_text(&self) -> bool {
        self.ty == Ty::Str
    }

    /// Whether an empty CSV cell is `""` here, where no value may be missing.
    pub(crate) fn takes_empty(&self) -> bool {
        self.ty == Ty::Str && self.validate.is_none()
    }

    /// What the type is, for messages: `a whole number`.
    pub(crate) fn wanted(&self) -> String {
        match &self.ty {
            Ty::Bool => "yes or no".to_owned(),
            Ty::Int => "a whole number".to_owned(),
            Ty::Float => "a number".to_owned(),
            Ty::Str => "text".to_owned(),
            Ty::Enum(id) => format!("a value of {}", self.context.enums[*id].name),
            Ty::Date => "a date, such as `2026-01-31`".to_owned(),
            Ty::TimeOfDay => "a time of day, such as `21:00`".to_owned(),
            Ty::Timestamp => "an instant, such as `2026-01-31T10:00:00Z`".to_owned(),
            Ty::Duration => "a duration, such as `1h30m`".to_owned(),
            Ty::Length => "a length, such as `10 km`".to_owned(),
            Ty::Money(currency) => format!("an amount of {currency}"),
            Ty::Geo => "a place, such as `48.85,2.35`".to_owned(),
            Ty::List(_) | Ty::Set(_) => "a list".to_owned(),
            Ty::Record(_) => "a record".to_owned(),
            Ty::Item(_) => "an item".to_owned(),
        }
    }

    fn bad<T>(&self, raw: &Raw<'_>) -> Result<T, Box<Bad>> {
        Err(Bad::new(raw, format!("is not {}", self.wanted())))
    }

    /// The value, nothing where it is missing, or why it is bad. Bad values of optional fields of a list's records are
    /// missing there, and told in `cleared`.
    pub(crate) fn read<'a>(
        &self,
        raw: Raw<'a>,
        cleared: &mut Vec<Bad>,
    ) -> Result<Option<Cell<'a>>, Box<Bad>> {
        let raw = match raw {
            Raw::Missing | Raw::Empty => return Ok(None),
            // A format reads digits also where a file holds them as a number: `20260131`.
            Raw::Number(number) if self.format.is_some() => Raw::Text(number.to_string().into()),
            raw => raw,
        };
        let cell = match &self.ty {
            Ty::Bool => Cell::Bool(self.read_bool(&raw)?),
            Ty::Int => Cell::Int(self.read_int(&raw)?),
            Ty::Float => Cell::Float(self.read_float(&raw)?),
            Ty::Str => Cell::Str(self.read_text(raw)?),
            Ty::Enum(id) => Cell::Enum(self.read_enum(&raw, *id)?),
            Ty::Date => Cell::Int(self.read_date(&raw)?),
            Ty::TimeOfDay => Cell::Int(self.read_time(&raw)?),
            Ty::Timestamp => Cell::Int(self.read_timestamp(&raw)?),
            Ty::Duration => Cell::Int(self.read_duration(&raw)?),
            Ty::Length => Cell::Int(self.read_length(&raw)?),
            Ty::Money(_) => Cell::Int(self.read_money(&raw)?),
            Ty::Geo => self.read_geo(&raw)?,
            Ty::List(_) | Ty::Set(_) => Cell::List(self.read_list(raw, cleared)?),
            // No column holds them.
            Ty::Record(_) | Ty::Item(_) => return self.bad(&raw),
        };
        Ok(Some(cell))
    }

    fn read_bool(&self, raw: &Raw<'_>) -> Result<bool, Box<Bad>> {
        let read = match raw {
            Raw::Bool(b) => Some(*b),
            Raw::Text(text) => units::parse_bool(text),
            Raw::Number(n) => match n.exact_at(0) {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
            _ => None,
        };
        read.map_or_else(|| self.bad(raw), Ok)
    }

    fn read_int(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        let number = match raw {
            Raw::Number(n) => Some(*n),
            Raw::Float(f) => Decimal::from_f64(*f).ok(),
            Raw::Text(text) => Decimal::parse(text).ok(),
            _ => None,
        };
        let Some(whole) = number.and_then(|n| n.exact_at(0)) else {
            return self.bad(raw);
        };
        i64::try_from(whole).map_err(|_| Bad::new(raw, "is too large a whole number"))
    }

    fn read_float(&self, raw: &Raw<'_>) -> Result<f64, Box<Bad>> {
        let read = match raw {
            Raw::Number(n) => Some(n.to_f64()),
            Raw::Float(f) if f.is_finite() => Some(*f),
            Raw::Float(_) => return Err(Bad::new(raw, "is not a finite number")),
            Raw::Text(text) => units::parse_float(text),
            _ => None,
        };
        // Adding zero turns the negative zero into the one zero there is.
        read.map_or_else(|| self.bad(raw), |value| Ok(value + 0.0))
    }

    fn read_text<'a>(&self, raw: Raw<'a>) -> Result<Cow<'a, str>, Box<Bad>> {
        let text = match raw {
            Raw::Text(text) => text,
            Raw::List(_) | Raw::Record(_) => return self.bad(&raw),
            other => Cow::Owned(other.text().into_owned()),
        };
        match self.validate {
            None => Ok(text),
            Some(what) => validate(text.clone(), what).map_err(|reason| Bad::text(&text, reason)),
        }
    }

    fn read_enum(&self, raw: &Raw<'_>, id: EnumId) -> Result<u32, Box<Bad>> {
        let names = &self.context.enums[id];
        let text = raw.text();
        names.find(&text).ok_or_else(|| {
            let near = persona_base::nearest(&text, names.names.iter().map(|n| &**n));
            let hint = near
                .map(|n| format!("; did you mean `{n}`?"))
                .unwrap_or_default();
            Bad::text(&text, format!("is not a value of {}{hint}", names.name))
        })
    }

    fn read_length(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        let metres = match raw {
            Raw::Number(n) => Some(*n),
            Raw::Float(f) => Decimal::from_f64(*f).ok(),
            Raw::Text(text) => units::parse_length(text),
            _ => None,
        };
        let whole = metres
            .and_then(|n| n.rounded_at(0))
            .and_then(|n| i64::try_from(n).ok());
        whole.map_or_else(|| self.bad(raw), Ok)
    }

    fn read_money(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        let Ty::Money(currency) = self.ty else {
            return self.bad(raw);
        };
        let amount = match raw {
            Raw::Number(n) => *n,
            Raw::Float(f) => match Decimal::from_f64(*f) {
                Ok(n) => n,
                Err(_) => return self.bad(raw),
            },
            Raw::Text(text) => {
                units::parse_money(text, currency).map_err(|reason| Bad::text(text, reason))?
            }
            _ => return self.bad(raw),
        };
        let digits = currency.decimals();
        let rounds = self.rounds || matches!(raw, Raw::Float(_));
        let minor = amount
            .rounded_at(digits)
            .and_then(|n| i64::try_from(n).ok());
        match minor {
            None => Err(Bad::new(raw, "is too large an amount")),
            Some(_) if !rounds && amount.exact_at(digits).is_none() => {
                let decimals = if digits == 1 { "decimal" } else { "decimals" };
                Err(Bad::new(
                    raw,
                    format!("has more than the {digits} {decimals} of {currency}"),
                ))
            }
            Some(minor) => Ok(minor),
        }
    }

    fn read_geo<'a>(&self, raw: &Raw<'_>) -> Result<Cell<'a>, Box<Bad>> {
        let place = match raw {
            Raw::Geo(lat, lon) => Some((*lat, *lon)),
            Raw::Text(text) => match json_of(text) {
                Some(inner) => return self.read_geo(&inner?),
                None => units::parse_geo(text),
            },
            Raw::List(items) => match items.as_slice() {
                [lat, lon] => degrees(lat).zip(degrees(lon)),
                _ => None,
            },
            Raw::Record(fields) => {
                let get = |names: [&str; 3]| {
                    let found = fields
                        .iter()
                        .find(|(name, _)| names.iter().any(|n| n.eq_ignore_ascii_case(name)));
                    found.and_then(|(_, value)| degrees(value))
                };
                get(["lat", "latitude", "y"]).zip(get(["lon", "longitude", "lng"]))
            }
            _ => None,
        };
        let Some((lat, lon)) = place else {
            return self.bad(raw);
        };
        if lat.abs() <= 90.0 && lon.abs() <= 180.0 {
            return Ok(Cell::Geo(lat + 0.0, lon + 0.0));
        }
        Err(Bad::new(
            raw,
            "is not on the globe: latitudes end at 90 degrees, longitudes at 180",
        ))
    }
}

/// The JSON value in a text that starts like a list or an object.
fn json_of(text: &str) -> Option<Value<'_>> {
    text.trim_ascii()
        .starts_with(['[', '{'])
        .then(|| super::json::value(text))
}

fn degrees(raw: &Raw<'_>) -> Option<f64> {
    let value = match raw {
        Raw::Text(text) => units::parse_float(text)?,
        other => other.number().ok()?.to_f64(),
    };
    value.is_finite().then_some(value)
}
