//! Experiments as declared, down to who is in which arm: published vectors, and who keeps an arm when weights change.

mod vectors;
mod weights;

use persona_base::Severity;
use persona_sema::{Database, Experiment};

/// An experiment with these clauses, or the codes of what is wrong with it.
fn experiment(clauses: &[&str]) -> Result<Experiment, Vec<String>> {
    let program = format!(
        "profile C {{ id: String @key }}\n\
         content hello {{\n  text: String\n  otherwise {{ text = \"hello\" }}\n}}\n\
         experiment ab {{\n  on hello\n  {}\n}}\n",
        clauses.join("\n  ")
    );
    let mut db = Database::new();
    db.set_file("main.persona", program);
    let found = db
        .checked()
        .and_then(|checked| checked.experiments.first().cloned());
    found.ok_or_else(|| {
        let diagnostics = db.diagnostics();
        let errors = diagnostics
            .iter()
            .filter(|found| found.severity == Severity::Error);
        errors.map(|found| found.code.to_string()).collect()
    })
}
