//! That nothing is proven that is not so.
