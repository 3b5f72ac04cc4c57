//! The texts that mean an enum's values: names, titles, and either in any case where that is not ambiguous.

use std::sync::Arc;

use persona_ir::EnumDef;
use rustc_hash::FxHashMap;

/// The texts that mean an enum's values.
#[derive(Debug)]
pub(super) struct EnumNames {
    pub(super) name: Arc<str>,
    pub(super) names: Vec<Arc<str>>,
    exact: FxHashMap<String, u32>,
    /// Lower-case texts; `None` where two values share one.
    folded: FxHashMap<String, Option<u32>>,
}

impl EnumNames {
    pub(super) fn new(def: &EnumDef) -> Self {
        let mut exact = FxHashMap::default();
        let mut folded: FxHashMap<String, Option<u32>> = FxHashMap::default();
        let coded = || (0_u32..).zip(&def.values);
        for (code, value) in coded() {
            exact.insert(value.name.to_string(), code);
        }
        for (code, value) in coded() {
            if let Some(title) = &value.title {
                exact.entry(title.to_string()).or_insert(code);
            }
            for text in std::iter::once(&value.name).chain(&value.title) {
                let slot = folded.entry(text.to_lowercase()).or_insert(Some(code));
                if *slot != Some(code) {
                    *slot = None;
                }
            }
        }
        let names = def.values.iter().map(|v| v.name.clone()).collect();
        Self {
            name: def.name.clone(),
            names,
            exact,
            folded,
        }
    }

    /// The value that is called exactly so.
    pub(super) fn exactly(&self, text: &str) -> Option<u32> {
        self.exact.get(text).copied()
    }

    pub(super) fn find(&self, text: &str) -> Option<u32> {
        let trimmed = text.trim();
        let exact = self.exact.get(text).or_else(|| self.exact.get(trimmed));
        exact
            .copied()
            .or_else(|| self.folded.get(&trimmed.to_lowercase()).copied().flatten())
    }
}
