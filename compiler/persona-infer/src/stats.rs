//! A column while rows go by: which types its values read as, how many are missing, which there are. Bounded memory, whatever the file.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use persona_io::{Probe, Seen, SeenType};
use persona_ir::{Ty, Validate};
use rustc_hash::{FxHashSet, FxHasher};

/// So many different values are counted one by one.
const VALUES: usize = 1_000;
/// So many are told apart at all; beyond, a column counts as unique if it was so far.
const HASHES: usize = 4_000_000;
/// So many values of one column are compared with those of others.
const SAMPLE: usize = 20_000;
/// A way to read is given up when of so many values …
const ENOUGH: usize = 400;
/// … fewer than this share are read by it.
const FEW: f64 = 0.5;

/// Formats of dates, those that are read without being told first.
pub(crate) const DATES: &[&str] = &[
    "",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y%m%d",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%Y.%m.%d",
];

/// Formats of instants.
pub(crate) const INSTANTS: &[&str] = &[
    "",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%y %H:%M",
    "%d/%m/%y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a %b %d %H:%M:%S %Y",
    "%b %d, %Y %H:%M:%S",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
];

/// A way to read text, which may turn out to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Bool,
    Int,
    Float,
    Email,
    Phone,
    Url,
    Zone,
    Locale,
    Geo,
    /// A place in [`DATES`].
    Date(usize),
    /// A place in [`INSTANTS`].
    Instant(usize),
    Time,
    /// `1,234.56`
    Grouped,
    /// `1.234,56`
    Comma,
    /// `15%`
    Percent,
    /// `$1,234.56`, `12 €`
    Amount,
    /// Seconds since 1970, by their size.
    Epoch,
}

/// The probes of all ways; made once.
#[derive(Debug)]
pub(crate) struct Ways(Vec<(Way, Probe)>);

impl Ways {
    pub(crate) fn new() -> Self {
        let mut ways = Vec::new();
        let mut add = |way, ty: Ty, validate, text: Option<&str>| {
            if let Some(probe) = Probe::new(&ty, validate, text) {
                ways.push((way, probe));
            }
        };
        add(Way::Bool, Ty::Bool, None, None);
        add(Way::Int, Ty::Int, None, None);
        add(Way::Float, Ty::Float, None, None);
        add(Way::Email, Ty::Str, Some(Validate::Email), None);
        add(Way::Phone, Ty::Str, Some(Validate::Phone), None);
        add(Way::Url, Ty::Str, Some(Validate::Url), None);
        add(Way::Zone, Ty::Str, Some(Validate::TimeZone), None);
        add(Way::Locale, Ty::Str, Some(Validate::Locale), None);
        add(Way::Geo, Ty::Geo, None, None);
        for (at, format) in DATES.iter().enumerate() {
            let text = (!format.is_empty()).then_some(*format);
            add(Way::Date(at), Ty::Date, None, text);
        }
        for (at, format) in INSTANTS.iter().enumerate() {
            let text = (!format.is_empty()).then_some(*format);
            add(Way::Instant(at), Ty::Timestamp, None, text);
        }
        add(Way::Time, Ty::TimeOfDay, None, None);
        Self(ways)
    }
}

/// What is known of one column so far.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    /// Rows, those without a value among them.
    pub(crate) rows: usize,
    pub(crate) missing: usize,
    /// Words that people write where they know nothing: `N/A`.
    pub(crate) placeholders: BTreeMap<String, usize>,
    /// How many texts there are, placeholders left out.
    pub(crate) texts: usize,
    /// How many of them each way reads; ways that were given up are not here.
    ways: Vec<(Way, usize)>,
    started: bool,
    /// Values with types of the file's own.
    pub(crate) typed: BTreeMap<SeenType, usize>,
    pub(crate) lists: usize,
    /// What lists hold.
    pub(crate) elements: Option<Box<Stats>>,
    /// What records hold, by name in the order they came, and how many records there are.
    pub(crate) fields: Vec<(String, Stats)>,
    pub(crate) records: usize,
    /// Different values and how often they come, until there are too many.
    pub(crate) values: BTreeMap<String, usize>,
    pub(crate) too_many: bool,
    hashes: FxHashSet<u64>,
    repeated: bool,
    pub(crate) longest: usize,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
    pub(crate) decimals: usize,
    /// Numbers that begin with a zero, as postal codes do.
    pub(crate) zeros: usize,
    /// Texts with spaces around them.
    pub(crate) padded: usize,
    /// Cells of nothing but spaces.
    pub(crate) blank: usize,
    /// Texts with six digits or more.
    pub(crate) digits: usize,
    /// Texts that end as times with a zone do.
    pub(crate) zoned: usize,
    /// Currency signs and codes in values.
    pub(crate) currencies: BTreeMap<String, usize>,
    /// The separators that texts have, as sets in one cell do.
    pub(crate) bars: usize,
    /// A text that is not read by the way that was chosen; the first for each way that still counts.
    pub(crate) odd: BTreeMap<Way, String>,
}

