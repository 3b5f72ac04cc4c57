//! What an editor wants to know of a place: [`PROBE`] stands there for what is being written, and where the check meets it, it
//! tells the caller what could stand there. Nothing is told where nobody asks ([`super::Scope::probed`]).

use std::sync::Arc;

use super::Checker;
use crate::ir::Place;
use crate::{Field, Ty};

/// The name that stands for a place that is asked about.
pub const PROBE: &str = "persona_probe_here";

/// What could stand at a place of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Probed {
    /// A variable.
    Variable {
        /// Those that the template makes itself: assigned, captured, of loops, arguments of a partial.
        own: Vec<OwnVariable>,
        /// Whether those of the message are visible: not in a partial that is rendered.
        message: bool,
        /// Whether a loop is around, so that `forloop` is there.
        in_loop: bool,
    },
    /// A field of a record.
    Fields(Vec<Field>),
    /// What a list or a text can be asked.
    Steps(Ty),
}

/// A variable that a template makes itself.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnVariable {
    /// Its name.
    pub name: Arc<str>,
    /// Its type here.
    pub ty: Ty,
    /// Where it is made.
    pub place: Place,
}

/// Whether a name stands for the place that is asked about.
pub(super) fn is_probe(name: &str) -> bool {
    name == PROBE
}

impl Checker<'_> {
    /// Tells which variables could stand here.
    pub(super) fn probed_variable(&mut self) {
        let vars = self.env.vars.iter();
        let own = vars.filter(|(name, _)| !name.starts_with('\0'));
        let own = own.map(|(name, var)| {
            let is_known = self.env.known.contains(&**name);
            let ty = var.ty.clone();
            OwnVariable {
                name: Arc::clone(name),
                ty: if is_known { ty.known() } else { ty },
                place: var.place,
            }
        });
        let probed = Probed::Variable {
            own: own.collect(),
            message: self.frame == 0,
            in_loop: self.loops.len() > self.loop_base,
        };
        self.scope.probed(probed);
    }
}
