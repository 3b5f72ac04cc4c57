//! Codes about how a program is written (P00xx for the file, P01xx inside a declaration).

codes! {
}
