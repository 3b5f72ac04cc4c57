//! Chance that is the same everywhere: a stream of numbers for each seed, purpose and row. Integers and exact floating
//! operations only, so that no machine's mathematics library has a say.

/// Numbers that look like chance (`SplitMix64`).
#[derive(Clone, Debug)]
pub(super) struct Rng(u64);

impl Rng {
    /// The numbers of a row for a purpose. Rows and purposes have nothing to do with each other, so leaving a column out
    /// changes no other one.
    pub(super) fn of(seed: u64, purpose: u64, row: usize) -> Self {
        let mut mixed = Self(seed ^ purpose.wrapping_mul(0x9fb2_1c65_1e98_df25));
        let start = mixed.next();
        let mut mixed = Self(start ^ (row as u64).wrapping_mul(0xd6e8_feb8_6659_fd93));
        Self(mixed.next())
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 where there is none.
    pub(super) fn below(&mut self, n: usize) -> usize {
        let wide = u128::from(self.next()) * n as u128;
        (wide >> 64) as usize
    }

    /// A number from 0 up to, and without, 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something happens that happens to so many in a hundred.
    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A positive number whose median is about 1: most are small, few are large, none is above 50.
    pub(super) fn heavy(&mut self) -> f64 {
        let u = self.unit();
        u / (1.02 - u)
    }

    /// A number below `n` of which small ones are much more frequent, as with articles and campaigns.
    pub(super) fn popular(&mut self, n: usize) -> usize {
        let u = self.unit();
        let place = u * u * u * n as f64;
        (place as usize).min(n.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_on_every_machine() {
        let mut rng = Rng::of(1, 2, 3);
        let first = [rng.next(), rng.next()];
        let mut again = Rng::of(1, 2, 3);
        assert_eq!(first, [again.next(), again.next()]);
        assert_eq!(Rng(0).next(), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn shares_are_as_asked() {
        let mut hits = 0;
        let mut above = 0;
        for row in 0..10_000 {
            let mut rng = Rng::of(7, 0, row);
            hits += usize::from(rng.percent(30));
            let heavy = rng.heavy();
            assert!((0.0..=50.0).contains(&heavy));
            above += usize::from(heavy > 1.0);
            assert!(rng.popular(9) < 9 && rng.below(3) < 3);
        }
        assert!((2_800..3_200).contains(&hits), "{hits}");
        assert!((4_500..5_200).contains(&above), "{above}");
        assert_eq!((Rng(1).below(0), Rng(1).popular(0)), (0, 0));
    }
}
