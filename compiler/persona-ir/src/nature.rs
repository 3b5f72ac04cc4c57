//! What operations are like, for whoever treats many of them alike: whether they look at data or at the zone, and whether
//! they have a value where their operands have one. Says nothing that `op.rs` does not.

use crate::{AggKind, InstantSpec, Node, NodeId, Op, Ty};
use persona_base::IndexVec;

impl Op {
    /// Whether the operation itself, besides its operands, looks at data or at what was made of them: at the profile, an
    /// event, an element, an item, an input, the key, an arm, ranks or a history.
    pub fn reads_data(&self) -> bool {
        matches!(
            self,
            Self::Profile(_)
                | Self::Event { .. }
                | Self::Elem { .. }
                | Self::Input(_)
                | Self::Arm(_)
                | Self::Sample { .. }
                | Self::Lookup { .. }
                | Self::ItemCol { .. }
                | Self::Items(_)
                | Self::Rank(..)
                | Self::Agg(_)
                | Self::Sequence(_)
        )
    }

    /// Whether the operation itself, besides its operands, looks at the evaluation time. Histories do, too: see
    /// [`Self::reads_data`].
    pub fn asks_now(&self) -> bool {
        matches!(
            self,
            Self::Now
                | Self::Today { .. }
                | Self::Instant(_)
                | Self::Age(_)
                | Self::Anniversary(_)
                | Self::DaysSince(_)
        )
    }

    /// Whether the operation itself, besides its operands, looks at the profile's zone. Its operands are among `nodes`.
    pub fn asks_zone(&self, nodes: &IndexVec<NodeId, Node>) -> bool {
        match self {
            Self::Today { .. }
            | Self::StartOfDay(_)
            | Self::DateOf(_)
            | Self::LocalPart(..)
            | Self::Age(_)
            | Self::Anniversary(_) => true,
            Self::Instant(spec) => !matches!(spec, InstantSpec::NowPlus(_)),
            Self::Display(of, _) => nodes[*of].ty == Ty::Timestamp,
            Self::Agg(agg) => matches!(agg.kind, AggKind::UnitsHit { .. }),
            _ => false,
        }
    }

    /// Whether the operation has a value exactly where all its operands have one; of divisions: where besides it is not by
    /// zero.
    pub fn is_strict(&self) -> bool {
        matches!(
            self,
            Self::Add(..)
                | Self::Sub(..)
                | Self::Mul(..)
                | Self::Neg(_)
                | Self::IntDiv(..)
                | Self::IntMod(..)
                | Self::Ratio(..)
                | Self::FAdd(..)
                | Self::FSub(..)
                | Self::FMul(..)
                | Self::FDiv(..)
                | Self::FNeg(_)
                | Self::ToFloat(_)
                | Self::Scale(..)
                | Self::Unscale(..)
                | Self::UnscaleInt(..)
                | Self::Abs(_)
                | Self::Round(_)
                | Self::Floor(_)
                | Self::Ceil(_)
                | Self::Min(..)
                | Self::Max(..)
                | Self::DateAdd { .. }
                | Self::StartOfDay(_)
                | Self::DateOf(_)
                | Self::LocalPart(..)
                | Self::DatePart(..)
                | Self::Age(_)
                | Self::Anniversary(_)
                | Self::DaysSince(_)
                | Self::Lower(_)
                | Self::Upper(_)
                | Self::Trim(_)
                | Self::Fold(_)
                | Self::StrLen(_)
                | Self::Concat(_)
                | Self::Display(..)
                | Self::Size(_)
                | Self::Distance(..)
        )
    }
}
