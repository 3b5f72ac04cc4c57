//! A compiled package: what it answers, and (in the modules beside this one) running it and asking why.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use persona_ir::{Output, Plan};
use persona_sema::Checked;

use crate::campaign::Staged;
use crate::error::guarded;
use crate::{Error, Texts};

/// A package without errors, ready to run.
#[derive(Debug)]
pub struct Program {
    pub(crate) plan: Arc<Plan>,
    pub(crate) texts: Texts,
    pub(crate) root: PathBuf,
    pub(crate) checked: Arc<Checked>,
    pub(crate) campaign: OnceLock<Box<Staged>>,
}

impl Program {
    pub(crate) fn new(plan: Arc<Plan>, checked: Arc<Checked>, texts: Texts, root: PathBuf) -> Self {
        Self {
            plan,
            texts,
            root,
            checked,
            campaign: OnceLock::new(),
        }
    }

    /// The program of a package that somebody else has checked: an editor, whose files need not be saved. The places in it point into
    /// `texts`; sources' paths are relative to `root`.
    ///
    /// # Errors
    /// Where it is too large, and internal ones.
    pub fn from_checked(checked: Arc<Checked>, texts: Texts, root: PathBuf) -> Result<Self, Error> {
        let plan = guarded("lowering the package", || persona_lower::lower(&checked))?;
        let plan = plan.map_err(|error| {
            Error::program(format!("the program is too large: {error}"))
                .with_help("declarations with arguments that call each other multiply; give fewer of them arguments")
        })?;
        Ok(Self::new(Arc::new(plan), checked, texts, root))
    }

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
    pub fn answers(&self) -> impl Iterator<Item = &Output> {
        self.plan.outputs.iter()
    }
}
