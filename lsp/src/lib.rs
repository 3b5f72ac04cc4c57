//! The language server: moves messages between an editor and `persona-ide`, and turns places in bytes into places in lines and
//! columns. Decides nothing about the language, and reads packages and runs the engine only through what the binary plugs in.
//!
//! One message's way: a thread cuts standard input into messages (`input`); the transport hands each, in the order of arrival and
//! before anything is awaited, to the state thread (`state`). Notifications change the state there at once. A request takes a
//! snapshot to a worker of its lane (`lanes`), where a feature (`features`) answers it; the answer goes back through the
//! state thread, which knows whether anyone still waits for it. Nothing here ever waits for the client.

mod client;
mod context;
mod convert;
mod diagnostics;
mod features;
mod host;
mod input;
mod lanes;
mod lines;
mod serve;
mod state;
mod uri;
mod watch;

pub use host::{
    Asked, AtomCount, Cancel, Count, Engine, Example, Host, Neighbour, Neighbours, PackageFiles,
    Person, Program, SourceText,
};
pub use serve::{Ended, serve};
