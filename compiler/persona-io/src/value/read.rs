//! How a raw value becomes a value of a column's type. What cannot be read is a bad value, with its reason; what then
//! follows (cleared, default, rejected) is decided elsewhere.
//!
//! Money is exact where it is read directly: text or a decimal with more decimals than the currency has is a bad
//! value. A computed amount, a Float, and what is said with `.as(Money<…>)` round half to even.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use persona_base::IndexVec;
use persona_ir::{EnumDef, EnumId, Ty, Validate};
use persona_runtime::calendar;
use rustc_hash::FxHashMap;

use super::civil::{self, DAY, MAX_DATE, MAX_TIMESTAMP, MIN_DATE, MIN_TIMESTAMP, TimePoint};
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

/// The texts that mean an enum's values.
#[derive(Debug)]
struct EnumNames {
    name: Arc<str>,
    names: Vec<Arc<str>>,
    exact: FxHashMap<String, u32>,
    /// Lower-case texts; `None` where two values share one.
    folded: FxHashMap<String, Option<u32>>,
}

impl EnumNames {
    fn new(def: &EnumDef) -> Self {
        let mut exact = FxHashMap::default();
        let mut folded: FxHashMap<String, Option<u32>> = FxHashMap::default();
        let coded = || (0_u32..).zip(&def.values);
        for (code, value) in coded() {
            exact.insert(value.name.to_string(), code);
        }
        for (code, value) in coded() {
            if let Some(title) = &value.title {
                exact.entry(title.to_string()).or_insert(code);
            }
            for text in std::iter::once(&value.name).chain(&value.title) {
                let slot = folded.entry(text.to_lowercase()).or_insert(Some(code));
                if *slot != Some(code) {
                    *slot = None;
                }
            }
        }
        let names = def.values.iter().map(|v| v.name.clone()).collect();
        Self {
            name: def.name.clone(),
            names,
            exact,
            folded,
        }
    }

    fn find(&self, text: &str) -> Option<u32> {
        let trimmed = text.trim();
        let exact = self.exact.get(text).or_else(|| self.exact.get(trimmed));
        exact
            .copied()
            .or_else(|| self.folded.get(&trimmed.to_lowercase()).copied().flatten())
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
        if raw.is_missing() {
            return Ok(None);
        }
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
            Ty::Record(_) => return self.bad(&raw),
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

    fn read_date(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        let days = match raw {
            Raw::Date(days) => Some(*days),
            Raw::Local(micros) => (micros.rem_euclid(DAY) == 0).then(|| micros.div_euclid(DAY)),
            Raw::Text(text) => match &self.format {
                Some(format) => {
                    return self
                        .strptime(text, format)
                        .and_then(|tm| civil_date(&tm, text));
                }
                None => civil::parse_date(text),
            },
            _ => None,
        };
        match days {
            Some(days) if (MIN_DATE..=MAX_DATE).contains(&days) => Ok(days),
            _ => self.bad(raw),
        }
    }

    fn read_time(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        let seconds = match raw {
            Raw::Time(seconds) => Some(*seconds),
            Raw::Text(text) => match &self.format {
                Some(format) => {
                    let tm = self.strptime(text, format)?;
                    Some(civil_time(&tm, text)? / civil::SECOND)
                }
                None => civil::parse_time(text),
            },
            _ => None,
        };
        seconds.map_or_else(|| self.bad(raw), Ok)
    }

    fn strptime(
        &self,
        text: &str,
        format: &str,
    ) -> Result<jiff::fmt::strtime::BrokenDownTime, Box<Bad>> {
        jiff::fmt::strtime::parse(format, text.trim_ascii())
            .map_err(|error| Bad::text(text, format!("does not read as `{format}`: {error}")))
    }

    fn read_timestamp(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        let point = match raw {
            Raw::Instant(at) => TimePoint::Instant(*at),
            Raw::Local(at) => TimePoint::Local(*at),
            Raw::Date(days) => TimePoint::Local(days.saturating_mul(DAY)),
            Raw::Text(text) => match &self.format {
                Some(format) => time_point(&self.strptime(text, format)?, text)?,
                None => match civil::parse_timestamp(text) {
                    Some(point) => point,
                    None => return self.bad(raw),
                },
            },
            Raw::Number(_) | Raw::Float(_) => {
                return Err(Bad::new(
                    raw,
                    "is a number, not an instant, such as `2026-01-31T10:00:00Z`",
                ));
            }
            _ => return self.bad(raw),
        };
        let instant = match point {
            TimePoint::Instant(at) => Some(at),
            TimePoint::Local(at) => self.zone.instant(at),
        };
        instant
            .filter(|at| (MIN_TIMESTAMP..=MAX_TIMESTAMP).contains(at))
            .ok_or_else(|| Bad::new(raw, "is outside the years 1 to 9999"))
    }

    fn read_duration(&self, raw: &Raw<'_>) -> Result<i64, Box<Bad>> {
        match raw {
            Raw::Duration(micros) => Ok(*micros),
            Raw::Text(text) => civil::parse_duration(text).map_or_else(|| self.bad(raw), Ok),
            Raw::Number(_) | Raw::Float(_) => {
                Err(Bad::new(raw, "is a number without a unit, such as `90m`"))
            }
            _ => self.bad(raw),
        }
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

    fn read_list<'a>(
        &self,
        raw: Raw<'a>,
        cleared: &mut Vec<Bad>,
    ) -> Result<ListCell<'a>, Box<Bad>> {
        let items = match raw {
            Raw::List(items) => items,
            Raw::Text(ref text) => match json_of(text) {
                Some(Ok(Raw::List(items))) => items.into_iter().map(Raw::into_owned).collect(),
                Some(Err(bad)) => return Err(bad),
                _ => return self.bad(&raw),
            },
            _ => return self.bad(&raw),
        };
        let mut list = ListCell {
            len: items.len(),
            children: vec![Vec::with_capacity(items.len()); self.children.len()],
        };
        for (at, item) in items.into_iter().enumerate() {
            self.read_element(item, &mut list, cleared).map_err(|bad| {
                Bad::text(
                    &bad.value,
                    format!("{} (element {} of the list)", bad.reason, at + 1),
                )
            })?;
        }
        if matches!(self.ty, Ty::Set(_)) {
            distinct(&mut list);
        }
        Ok(list)
    }

