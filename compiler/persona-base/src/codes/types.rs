//! Codes about types, units and currencies (P04xx).

codes! {
}
