//! Nothing: this crate exists for its tests, in `main.rs` beside this folder.
