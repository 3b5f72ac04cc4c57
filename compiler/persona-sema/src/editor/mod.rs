//! What editors ask of the database, as plain data: the declarations of files, what is known of each, and which name
//! means what where. Others build features on it; nothing here knows a feature or a protocol, and nothing prints.
//!
//! Whoever asks from several threads asks snapshots (clones of the database) and drops them soon: a change waits for them. It
//! then unwinds whoever is asking: [`crate::attempt`] catches that. Ask on threads with a stack of [`STACK`] bytes: rules
//! may be deep.

mod colours;
mod decls;
mod occurrences;
mod offers;
mod parts;
mod places;
mod reach;
mod spot;
mod symbol;
mod templates;
#[cfg(test)]
mod tests;
mod trial;
mod words;

pub use colours::{Colour, Coloured, Shades};
pub use decls::{DeclRef, Declaration};
pub use parts::{Part, PartKind, parts_of};
pub use places::{Reference, Target, is_word_of_language};
pub use reach::STACK;
pub use symbol::{BuiltIn, Occurrence, Role, Symbol};

pub use offers::{ModuleOffer, Offer};
pub use spot::{Given, GivenKind, Local, LocalKind, PROBE, Spot, ValueSpot};
pub(crate) use templates::OtherTemplate;
pub use trial::Trial;
pub use words::{
    fits, formats_of, lints, package_settings, plain_types, setting_tables, type_text, weekdays,
    zones,
};
