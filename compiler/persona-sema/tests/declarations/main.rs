//! The tests of declarations, by way of the database's public face: programs in, diagnostics and checked packages out.

mod broken;
mod campaign;
mod flow;
mod modules;
mod names;
mod package;
mod pages;
mod robust;
mod schema;
mod sources;
mod support;