    fn read_element<'a>(
        &self,
        item: Raw<'a>,
        list: &mut ListCell<'a>,
        cleared: &mut Vec<Bad>,
    ) -> Result<(), Box<Bad>> {
        let scalar = self.children.len() == 1 && self.children[0].name.is_none();
        if scalar {
            let cell = self.children[0].reader.read(item, cleared)?;
            let cell = cell.ok_or_else(|| Bad::text("", "a list holds no missing values"))?;
            list.children[0].push(Some(cell));
            return Ok(());
        }
        let Raw::Record(mut fields) = item else {
            return Err(Bad::new(&item, "is not a record with named fields"));
        };
        for (at, child) in self.children.iter().enumerate() {
            let name = child.name.as_deref().unwrap_or("");
            let value = take_field(&mut fields, name);
            let cell = self.read_child(at, value, cleared)?;
            list.children[at].push(cell);
        }
        Ok(())
    }

    /// Reads a field of a record in a list: missing values and bad ones are settled by whether the field is optional.
    pub(crate) fn read_child<'a>(
        &self,
        at: usize,
        value: Raw<'a>,
        cleared: &mut Vec<Bad>,
    ) -> Result<Option<Cell<'a>>, Box<Bad>> {
        let child = &self.children[at];
        let empty = matches!(value, Raw::Empty);
        match child.reader.read(value, cleared) {
            Ok(None) if child.optional => Ok(None),
            Ok(None) if empty && child.reader.takes_empty() => {
                Ok(Some(Cell::Str(Cow::Borrowed(""))))
            }
            Ok(None) => Err(Bad::text(
                "",
                format!("`{}` is missing", self.child_name(at)),
            )),
            Err(bad) if child.optional => {
                cleared.push(Bad {
                    reason: format!("{} (`{}`)", bad.reason, self.child_name(at)),
                    value: bad.value,
                });
                Ok(None)
            }
            Err(bad) => Err(Bad::text(
                &bad.value,
                format!("{} (`{}`)", bad.reason, self.child_name(at)),
            )),
            read => read,
        }
    }

    /// The value of `.as(Type)`: read as the type, then a raw value again.
    pub(crate) fn convert<'a>(&self, raw: Raw<'a>) -> Value<'a> {
        if matches!(raw, Raw::Empty) {
            return Ok(raw);
        }
        let mut cleared = Vec::new();
        let cell = self.read(raw, &mut cleared)?;
        if let Some(bad) = cleared.pop() {
            return Err(Box::new(bad));
        }
        Ok(cell.map_or(Raw::Missing, |cell| self.raw_of(cell)))
    }

    fn raw_of<'a>(&self, cell: Cell<'a>) -> Raw<'a> {
        match (&self.ty, cell) {
            (Ty::Money(currency), Cell::Int(minor)) => {
                Decimal::new(i128::from(minor), currency.decimals())
                    .map_or(Raw::Missing, Raw::Number)
            }
            (Ty::Date, Cell::Int(days)) => Raw::Date(days),
            (Ty::TimeOfDay, Cell::Int(seconds)) => Raw::Time(seconds),
            (Ty::Timestamp, Cell::Int(at)) => Raw::Instant(at),
            (Ty::Duration, Cell::Int(micros)) => Raw::Duration(micros),
            (Ty::Enum(id), Cell::Enum(code)) => {
                let names = &self.context.enums[*id].names;
                Raw::Text(Cow::Owned(names[code as usize].to_string()))
            }
            (_, Cell::Bool(b)) => Raw::Bool(b),
            (_, Cell::Int(n)) => Raw::Number(Decimal::whole(n)),
            (_, Cell::Float(f)) => Raw::Float(f),
            (_, Cell::Str(text)) => Raw::Text(text),
            (_, Cell::Enum(code)) => Raw::Number(Decimal::whole(i64::from(code))),
            (_, Cell::Geo(lat, lon)) => Raw::Geo(lat, lon),
            (_, Cell::List(list)) => Raw::List(self.raw_elements(list)),
        }
    }

    fn raw_elements<'a>(&self, list: ListCell<'a>) -> Vec<Raw<'a>> {
        let mut children: Vec<_> = list.children.into_iter().map(Vec::into_iter).collect();
        let mut next = |at: usize| {
            let cell = children
                .get_mut(at)
                .and_then(|cells| cells.next().flatten());
            cell.map_or(Raw::Missing, |cell| self.children[at].reader.raw_of(cell))
        };
        let element = |_| match self.children.as_slice() {
            [Child { name: None, .. }] => next(0),
            fields => Raw::Record(
                fields
                    .iter()
                    .enumerate()
                    .map(|(at, child)| {
                        (
                            Cow::Owned(child.name.as_deref().unwrap_or("").to_owned()),
                            next(at),
                        )
                    })
                    .collect(),
            ),
        };
        (0..list.len).map(element).collect()
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

