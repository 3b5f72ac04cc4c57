//! The values of one node for the profiles of a chunk.

use persona_ir::Ty;
use persona_runtime::kernels::{CHUNK, Lane, Row};

use crate::layout::Shape;

/// Values and which of them are known.
#[derive(Debug)]
pub(crate) struct Vector {
    /// The values; anything where they are missing.
    pub(crate) values: Vectored,
    /// Which are known: only of profiles that the chunk has.
    pub(crate) known: Row,
}

/// Values by their shape, one for each row of a whole chunk.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are few vectors, and kernels want rows where they stand"
)]
pub(crate) enum Vectored {
    /// Bools. Not set where missing, nor behind the chunk's end.
    Bits(Row),
    /// Integers.
    Ints(Box<[i64]>),
    /// Floats.
    Floats(Box<[f64]>),
    /// Codes of the dataset's texts, or indices of an enum's values.
    Codes(Box<[u32]>),
}

impl Vector {
    /// Room for values of a type; none for places and lists, which have no vectors.
    pub(crate) fn new(ty: &Ty) -> Option<Self> {
        let values = match Shape::of(ty) {
            Shape::Bool => Vectored::Bits(Row::NONE),
            Shape::Int => Vectored::Ints(vec![0; CHUNK].into()),
            Shape::Float => Vectored::Floats(vec![0.0; CHUNK].into()),
            Shape::Code => Vectored::Codes(vec![0; CHUNK].into()),
            Shape::Geo | Shape::List => return None,
        };
        Some(Self {
            values,
            known: Row::NONE,
        })
    }

    /// The first `len` values as kernels read them; none of Bools, which are a row already.
    pub(crate) fn lane(&self, len: usize) -> Option<Lane<'_>> {
        match &self.values {
            Vectored::Bits(_) => None,
            Vectored::Ints(values) => Some(Lane::I64(&values[..len])),
            Vectored::Floats(values) => Some(Lane::F64(&values[..len])),
            Vectored::Codes(values) => Some(Lane::U32(&values[..len])),
        }
    }
}
