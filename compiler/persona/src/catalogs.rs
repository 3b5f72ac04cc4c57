//! The items of catalogs for answers about single people, who come from nowhere: catalogs are read from their sources all the
//! same, because they are the package's and nobody's in particular.

use std::sync::Arc;

use persona_io::{LoadOptions, NoProgress, NoRejects};
use persona_ir::{CheckTable, Op, Plan, SourceTarget};
use persona_runtime::{Catalogs, Dataset, apply_checks, run_catalog_checks};

use crate::error::guarded;
use crate::{Error, Program};

/// Items as their sources have them, not checked yet: what a check says may depend on the moment.
#[derive(Debug)]
pub(crate) struct Unchecked {
    data: Option<Dataset>,
}

impl Program {
    /// Reads the sources of catalogs, if an answer asks one.
    ///
    /// # Errors
    /// Where a source cannot be read.
    pub(crate) fn catalogs(&self) -> Result<Unchecked, Error> {
        let asks = |op: &Op| matches!(op, Op::Lookup { .. } | Op::Items(_));
        if !self.plan.nodes.iter().any(|node| asks(&node.op)) {
            return Ok(Unchecked { data: None });
        }
        let of_catalog = |target: SourceTarget| matches!(target, SourceTarget::Catalog(_));
        let sources = self.plan.sources.iter();
        let sources = sources.filter(|source| of_catalog(source.target));
        let plan = Plan {
            sources: sources.cloned().collect(),
            prefer: Vec::new(),
            ..Plan::clone(&self.plan)
        };
        let options = LoadOptions::default();
        let loaded = guarded("reading catalogs", || {
            persona_io::load_from(
                &plan,
                &self.root,
                &self.memory,
                &options,
                &NoProgress,
                &mut NoRejects,
            )
        })?;
        let loaded = loaded.map_err(|error| self.load_error(*error))?;
        Ok(Unchecked {
            data: Some(loaded.dataset),
        })
    }
}

impl Unchecked {
    /// The items for which the checks hold at a moment.
    pub(crate) fn at(&self, plan: &Plan, now: i64) -> Arc<Catalogs> {
        let Some(data) = &self.data else {
            return Arc::default();
        };
        let checked = |table: CheckTable| matches!(table, CheckTable::Catalog(_));
        if !plan.checks.iter().any(|check| checked(check.table)) {
            return Arc::clone(&data.catalogs);
        }
        let failures = run_catalog_checks(plan, data, now);
        apply_checks(plan, data, &failures).catalogs
    }
}
