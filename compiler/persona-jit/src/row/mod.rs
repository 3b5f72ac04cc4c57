//! One profile at a time. Two ways to ask:
//!
//! - [`Session`]: a dataset bound once, then all outputs of one profile after another, by the code of batches.
//! - [`RowProgram`]: for programs that have a profile at hand. Its values are written into a flat [`Row`] (or copied there from a
//!   dataset), and one call answers all asked segments from it. What needs a profile's history is asked through a
//!   [`Session`], once it matters.
//!
//! `layout` decides where values lie, `buffer` fills rows (from values that `value` has looked at, or from a dataset by `fill`),
//! `split` decides what is computed from the row, [`crate::codegen`] emits it, `program` compiles and `ask` runs it; `side`
//! is what helpers look into meanwhile, and `rest` the way to histories.

mod ask;
mod buffer;
mod error;
mod fill;
mod heap;
mod layout;
mod program;
mod rest;
mod session;
mod side;
mod split;
mod value;

pub use ask::RowSession;
pub use buffer::{Row, RowBuf, RowWriter, Rows};
pub use error::RowError;
pub use fill::DataRows;
pub use layout::RowLayout;
pub use program::{RowProgram, RowProgramError};
pub use session::Session;
pub use value::RowValue;

pub(crate) use buffer::{normal, text_at};
pub(crate) use layout::{BLOCK, INLINE, NO_LIST, NO_TEXT, Slot};
pub(crate) use side::RowSide;
pub(crate) use split::{Atom, Split, atom};
pub(crate) use value::check;
