//! Codes about names: what they mean, and what they must not collide with (P02xx).

codes! {
}