/// Words for nothing.
const NOTHING: &[&str] = &[
    "n/a",
    "na",
    "#n/a",
    "null",
    "none",
    "nil",
    "nan",
    "-",
    "--",
    "?",
    "unknown",
    "empty",
    "undefined",
    "not available",
    "(null)",
    "\\n",
    ".",
];

impl Stats {
    /// Counts a value.
    pub(crate) fn take(&mut self, value: &Seen, ways: &Ways) {
        self.rows += 1;
        match value {
            Seen::Missing => self.missing += 1,
            Seen::Text(text) if text.trim().is_empty() => {
                self.missing += 1;
                self.padded += usize::from(!text.is_empty());
                self.blank += usize::from(!text.is_empty());
            }
            Seen::Text(text) => self.text(text, ways),
            Seen::Typed(ty, text) => {
                *self.typed.entry(*ty).or_default() += 1;
                self.number(text);
                self.value(text);
            }
            Seen::List(items) => {
                self.lists += 1;
                let elements = self.elements.get_or_insert_default();
                items.iter().for_each(|item| elements.take(item, ways));
            }
            Seen::Record(fields) => self.record(fields, ways),
        }
    }

    fn record(&mut self, fields: &[(String, Seen)], ways: &Ways) {
        self.records += 1;
        for (name, value) in fields {
            let at = match self.fields.iter().position(|(known, _)| known == name) {
                Some(at) => at,
                None => {
                    self.fields.push((name.clone(), Self::default()));
                    self.fields.len() - 1
                }
            };
            self.fields[at].1.take(value, ways);
        }
        for (_, stats) in &mut self.fields {
            // Whoever is not named is missing.
            let rows = stats.rows;
            if rows < self.records {
                stats.missing += self.records - rows;
                stats.rows = self.records;
            }
        }
    }

    fn text(&mut self, text: &str, ways: &Ways) {
        let trimmed = text.trim();
        if NOTHING
            .iter()
            .any(|word| word.eq_ignore_ascii_case(trimmed))
        {
            if self.placeholders.len() < 20 {
                *self.placeholders.entry(text.to_owned()).or_default() += 1;
            }
            self.value(text);
            return;
        }
        self.texts += 1;
        self.padded += usize::from(trimmed.len() != text.len());
        self.longest = self.longest.max(text.chars().count());
        let bars = trimmed.contains(['|', ';']);
        self.bars += usize::from(bars && !trimmed.contains(' '));
        let digits = trimmed.bytes().filter(u8::is_ascii_digit).count();
        self.digits += usize::from(digits >= 6);
        self.zoned += usize::from(digits >= 8 && zoned(trimmed));
        self.ways(trimmed, ways);
        self.number(trimmed);
        self.value(text);
    }

    fn ways(&mut self, text: &str, ways: &Ways) {
        if !self.started {
            self.started = true;
            let own = [
                Way::Grouped,
                Way::Comma,
                Way::Percent,
                Way::Amount,
                Way::Epoch,
            ];
            let all = ways.0.iter().map(|(way, _)| *way).chain(own);
            self.ways = all.map(|way| (way, 0)).collect();
        }
        let seen = self.texts;
        for (way, hits) in &mut self.ways {
            let reads = match ways.0.iter().find(|(of, _)| of == way) {
                Some((_, probe)) => probe.reads(text),
                None => special(*way, text),
            };
            if reads {
                *hits += 1;
            } else {
                self.odd.entry(*way).or_insert_with(|| text.to_owned());
            }
        }
        if seen >= ENOUGH && seen.is_multiple_of(ENOUGH) {
            let least = (seen as f64 * FEW) as usize;
            self.ways.retain(|(_, hits)| *hits >= least);
        }
        if let Some(currency) = currency_of(text) {
            *self.currencies.entry(currency).or_default() += 1;
        }
    }

    /// How many texts a way reads.
    pub(crate) fn read_by(&self, way: Way) -> usize {
        let found = self.ways.iter().find(|(of, _)| *of == way);
        found.map_or(0, |(_, hits)| *hits)
    }

