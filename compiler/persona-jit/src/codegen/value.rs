//! Values in registers: what a node of each shape is made of while code is emitted, and what can be done with any
//! of them. Knows nothing of operations.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use cranelift_frontend::FunctionBuilder;
use persona_ir::Ty;

use crate::layout::Shape;

/// The parts of a value in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repr {
    /// `I8`, 0 or 1.
    Bool(Value),
    /// `I64`.
    Int(Value),
    /// `F64`.
    Float(Value),
    /// `I64`, a `u32` zero-extended.
    Code(Value),
    /// Two `F64`: latitude, longitude.
    Geo(Value, Value),
    /// Three `I64`: the address of the elements' columns, first row, row behind the last.
    List(Value, Value, Value),
}

/// A value that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Val {
    /// The value; where it is missing, any bits that the operations are total on.
    pub(crate) repr: Repr,
    /// `I8`, 0 or 1: whether there is a value. Absent when there always is.
    pub(crate) valid: Option<Value>,
}

impl Val {
    /// A value that is always there.
    pub(crate) fn known(repr: Repr) -> Self {
        Self { repr, valid: None }
    }

    /// A Bool that is never missing.
    pub(crate) fn bool(value: Value) -> Self {
        Self::known(Repr::Bool(value))
    }

    /// The register of a value that has one: all but places and lists.
    pub(crate) fn word(&self) -> Value {
        match self.repr {
            Repr::Bool(v)
            | Repr::Int(v)
            | Repr::Float(v)
            | Repr::Code(v)
            | Repr::Geo(v, _)
            | Repr::List(v, ..) => v,
        }
    }
}

impl Repr {
    /// The registers.
    pub(crate) fn parts(self) -> Parts {
        match self {
            Self::Bool(v) | Self::Int(v) | Self::Float(v) | Self::Code(v) => Parts::new(&[v]),
            Self::Geo(a, b) => Parts::new(&[a, b]),
            Self::List(a, b, c) => Parts::new(&[a, b, c]),
        }
    }

    /// A value of a shape from its registers.
    pub(crate) fn from_parts(shape: Shape, parts: &[Value]) -> Self {
        match shape {
            Shape::Bool => Self::Bool(parts[0]),
            Shape::Int => Self::Int(parts[0]),
            Shape::Float => Self::Float(parts[0]),
            Shape::Code => Self::Code(parts[0]),
            Shape::Geo => Self::Geo(parts[0], parts[1]),
            Shape::List => Self::List(parts[0], parts[1], parts[2]),
        }
    }

    /// The shape.
    pub(crate) fn shape(self) -> Shape {
        match self {
            Self::Bool(_) => Shape::Bool,
            Self::Int(_) => Shape::Int,
            Self::Float(_) => Shape::Float,
            Self::Code(_) => Shape::Code,
            Self::Geo(..) => Shape::Geo,
            Self::List(..) => Shape::List,
        }
    }
}

/// One to three registers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    values: [Value; 3],
    len: usize,
}

impl Parts {
    fn new(values: &[Value]) -> Self {
        let mut parts = Self {
            values: [values[0]; 3],
            len: values.len(),
        };
        parts.values[..values.len()].copy_from_slice(values);
        parts
    }

    /// The registers.
    pub(crate) fn as_slice(&self) -> &[Value] {
        &self.values[..self.len]
    }
}

impl Shape {
    /// The types of the registers.
    pub(crate) fn types(self) -> &'static [Type] {
        match self {
            Self::Bool => &[types::I8],
            Self::Int | Self::Code => &[types::I64],
            Self::Float => &[types::F64],
            Self::Geo => &[types::F64, types::F64],
            Self::List => &[types::I64, types::I64, types::I64],
        }
    }
}

/// Zero of a register type.
pub(crate) fn zero(b: &mut FunctionBuilder<'_>, ty: Type) -> Value {
    if ty == types::F64 {
        b.ins().f64const(0.0)
    } else {
        b.ins().iconst(ty, 0)
    }
}

/// Some value of a type, for where the value is missing.
pub(crate) fn nothing(b: &mut FunctionBuilder<'_>, ty: &Ty) -> Val {
    let shape = Shape::of(ty);
    let parts: Vec<Value> = shape.types().iter().map(|ty| zero(b, *ty)).collect();
    let valid = b.ins().iconst(types::I8, 0);
    Val {
        repr: Repr::from_parts(shape, &parts),
        valid: Some(valid),
    }
}

/// `a` where the condition holds, `b` elsewhere. Both of one shape.
pub(crate) fn select(b: &mut FunctionBuilder<'_>, cond: Value, then: Val, other: Val) -> Val {
    let (lhs, rhs) = (then.repr.parts(), other.repr.parts());
    let mut parts = Vec::with_capacity(lhs.as_slice().len());
    for (x, y) in lhs.as_slice().iter().zip(rhs.as_slice()) {
        parts.push(b.ins().select(cond, *x, *y));
    }
    let valid = match (then.valid, other.valid) {
        (None, None) => None,
        (x, y) => {
            let x = x.unwrap_or_else(|| b.ins().iconst(types::I8, 1));
            let y = y.unwrap_or_else(|| b.ins().iconst(types::I8, 1));
            Some(b.ins().select(cond, x, y))
        }
    };
    Val {
        repr: Repr::from_parts(then.repr.shape(), &parts),
        valid,
    }
}

/// Both hold; an absent one always does.
pub(crate) fn both(
    b: &mut FunctionBuilder<'_>,
    x: Option<Value>,
    y: Option<Value>,
) -> Option<Value> {
    match (x, y) {
        (Some(x), Some(y)) if x != y => Some(b.ins().band(x, y)),
        (x, y) => x.or(y),
    }
}

/// A condition that also needs another, which may be absent.
pub(crate) fn and_also(b: &mut FunctionBuilder<'_>, cond: Value, also: Option<Value>) -> Value {
    match also {
        Some(also) => b.ins().band(cond, also),
        None => cond,
    }
}

/// The negation of an `I8` that is 0 or 1.
pub(crate) fn negate(b: &mut FunctionBuilder<'_>, cond: Value) -> Value {
    b.ins().icmp_imm_u(IntCC::Equal, cond, 0)
}

/// A value's *key*: 64 bits that are equal exactly where the values are (Floats have one zero). Not for lists and places.
pub(crate) fn key(b: &mut FunctionBuilder<'_>, repr: Repr) -> Value {
    match repr {
        Repr::Bool(v) => b.ins().uextend(types::I64, v),
        Repr::Float(v) => b.ins().bitcast(types::I64, MemFlagsData::new(), v),
        Repr::Int(v) | Repr::Code(v) | Repr::Geo(v, _) | Repr::List(v, ..) => v,
    }
}

/// The value of a key.
pub(crate) fn from_key(b: &mut FunctionBuilder<'_>, shape: Shape, key: Value) -> Repr {
    match shape {
        Shape::Bool => Repr::Bool(b.ins().ireduce(types::I8, key)),
        Shape::Float => Repr::Float(b.ins().bitcast(types::F64, MemFlagsData::new(), key)),
        _ => Repr::from_parts(shape, &[key, key, key]),
    }
}
