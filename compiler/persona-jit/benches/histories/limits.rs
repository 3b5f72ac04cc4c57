//! What a careful person writes for these five questions alone: scans of one table per kind, and scans of one table of
//! all events whose bytes of kinds are compared 64 at once. Each gives one answer per profile.

use crate::data::{BUY, CART, DAY, Events, NOW, OPEN, Part};

/// How many events there are from an instant on, and whether they are as many as asked.
pub(crate) fn part_count(part: &Part, from: i64, least: u32, out: &mut [bool]) {
    let (mut profile, mut count) = (u32::MAX, 0);
    for (row, at) in part.at.iter().enumerate() {
        if *at >= from {
            if part.profile[row] != profile {
                give(out, profile, count >= least);
                (profile, count) = (part.profile[row], 0);
            }
            count += 1;
        }
    }
    give(out, profile, count >= least);
}

/// Whether the amounts from an instant on are more than asked.
pub(crate) fn part_sum(part: &Part, from: i64, more_than: f64, out: &mut [bool]) {
    let (mut profile, mut sum) = (u32::MAX, 0.0);
    for (row, at) in part.at.iter().enumerate() {
        if *at >= from {
            if part.profile[row] != profile {
                give(out, profile, sum > more_than);
                (profile, sum) = (part.profile[row], 0.0);
            }
            sum += part.amount[row];
        }
    }
    give(out, profile, sum > more_than);
}

fn give(out: &mut [bool], profile: u32, is: bool) {
    if let Some(out) = out.get_mut(profile as usize) {
        *out = is;
    }
}

/// What is kept of a profile while its events are visited.
#[derive(Clone, Copy, Default)]
struct Seen {
    bought: u32,
    opened: u32,
    spent: f64,
    /// The first cart that no purchase has followed.
    cart: Option<i64>,
    abandoned: bool,
}

impl Seen {
    #[inline(always)]
    fn cart(&mut self, at: i64) {
        self.cart = self.cart.or(Some(at));
    }

    #[inline(always)]
    fn purchase(&mut self, at: i64) {
        if let Some(cart) = self.cart.take() {
            self.abandoned |= at - cart > DAY;
        }
    }

    fn is_abandoned(&self) -> bool {
        self.abandoned || self.cart.is_some_and(|cart| cart + DAY <= NOW)
    }
}

/// Visits the events of some kinds that are not before an instant, profile by profile.
#[inline(always)]
fn visit(
    events: &Events,
    kinds: &[u8],
    from: i64,
    mut event: impl FnMut(&mut Seen, usize),
    mut done: impl FnMut(usize, &Seen),
) {
    let (mut profile, mut seen, mut dirty) = (0, Seen::default(), false);
    let mut end = events.offsets[1] as usize;
    hits(&events.kind, kinds, |row| {
        if events.at[row] < from {
            return;
        }
        if row >= end {
            if dirty {
                done(profile, &seen);
                seen = Seen::default();
                dirty = false;
            }
            while row >= end {
                profile += 1;
                end = events.offsets[profile + 1] as usize;
            }
        }
        dirty = true;
        event(&mut seen, row);
    });
    if dirty {
        done(profile, &seen);
    }
}

/// The rows of some kinds.
#[inline(always)]
fn hits(kinds: &[u8], wanted: &[u8], mut hit: impl FnMut(usize)) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512bw") {
        // SAFETY: the machine has what is enabled.
        return unsafe { x86::hits(kinds, wanted, hit) };
    }
    for (row, kind) in kinds.iter().enumerate() {
        if wanted.contains(kind) {
            hit(row);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{_mm512_cmpeq_epi8_mask, _mm512_loadu_si512, _mm512_set1_epi8};

    #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2")]
    pub(super) fn hits(kinds: &[u8], wanted: &[u8], mut hit: impl FnMut(usize)) {
        let blocks = kinds.chunks_exact(64);
        let rest = kinds.len() - blocks.remainder().len();
        for (block, bytes) in blocks.enumerate() {
            // SAFETY: a block has the 64 bytes that are read.
            let bytes = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
            let mut word = 0;
            for kind in wanted {
                word |= _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(kind.cast_signed()));
            }
            while word != 0 {
                hit(block * 64 + word.trailing_zeros() as usize);
                word &= word - 1;
            }
        }
        for (row, kind) in kinds.iter().enumerate().skip(rest) {
            if wanted.contains(kind) {
                hit(row);
            }
        }
    }
}

/// C1 over one table.
pub(crate) fn table_c1(events: &Events, out: &mut [bool]) {
    let done = |profile: usize, seen: &Seen| out[profile] = seen.bought >= 3;
    visit(
        events,
        &[BUY],
        NOW - 30 * DAY,
        |seen, _| seen.bought += 1,
        done,
    );
}

