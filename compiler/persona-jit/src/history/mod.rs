//! Aggregates and sequences of a plan, computed for chunks of profiles by the runtime's kernels
//! ([`persona_runtime::histories`]) instead of by machine code for one profile after the other. Claims the nodes that the
//! kernels can compute; a batch treats those as columns ([`crate::columnar::hook`]) and leaves the other nodes to machine
//! code. Compares nothing itself: fills vectors.
//!
//! ```text
//! Histories::new(plan, nodes)  once per plan: which of the nodes are claimed, grouped by kind of event
//!     .bind(…)                 once per dataset and `now`: columns, limits of windows, tests
//!         .filler()            once per thread
//!             .fill(…)         for each chunk of profiles: one vector per claimed node
//! ```
//!
//! All aggregates over one kind share one pass over its instants: the ends of all their windows are found together.

mod aggregate;
mod bind;
mod claim;
mod columns;
mod fill;
mod filter;
mod steps;

pub(crate) use claim::Histories;
