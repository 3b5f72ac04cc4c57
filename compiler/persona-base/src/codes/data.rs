//! Codes about schemas, sources and checks (P06xx).

codes! {
}
