//! Codes about time, windows and event queries (P05xx).

codes! {
}
