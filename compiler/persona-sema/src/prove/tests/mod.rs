//! What is proven and what is not, in tables; and that nothing is proven that is not so, by brute force.

mod brute;
mod cost;
mod lints;
mod table;