    fn number(&mut self, text: &str) {
        let digits = text.trim_start_matches(['-', '+', '$', '€', '£', ' ']);
        let zero = digits.len() > 1
            && digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
        self.zeros += usize::from(zero);
        if let Some((_, decimals)) = digits.rsplit_once(['.', ',']) {
            let decimals = decimals.bytes().take_while(u8::is_ascii_digit).count();
            self.decimals = self.decimals.max(decimals);
        }
        if let Ok(number) = text.parse::<f64>() {
            let first = self.least == 0.0 && self.greatest == 0.0;
            self.least = if first {
                number
            } else {
                self.least.min(number)
            };
            self.greatest = if first {
                number
            } else {
                self.greatest.max(number)
            };
        }
    }

    fn value(&mut self, text: &str) {
        if !self.too_many {
            *self.values.entry(text.to_owned()).or_default() += 1;
            if self.values.len() > VALUES {
                self.too_many = true;
                self.values.clear();
            }
        }
        if self.hashes.len() < HASHES && !self.hashes.insert(hash(text)) {
            self.repeated = true;
        }
    }

    /// The same numbers, as if the file had said that they are some.
    pub(crate) fn as_numbers(&self, whole: bool) -> Self {
        Self {
            decimals: if whole { 0 } else { self.decimals.max(1) },
            least: self.least,
            greatest: self.greatest,
            hashes: self.hashes.iter().copied().take(3).collect(),
            ..Self::default()
        }
    }

    /// How many values are known.
    pub(crate) fn known(&self) -> usize {
        self.rows - self.missing
    }

    /// Whether all values differ; with a file read in part, as far as it was read.
    pub(crate) fn unique(&self) -> bool {
        !self.repeated && self.known() > 0 && self.lists == 0 && self.records == 0
    }

    /// How many different values there are.
    pub(crate) fn distinct(&self) -> usize {
        self.hashes.len()
    }

    /// Some of the values, to be compared with those of other columns.
    pub(crate) fn sample(&self) -> Vec<u64> {
        // The smallest hashes: whatever the order of the set, the same.
        let mut all: Vec<u64> = self.hashes.iter().copied().collect();
        all.sort_unstable();
        all.truncate(SAMPLE);
        all
    }
}

/// Whether a time ends with its zone: `Z`, `+02:00`, `-0500`.
fn zoned(text: &str) -> bool {
    let offset = text
        .rfind(['+', '-'])
        .is_some_and(|at| at > 10 && text[at..].len() >= 3);
    text.ends_with(['Z', 'z']) || offset
}

/// A number for a text.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Ways that need more than reading.
fn special(way: Way, text: &str) -> bool {
    match way {
        Way::Grouped => grouped(text, ',', '.'),
        Way::Comma => {
            let comma = text.matches(',').count() == 1 && !text.contains('.');
            let plain = text.replacen(',', ".", 1).parse::<f64>().is_ok() && comma;
            plain || grouped(text, '.', ',')
        }
        Way::Percent => text
            .strip_suffix('%')
            .is_some_and(|number| number.trim().parse::<f64>().is_ok()),
        Way::Amount => {
            let number = bare(text);
            number.len() < text.len()
                && (number.parse::<f64>().is_ok() || grouped(&number, ',', '.'))
        }
        Way::Epoch => text
            .parse::<i64>()
            .is_ok_and(|n| (600_000_000..4_000_000_000).contains(&n)),
        _ => false,
    }
}

/// A number whose thousands are parted: `1,234.56`.
fn grouped(text: &str, thousands: char, point: char) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    let (whole, rest) = digits.split_once(point).unwrap_or((digits, ""));
    let mut groups = whole.split(thousands);
    let first = groups.next().unwrap_or("");
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mut several = false;
    let threes = groups.all(|group| {
        several = true;
        group.len() == 3 && digits(group)
    });
    digits(first) && first.len() <= 3 && threes && several && (rest.is_empty() || digits(rest))
}

/// The number of an amount, without its sign or code.
fn bare(text: &str) -> String {
    let keep = |c: &char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+');
    if text
        .chars()
        .filter(|c| !keep(c) && !c.is_whitespace())
        .count()
        > 3
    {
        return text.to_owned();
    }
    match currency_of(text) {
        Some(_) => text.chars().filter(keep).collect(),
        None => text.to_owned(),
    }
}

/// The signs of currencies in texts.
pub(crate) const SIGNS: &[(&str, &str)] = &[
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("₹", "INR"),
];

fn currency_of(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    for (sign, code) in SIGNS {
        if text.starts_with(sign) || text.ends_with(sign) {
            return Some((*code).to_owned());
        }
    }
    let start: String = text.chars().take_while(char::is_ascii_uppercase).collect();
    let end: String = text
        .chars()
        .rev()
        .take_while(char::is_ascii_uppercase)
        .collect();
    let end: String = end.chars().rev().collect();
    [start, end]
        .into_iter()
        .find(|code| code.len() == 3 && persona_base::Currency::from_code(code).is_some())
}