/// Takes the field of this name, else the one that its dots lead to.
fn take_field<'a>(fields: &mut Vec<(Cow<'a, str>, Raw<'a>)>, name: &str) -> Raw<'a> {
    if let Some((_, value)) = fields.iter_mut().find(|(known, _)| known == name) {
        return std::mem::replace(value, Raw::Missing);
    }
    let Some((head, rest)) = name.split_once('.') else {
        return Raw::Missing;
    };
    match fields.iter_mut().find(|(known, _)| known == head) {
        Some((_, Raw::Record(inner))) => take_field(inner, rest),
        _ => Raw::Missing,
    }
}

/// Keeps the first of equal elements.
fn distinct(list: &mut ListCell<'_>) {
    let element = |row: usize| list.children.iter().map(move |child| child.get(row));
    let keep: Vec<bool> = if list.len <= 32 {
        (0..list.len)
            .map(|row| !(0..row).any(|before| element(before).eq(element(row))))
            .collect()
    } else {
        let mut seen = rustc_hash::FxHashSet::default();
        let key = |row| format!("{:?}", element(row).collect::<Vec<_>>());
        (0..list.len).map(|row| seen.insert(key(row))).collect()
    };
    for child in &mut list.children {
        let mut kept = keep.iter();
        child.retain(|_| kept.next().copied().unwrap_or(true));
    }
    list.len = keep.iter().filter(|k| **k).count();
}

fn civil_date(tm: &jiff::fmt::strtime::BrokenDownTime, text: &str) -> Result<i64, Box<Bad>> {
    let date = tm
        .to_date()
        .map_err(|error| Bad::text(text, format!("is no date: {error}")))?;
    calendar::date(date.year().into(), date.month().into(), date.day().into())
        .ok_or_else(|| Bad::text(text, "is outside the years 1 to 9999"))
}

/// Microseconds since midnight.
fn civil_time(tm: &jiff::fmt::strtime::BrokenDownTime, text: &str) -> Result<i64, Box<Bad>> {
    let time = tm
        .to_time()
        .map_err(|error| Bad::text(text, format!("is no time of day: {error}")))?;
    let seconds =
        (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
    Ok(seconds * civil::SECOND + i64::from(time.subsec_nanosecond()) / 1000)
}

fn time_point(tm: &jiff::fmt::strtime::BrokenDownTime, text: &str) -> Result<TimePoint, Box<Bad>> {
    if tm.offset().is_some() || tm.timestamp().is_some() || tm.iana_time_zone().is_some() {
        let at = tm
            .to_timestamp()
            .map_err(|error| Bad::text(text, format!("is no instant: {error}")))?;
        return Ok(TimePoint::Instant(at.as_microsecond()));
    }
    Ok(TimePoint::Local(
        civil_date(tm, text)? * DAY + civil_time(tm, text)?,
    ))
}
