//! How whoever computes values of histories takes part in a batch: at plan time it says which closed nodes it
//! *claims*, at bind time it looks at the data, and for each chunk of profiles it fills a [`Vector`] per claimed node.
//! What is compared, joined or written from there on is the batch's business. Says nothing about how values are made.

use std::fmt::Debug;
use std::ops::Range;

use persona_ir::{NodeId, Plan};
use persona_runtime::kernels::Isa;
use persona_runtime::{Calibration, Dataset};

use super::vector::Vector;
use super::zones::Zones;
use crate::history::Histories;

/// Nodes that are computed chunk by chunk from histories.
pub(crate) trait Source: Debug + Send + Sync {
    /// The nodes it claims: closed, each once. The vector of node `i` is number `i`.
    fn nodes(&self) -> &[NodeId];

    /// Looks at the data: once per run, in much less time than the run takes.
    fn bind<'a>(&'a self, binding: Binding<'a>) -> Box<dyn BoundSource + 'a>;
}

/// What a source is bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding<'a> {
    /// The data.
    pub(crate) data: &'a Dataset,
    /// `now` in the zones of the profiles; only the package's where no node that the plan needs asks for the zone.
    pub(crate) zones: &'a Zones<'a>,
    /// The thresholds of ranks.
    pub(crate) calibration: &'a Calibration,
    /// The instructions to use.
    pub(crate) isa: Isa,
}

/// A source with its data. Shared by the threads of a run.
pub(crate) trait BoundSource: Sync {
    /// One thread's room to work in.
    fn filler(&self) -> Box<dyn Filler + '_>;
}

/// One thread's work on a source.
pub(crate) trait Filler {
    /// Fills the vectors of the claimed nodes, all of them, for some profiles: a chunk, or less at the end of the data.
    /// Value `k` of a vector is that of profile `profiles.start + k`; what lies behind the last one means nothing, but
    /// bits (also those that say which values are known) are zero there. The vectors hold what the fill before left.
    fn fill(&mut self, profiles: Range<usize>, out: &mut [Vector]);
}

/// Asks who computes histories which of the wanted nodes it claims. Wanted are closed nodes with an [`persona_ir::Op::Agg`]
/// or [`persona_ir::Op::Sequence`], or the rank of an
/// aggregate, sorted by id.
pub(crate) fn claim(plan: &Plan, wanted: &[NodeId]) -> Option<Box<dyn Source>> {
    let histories = Histories::new(plan, wanted);
    let claims = !histories.nodes().is_empty();
    claims.then(|| -> Box<dyn Source> { Box::new(histories) })
}
