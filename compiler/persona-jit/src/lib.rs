//! From a plan to machine code: all answers, ranks and row checks of a package in one module of cranelift's, run
//! over columns for whole populations (*batch*), or for one profile at a time (*row*). Bit for bit what the reference
//! interpreter gives; what is computed by the runtime's functions there, is computed by the same functions here.
//!
//! Everything `unsafe` is in `context`, which says what machine code and helpers may touch, `module`, which owns
//! and calls the code, where `columnar` and `row` call it, `row::buffer`, which lays out what code over rows reads, `value`,
//! which reads lists by address, and in the helpers that are called like code or pass such addresses on. No user
//! error reaches this crate.
#![expect(unsafe_code, reason = "machine code is made and called here")]

mod analysis;
mod arena;
mod atoms;
mod batch;
mod bind;
mod buffers;
mod codegen;
mod columnar;
mod context;
mod flips;
mod helpers;
mod history;
mod layout;
mod members;
mod membership;
mod module;
mod options;
mod pools;
mod program;
mod row;
mod rules;
mod state;
#[cfg(test)]
mod tests;
mod texts;
mod value;

use std::sync::OnceLock;

use persona_ir::{Explain, ExplainKind, Output, Plan, verify};

pub use arena::Room;
pub use batch::ByRows;
pub use flips::{FlipData, FlipProgram, FlipSession, flips};
pub use membership::{Changes, Membership, Memberships, Refused};
pub use module::CompileError;
pub use options::RunOptions;
pub use row::{
    DataRows, Row, RowBuf, RowError, RowLayout, RowProgram, RowProgramError, RowSession, RowValue,
    RowWriter, Rows, Session,
};
pub use rules::{
    RuleAttribute, RuleIndex, RuleIndexError, RuleIndexOptions, RuleMemory, RuleRow, RuleScratch,
    RuleSession, RuleStats, RuleValue,
};

use analysis::Analysis;
use columnar::rest::Rest;
use columnar::scheme::{Planner, Scheme};
use program::{Question, RankGoal, rank_questions};

/// A plan, compiled. Holds everything it needs of the plan; can be shared between threads. Machine code is made when it
/// is first needed: what columns alone can answer needs none.
#[derive(Debug)]
pub struct Compiled {
    /// The levels of ranks, each with what it is asked.
    ranks: Vec<(Scheme, Vec<RankGoal>)>,
    /// The outputs.
    outputs: Scheme,
    /// The row checks.
    checks: Scheme,
    /// Code that answers all outputs of one profile, once it was asked for.
    row: OnceLock<Rest>,
    /// The plan without its explanations, and with nodes that schemes have added.
    plan: Plan,
    analysis: Analysis,
}

impl Compiled {
    /// Compiles all answers, ranks and checks of a plan. Verifies it first, because code relies on what a verified
    /// plan promises and looks no more.
    ///
    /// # Errors
    ///
    /// When the plan does not verify, or the machine is not supported.
    pub fn new(plan: &Plan) -> Result<Self, CompileError> {
        verify(plan).map_err(|violations| CompileError::unverified(&violations))?;
        Self::of_verified(plan)
    }

    /// As [`Self::new`], of a plan that is known to verify, but for equal nodes, which do no harm.
    fn of_verified(plan: &Plan) -> Result<Self, CompileError> {
        module::check_machine()?;
        let mut planner = Planner::new(without_explanations(plan));
        let ranks = rank_questions(plan).into_iter().map(|(question, goals)| {
            let scheme = planner.scheme(question);
            (scheme, goals)
        });
        let ranks = ranks.collect();
        let outputs = planner.scheme(Question::outputs(plan));
        let checks = planner.scheme(Question::checks(plan));
        let plan = planner.finish();
        Ok(Self {
            ranks,
            outputs,
            checks,
            row: OnceLock::new(),
            analysis: Analysis::new(&plan.nodes),
            plan,
        })
    }

    /// How many conditions have been answered by loops over several columns so far: of each set of loops that code was made
    /// for, all its conditions. Says nothing about answers; it tells tests which way was taken.
    ///
    /// # Panics
    ///
    /// When a thread has panicked while it made code.
    pub fn fused(&self) -> usize {
        let ranks = self.ranks.iter().map(|(scheme, _)| scheme);
        let schemes = ranks.chain([&self.outputs, &self.checks]);
        schemes.map(Scheme::fused_conditions).sum()
    }

    /// Code that answers all outputs of one profile.
    ///
    /// # Panics
    ///
    /// When memory for code is exhausted.
    pub(crate) fn row(&self) -> &Rest {
        self.row.get_or_init(|| {
            let question = Question::outputs(&self.plan).of_one();
            let rest = Rest::new(&self.plan, &self.analysis, question);
            rest.expect("there is memory for code")
        })
    }
}

/// The plan as far as running needs it.
fn without_explanations(plan: &Plan) -> Plan {
    let outputs = plan.outputs.iter().map(|output| Output {
        name: output.name.clone(),
        title: None,
        kind: output.kind,
        node: output.node,
        explain: Explain {
            kind: ExplainKind::Atom,
            place: output.explain.place,
            node: None,
            parts: Vec::new(),
        },
    });
    Plan {
        package: plan.package.clone(),
        zone: plan.zone.clone(),
        week_start: plan.week_start,
        schema: plan.schema.clone(),
        nodes: plan.nodes.clone(),
        outputs: outputs.collect(),
        ranks: plan.ranks.clone(),
        checks: plan.checks.clone(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}
