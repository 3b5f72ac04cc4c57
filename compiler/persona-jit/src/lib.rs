//! From a plan to machine code: all answers, ranks and row checks of a package in one module of cranelift's, run
//! over columns for whole populations (*batch*), or for one profile at a time (*row*). Bit for bit what the reference
//! interpreter gives; what is computed by the runtime's functions there, is computed by the same functions here.
//!
//! Everything `unsafe` is in `context`, which says what machine code and helpers may touch, `module`, which owns
//! and calls the code, where `batch` and `row` call it, `value`, which reads
//! lists by address, and in the helpers that are called like code or pass such addresses on. No user
//! error reaches this crate.
#![expect(unsafe_code, reason = "machine code is made and called here")]

mod analysis;
mod atoms;
mod batch;
mod bind;
mod buffers;
mod codegen;
mod columnar;
mod context;
mod helpers;
mod history;
mod layout;
mod members;
mod module;
mod options;
mod pools;
mod program;
mod row;
mod state;
#[cfg(test)]
mod tests;
mod texts;
mod value;

use persona_base::IndexVec;
use persona_ir::{Plan, verify};

pub use module::CompileError;
pub use options::RunOptions;
pub use row::Session;

use analysis::Analysis;
use module::{Code, Draft};
use program::{Outline, Program, Question, RankGoal, answer_questions};

/// A plan as machine code. Holds everything it needs of the plan; can be shared between threads.
#[derive(Debug)]
pub struct Compiled {
    /// One stage for each level of ranks, then the outputs.
    answers: Program,
    /// The ranks of each stage but the last.
    rank_goals: Vec<Vec<RankGoal>>,
    /// The row checks, in one stage.
    checks: Program,
    /// The plan without its graph.
    plan: Plan,
    code: Code,
}

impl Compiled {
    /// Compiles all answers, ranks and checks of a plan. Verifies it first, because code relies on what a verified
    /// plan promises and looks no more.
    ///
    /// # Errors
    ///
    /// When the plan does not verify, the machine is not supported, or its memory for code is exhausted.
    pub fn new(plan: &Plan) -> Result<Self, CompileError> {
        verify(plan).map_err(|violations| CompileError::unverified(&violations))?;
        let analysis = Analysis::new(&plan.nodes);
        let mut draft = Draft::new()?;
        let (questions, rank_goals) = answer_questions(plan);
        let answers = Outline::new(plan, &analysis, &mut draft, questions)?;
        let checks = Outline::new(plan, &analysis, &mut draft, vec![Question::checks(plan)])?;
        let code = draft.finish()?;
        let (answers, checks) = (answers.link(&code), checks.link(&code));
        Ok(Self {
            answers,
            rank_goals,
            checks,
            plan: without_graph(plan),
            code,
        })
    }
}

/// The plan as far as running needs it.
fn without_graph(plan: &Plan) -> Plan {
    Plan {
        package: plan.package.clone(),
        zone: plan.zone.clone(),
        week_start: plan.week_start,
        schema: plan.schema.clone(),
        nodes: IndexVec::new(),
        outputs: Vec::new(),
        ranks: plan.ranks.clone(),
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}
