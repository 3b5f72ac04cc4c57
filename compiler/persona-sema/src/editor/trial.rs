//! What would be wrong with a declaration if its text were another one; what is known of the expressions that it has. For those
//! who change texts and want to know before they offer it.

use std::sync::Arc;

use persona_base::Diagnostic;
use persona_syntax::parse_decl;

use super::decls::DeclRef;
use crate::db::{Db as _, DeclEnv, check, config, modules, schema, syntax_diagnostic};
use crate::decl::{self, Checking};
use crate::uses::each_expr;
use crate::{Database, Expr, Global, PackageInfo, Unit};

/// A declaration with another text.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What is wrong with it by itself. Spans are relative to its text; files mean nothing.
    pub diagnostics: Vec<Diagnostic>,
    /// What it is; without meaning where something is wrong.
    pub unit: Unit,
}

impl Trial {
    /// What others would see of it.
    pub fn signature(&self) -> Global {
        self.unit.signature()
    }
}

impl Database {
    /// Checks a text in the place of a declaration, without anybody noticing. `more` are declarations that the package does not
    /// have yet. None where the declaration is no more.
    pub fn trial(&self, id: DeclRef, text: &str, more: &[(Arc<str>, Global)]) -> Option<Trial> {
        let (decl, _) = *self.decl_of(id)?;
        self.make_ready(decl);
        let parse = parse_decl(text);
        let tree = modules::qualified(self, decl.space(self), &parse.tree).unwrap_or(parse.tree);
        let mut checking = Checking::new(self, decl, &tree);
        checking.text = text;
        checking.env = DeclEnv::trying(self, decl, more);
        let file = checking.file;
        checking.diagnostics.extend(
            parse
                .errors
                .iter()
                .map(|error| syntax_diagnostic(file, error)),
        );
        let unit = decl::check(&mut checking);
        Some(Trial {
            diagnostics: checking.diagnostics,
            unit,
        })
    }

    /// What is wrong with a declaration by itself, as [`Self::trial`] says it.
    pub fn wrong_in(&self, id: DeclRef) -> &[Diagnostic] {
        let Some((decl, _)) = self.decl_of(id) else {
            return &[];
        };
        self.make_ready(*decl);
        &check(self, *decl).diagnostics
    }

    /// Calls `visit` for every checked expression of a declaration, outer ones first. Spans are relative to it.
    pub fn each_checked(&self, id: DeclRef, visit: &mut dyn FnMut(&Expr)) {
        if let Some(unit) = self.unit(id) {
            each_expr(unit, schema(self, self.project()), visit);
        }
    }

    /// What `persona.toml` says.
    pub fn package_info(&self) -> &PackageInfo {
        &config(self, self.project()).info
    }
}
