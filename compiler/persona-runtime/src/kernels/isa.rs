//! Which instructions kernels may use. Detects, never assumes.

use std::sync::OnceLock;

/// A set of instructions that kernels are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Isa {
    /// What every machine of the target has; on 64-bit ARM that includes NEON, for which the compiler vectorises these loops.
    Portable,
    /// 256 bits: AVX2, with BMI1, BMI2, LZCNT and POPCNT.
    Avx2,
    /// 512 bits: AVX-512 with F, BW, DQ, VL, VBMI, VPOPCNTDQ and GFNI (Ice Lake, Zen 4 and later).
    Avx512,
}

impl Isa {
    /// The widest that this machine has.
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(detect)
    }

    /// All that this machine has, the portable one first.
    pub fn available() -> Vec<Self> {
        let mut all = vec![Self::Portable, Self::Avx2, Self::Avx512];
        all.retain(|isa| *isa <= Self::best());
        all
    }

    /// This one, or the best the machine has where it lacks this one: so that a kernel never meets an unknown instruction.
    pub(super) fn usable(self) -> Self {
        self.min(Self::best())
    }
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Isa {
    let avx2 = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt");
    let avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vpopcntdq")
        && is_x86_feature_detected!("gfni");
    match (avx2, avx512) {
        (true, true) => Isa::Avx512,
        (true, false) => Isa::Avx2,
        (false, _) => Isa::Portable,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detect() -> Isa {
    Isa::Portable
}
