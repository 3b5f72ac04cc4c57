//! Recommendations.

use std::sync::Arc;

use crate::{Arg, CatalogId, Const, Expr, Param, Place, Query};

/// A recommendation. In its expressions the item is binder 0: its fields are [`crate::ExprKind::ItemField`] of
/// `Elem(BinderId(0), 0)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommend {
    /// Its name.
    pub name: Arc<str>,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The whole declaration; the spans inside are relative to its start.
    pub origin: Place,
    /// The catalog that it chooses from.
    pub catalog: CatalogId,
    /// Which items; absent means all.
    pub filter: Option<Expr>,
    /// Which of them not, in the order of the text.
    pub excludes: Vec<Exclude>,
    /// Their order: by the first, then by the second, and so on; at last by the key.
    pub rank: Vec<RankKey>,
    /// How many; at least one.
    pub take: u32,
    /// What fills it up where there are fewer.
    pub otherwise: Otherwise,
}

/// Items that are left out.
#[derive(Clone, Debug, PartialEq)]
pub enum Exclude {
    /// Those whose key this value of some event, or of some element of it, is.
    Keys {
        /// The events.
        query: Query,
        /// The key.
        key: Expr,
    },
    /// Those of which this holds.
    Items(Expr),
}

/// What items are ordered by; never missing.
#[derive(Clone, Debug, PartialEq)]
pub struct RankKey {
    /// The value.
    pub value: Expr,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What fills a recommendation up.
#[derive(Clone, Debug, PartialEq)]
pub enum Otherwise {
    /// Another recommendation from the same catalog, which gives at least as many.
    Recommend(Arc<str>, Vec<Arg>),
    /// Items by their keys: distinct ones, at least as many as are taken.
    Keys(Vec<Const>),
    /// Nothing: the message is given up, for this reason.
    Skip(Arc<str>),
}