/// C2 over one table.
pub(crate) fn table_c2(events: &Events, out: &mut [bool]) {
    let event = |seen: &mut Seen, row: usize| seen.spent += events.amount[row];
    let done = |profile: usize, seen: &Seen| out[profile] = seen.spent > 500.0;
    visit(events, &[BUY], NOW - 90 * DAY, event, done);
}

/// C3 over one table.
pub(crate) fn table_c3(events: &Events, out: &mut [bool]) {
    let event = |seen: &mut Seen, row: usize| match events.kind[row] {
        CART => seen.cart(events.at[row]),
        _ => seen.purchase(events.at[row]),
    };
    let done = |profile: usize, seen: &Seen| out[profile] = seen.is_abandoned();
    visit(events, &[BUY, CART], NOW - 30 * DAY, event, done);
}

/// C4 over one table.
pub(crate) fn table_c4(events: &Events, out: &mut [bool]) {
    let done = |profile: usize, seen: &Seen| out[profile] = seen.opened > 3;
    visit(
        events,
        &[OPEN],
        NOW - 7 * DAY,
        |seen, _| seen.opened += 1,
        done,
    );
}

/// C1 to C4 in one pass over one table.
pub(crate) fn table_all(events: &Events, out: &mut [Vec<bool>; 4]) {
    let (month, week) = (NOW - 30 * DAY, NOW - 7 * DAY);
    let event = |seen: &mut Seen, row: usize| {
        let at = events.at[row];
        match events.kind[row] {
            OPEN => seen.opened += u32::from(at >= week),
            CART if at >= month => seen.cart(at),
            CART => {}
            _ => {
                seen.spent += events.amount[row];
                if at >= month {
                    seen.bought += 1;
                    seen.purchase(at);
                }
            }
        }
    };
    let [c1, c2, c3, c4] = out;
    let done = |profile: usize, seen: &Seen| {
        c1[profile] = seen.bought >= 3;
        c2[profile] = seen.spent > 500.0;
        c3[profile] = seen.is_abandoned();
        c4[profile] = seen.opened > 3;
    };
    visit(events, &[BUY, CART, OPEN], NOW - 90 * DAY, event, done);
}

/// C5 over one table: for each buyer the fifths by recency, frequency and money, from 1; equal values are in one. Sorts
/// the buyers three times.
pub(crate) fn table_c5(events: &Events) -> Vec<[u8; 3]> {
    let mut values = vec![(0_i64, 0_u32, 0.0_f64); events.profiles()];
    for (profile, value) in values.iter_mut().enumerate() {
        let rows = events.offsets[profile] as usize..events.offsets[profile + 1] as usize;
        let (at, kind) = (&events.at[rows.clone()], &events.kind[rows.clone()]);
        let amount = &events.amount[rows];
        for row in 0..at.len() {
            if kind[row] == BUY {
                value.0 = at[row];
                value.1 += 1;
                value.2 += amount[row];
            }
        }
    }
    let mut fifths = vec![[0; 3]; events.profiles()];
    let buyers = (0..events.profiles() as u32).filter(|profile| values[*profile as usize].1 > 0);
    let mut buyers: Vec<u32> = buyers.collect();
    let of = |profile: &u32| values[*profile as usize];
    buyers.sort_unstable_by_key(|profile| (of(profile).0, *profile));
    assign(&buyers, 0, |a, b| of(a).0 == of(b).0, &mut fifths);
    buyers.sort_unstable_by_key(|profile| (of(profile).1, *profile));
    assign(&buyers, 1, |a, b| of(a).1 == of(b).1, &mut fifths);
    buyers.sort_unstable_by(|a, b| of(a).2.total_cmp(&of(b).2).then(a.cmp(b)));
    assign(&buyers, 2, |a, b| of(a).2 == of(b).2, &mut fifths);
    fifths
}

/// The fifths of sorted buyers.
fn assign(buyers: &[u32], of: usize, same: impl Fn(&u32, &u32) -> bool, fifths: &mut [[u8; 3]]) {
    let (size, larger) = (buyers.len() / 5, buyers.len() % 5);
    let behind = larger * (size + 1);
    let mut fifth = 0;
    for (place, buyer) in buyers.iter().enumerate() {
        if place == 0 || !same(&buyers[place - 1], buyer) {
            fifth = match place {
                _ if place < behind => place / (size + 1),
                _ => larger + (place - behind) / size,
            };
        }
        fifths[*buyer as usize][of] = fifth as u8 + 1;
    }
}
