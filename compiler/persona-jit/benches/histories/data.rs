//! A year of events of eight kinds, skewed over profiles and towards now; the same on every run. As persona's tables, as
//! one table by profile and time, and as one table per kind: all hold the same events.

use std::sync::Arc;

use arrow_buffer::ScalarBuffer;
use persona_base::IndexVec;
use persona_ir::{Plan, Schema};
use persona_runtime::{Column, Dataset, EventTable, Ints, Strings, Value, Values, build};

/// 2026-01-01T00:00Z.
pub(crate) const NOW: i64 = 1_767_225_600_000_000;
pub(crate) const DAY: i64 = 86_400_000_000;

/// The kinds, by name as in the plan's schema, and their shares in percent.
pub(crate) const KINDS: [(&str, u64); 8] = [
    ("CartAdd", 6),
    ("EmailClick", 3),
    ("EmailOpen", 12),
    ("Login", 10),
    ("Purchase", 4),
    ("PushOpen", 3),
    ("Search", 12),
    ("View", 50),
];
pub(crate) const CART: u8 = 0;
pub(crate) const OPEN: u8 = 2;
pub(crate) const BUY: u8 = 4;

/// All events, sorted by profile and instant.
#[derive(Debug)]
pub(crate) struct Events {
    /// Where each profile's events start; one entry more than there are profiles.
    pub(crate) offsets: Vec<u32>,
    pub(crate) at: Vec<i64>,
    pub(crate) kind: Vec<u8>,
    /// Zero but for purchases.
    pub(crate) amount: Vec<f64>,
}

/// The events of one kind, sorted as all.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) profile: Vec<u32>,
    pub(crate) at: Vec<i64>,
    pub(crate) amount: Vec<f64>,
}

/// A small generator of random numbers.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// Above 0, up to 1.
    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.unit(), self.unit());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    /// Marsaglia and Tsang's method, for shapes below 1 by way of the next.
    fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape + 1.0 - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v * self.unit().powf(1.0 / shape);
            }
        }
    }
}

impl Events {
    /// So many events of so many profiles.
    pub(crate) fn generate(profiles: usize, events: usize) -> Self {
        let mut random = Random(13);
        let mut ends: Vec<f64> = Vec::with_capacity(profiles);
        let mut sum = 0.0;
        for _ in 0..profiles {
            sum += random.gamma(0.6) + 0.02;
            ends.push(sum);
        }
        let mut counts = vec![0_u32; profiles];
        for _ in 0..events {
            let place = random.unit() * sum;
            counts[ends.partition_point(|end| *end < place).min(profiles - 1)] += 1;
        }
        let mut all = Self {
            offsets: vec![0],
            at: Vec::with_capacity(events),
            kind: Vec::with_capacity(events),
            amount: Vec::with_capacity(events),
        };
        let mut history = Vec::new();
        for count in counts {
            history.clear();
            history.extend((0..count).map(|_| random.event()));
            history.sort_unstable_by_key(|(at, ..)| *at);
            for (at, kind, amount) in &history {
                all.at.push(*at);
                all.kind.push(*kind);
                all.amount.push(*amount);
            }
            all.offsets.push(all.at.len() as u32);
        }
        all
    }

    pub(crate) fn profiles(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The events of one kind.
    pub(crate) fn part(&self, kind: u8) -> Part {
        let mut part = Part {
            profile: Vec::new(),
            at: Vec::new(),
            amount: Vec::new(),
        };
        for profile in 0..self.profiles() {
            for row in self.offsets[profile] as usize..self.offsets[profile + 1] as usize {
                if self.kind[row] == kind {
                    part.profile.push(profile as u32);
                    part.at.push(self.at[row]);
                    part.amount.push(self.amount[row]);
                }
            }
        }
        part
    }

    /// The same as persona's tables, for a plan whose schema has these kinds in this order.
    pub(crate) fn dataset(&self, plan: &Plan) -> Dataset {
        let mut strings = Arc::new(Strings::new());
        let keys = (0..self.profiles()).map(|row| Value::text(format!("c{row:09}")));
        let keys: Vec<Value> = keys.collect();
        let key = &plan.schema.profile.columns[plan.schema.key];
        let columns = [build::column(&keys, &key.ty, &mut strings)];
        let kinds = 0..KINDS.len() as u8;
        Dataset {
            strings,
            profiles: self.profiles(),
            has_row: None,
            columns: columns.into_iter().collect(),
            events: kinds.map(|kind| self.table(kind)).collect(),
            catalogs: Arc::default(),
        }
    }

    fn table(&self, kind: u8) -> EventTable {
        let part = self.part(kind);
        let rows = part.at.len();
        let starts = (0..=self.profiles())
            .map(|profile| part.profile.partition_point(|of| (*of as usize) < profile) as u32);
        let mut order = Vec::with_capacity(rows);
        for profile in 0..self.profiles() {
            let all = self.offsets[profile]..self.offsets[profile + 1];
            let places = all.clone().filter(|row| self.kind[*row as usize] == kind);
            order.extend(places.map(|row| row - all.start));
        }
        let mut columns = IndexVec::new();
        let at = Values::Int(Ints::from(part.at));
        assert_eq!(columns.push(Column::new(at, None)), Schema::AT);
        columns.push(Column::new(Values::Absent(rows), None));
        if kind == BUY {
            let amount = Values::Float(ScalarBuffer::from(part.amount));
            columns.push(Column::new(amount, None));
        }
        EventTable {
            offsets: starts.collect(),
            columns,
            order: order.into(),
        }
    }
}

impl Random {
    /// An instant, a kind and an amount.
    fn event(&mut self) -> (i64, u8, f64) {
        let back = self.unit().powf(1.5) * 365.0 * DAY as f64;
        let mut share = self.next() % 100;
        let mut kind = 0;
        while share >= KINDS[kind].1 {
            share -= KINDS[kind].1;
            kind += 1;
        }
        let amount = match kind as u8 {
            BUY => ((3.6 + 0.9 * self.normal()).exp() * 100.0).round() / 100.0,
            _ => 0.0,
        };
        (NOW - back as i64, kind as u8, amount)
    }
}
