//! A compiled package: what it answers, and (in the modules beside this one) running it and asking why.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use persona_io::Memory;
use persona_ir::{OutputKind, Plan};
use persona_sema::Checked;

use crate::campaign::{Lowered, Staged};
use crate::error::guarded;
use crate::tables::Tables;
use crate::{AnswerKind, Error, Texts};

/// A package without errors, ready to run. Threads can share one, and it holds nothing that changes; copies share what is large:
/// the plan, the texts, and machine code once it is made.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) plan: Arc<Plan>,
    pub(crate) texts: Texts,
    pub(crate) root: PathBuf,
    pub(crate) checked: Arc<Checked>,
    /// What happens and what people read, lowered when it is first asked for; without any data.
    pub(crate) lowered: Arc<OnceLock<Lowered>>,
    pub(crate) campaign: OnceLock<Arc<Staged>>,
    /// The machine code of all answers, made when it is first asked for.
    pub(crate) code: Arc<OnceLock<Arc<persona_jit::Compiled>>>,
    /// Rows that are there without files.
    pub(crate) tables: Option<Arc<Tables>>,
    pub(crate) memory: Memory,
}

/// One of the things that a program answers for each profile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AnswerInfo<'p> {
    /// The name by which it is asked.
    pub name: &'p str,
    /// The title, for people.
    pub title: Option<&'p str>,
    /// Whether it is a segment, a trait or a partition; never [`AnswerKind::Stage`].
    pub kind: AnswerKind,
    /// A partition's stages, in their order; empty for others.
    pub stages: Vec<&'p str>,
}

impl Program {
    pub(crate) fn new(plan: Arc<Plan>, checked: Arc<Checked>, texts: Texts, root: PathBuf) -> Self {
        Self {
            plan,
            texts,
            root,
            checked,
            lowered: Arc::default(),
            campaign: OnceLock::new(),
            code: Arc::default(),
            tables: None,
            memory: Memory::default(),
        }
    }

    #[doc(hidden)]
    /// The program of a package that somebody else has checked: an editor, whose files need not be saved. The places in it point into
    /// `texts`; sources' paths are relative to `root`.
    ///
    /// # Errors
    /// Where it is too large, and internal ones.
    pub fn from_checked(checked: Arc<Checked>, texts: Texts, root: PathBuf) -> Result<Self, Error> {
        let plan = guarded("lowering the package", || persona_lower::lower(&checked))?;
        let plan = plan.map_err(|error| {
            Error::too_large(format!("the program is too large: {error}"))
                .of_program()
                .with_help("declarations with arguments that call each other multiply; give fewer of them arguments")
        })?;
        Ok(Self::new(Arc::new(plan), checked, texts, root))
    }

    #[doc(hidden)]
    /// The plan, for tools that look deeper than this crate does.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The texts that the plan's places point into.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The folder that sources' paths are relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The package's name.
    pub fn name(&self) -> &str {
        &self.plan.package
    }

    /// What the program answers for each profile, sorted by name.
    pub fn answers(&self) -> impl ExactSizeIterator<Item = AnswerInfo<'_>> {
        self.plan.outputs.iter().map(|output| AnswerInfo {
            name: &output.name,
            title: output.title.as_deref(),
            kind: match output.kind {
                OutputKind::Segment => AnswerKind::Segment,
                OutputKind::Trait => AnswerKind::Trait,
                OutputKind::Partition(_) => AnswerKind::Partition,
            },
            stages: match output.kind {
                OutputKind::Partition(stages) => {
                    let values = self.plan.schema.enums[stages].values.iter();
                    values.map(|value| &*value.name).collect()
                }
                OutputKind::Segment | OutputKind::Trait => Vec::new(),
            },
        })
    }
}
