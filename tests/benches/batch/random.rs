//! Numbers without order, in the distributions that people have; the same on every run. And the clock.
#![expect(unsafe_code, reason = "the clock is the system's")]

/// A stream of numbers.
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// Above 0, below 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.uniform() * end as f64) as usize
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.uniform().ln()
    }

    /// Failures before a success of this chance.
    pub(crate) fn geometric(&mut self, chance: f64) -> f64 {
        (self.uniform().ln() / (1.0 - chance).ln()).floor()
    }

    /// The gamma distribution of a shape below 1, by Ahrens and Dieter.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        let bound = 1.0 + shape / std::f64::consts::E;
        loop {
            let place = bound * self.uniform();
            let (value, accepted) = if place <= 1.0 {
                let value = place.powf(1.0 / shape);
                (value, (-value).exp())
            } else {
                let value = -((bound - place) / shape).ln();
                (value, value.powf(shape - 1.0))
            };
            if self.uniform() <= accepted {
                return value;
            }
        }
    }

    /// The second of five in order: the beta distribution of 2 and 4.
    pub(crate) fn second_of_five(&mut self) -> f64 {
        let mut five = std::array::from_fn::<f64, 5, _>(|_| self.uniform());
        five.sort_unstable_by(f64::total_cmp);
        five[1]
    }
}

/// Ranks as often as one over their power.
pub(crate) struct Zipf(Vec<f64>);

impl Zipf {
    pub(crate) fn new(ranks: usize, power: f64) -> Self {
        let weights = (1..=ranks).map(|rank| (rank as f64).powf(-power));
        let mut sum = 0.0;
        let sums: Vec<f64> = weights
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        Self(sums.iter().map(|partial| partial / sum).collect())
    }

    pub(crate) fn pick(&self, random: &mut Random) -> usize {
        let place = random.uniform();
        self.0
            .partition_point(|sum| *sum < place)
            .min(self.0.len() - 1)
    }

    /// Some different ranks, in order.
    pub(crate) fn some(&self, random: &mut Random, count: usize) -> Vec<usize> {
        let mut picked = Vec::with_capacity(count);
        while picked.len() < count {
            let rank = self.pick(random);
            if !picked.contains(&rank) {
                picked.push(rank);
            }
        }
        picked.sort_unstable();
        picked
    }
}

/// Seconds of processor time that this process has taken.
pub(crate) fn processor_time() -> f64 {
    #[repr(C)]
    struct Time {
        seconds: i64,
        nanos: i64,
    }
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut Time) -> i32;
    }
    const PROCESS: i32 = if cfg!(target_os = "macos") { 12 } else { 2 };
    let mut time = Time {
        seconds: 0,
        nanos: 0,
    };
    // SAFETY: a place for the time, laid out as the system has it.
    unsafe { clock_gettime(PROCESS, &raw mut time) };
    time.seconds as f64 + time.nanos as f64 * 1e-9
}
