//! Values of raw rows, and how they become values of the schema's types. Knows neither files nor tables.

pub(crate) mod civil;
pub(crate) mod decimal;
pub(crate) mod json;
pub(crate) mod raw;
pub(crate) mod read;
pub(crate) mod units;
pub(crate) mod validate;
pub(crate) mod zone;
