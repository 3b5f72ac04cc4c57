//! Codes about packages and their configuration (P07xx), and limits (P08xx).

codes! {
}
