//! What a loop over a chunk computes: instructions over four rows at a time, equal ones made once. Says nothing of plans and
//! nothing of data but how wide columns are; so equal recipes are one piece of code, whatever the columns and `now`.

use persona_ir::ColId;
use persona_runtime::kernels::LaneKind;
use rustc_hash::FxHashMap;

/// An instruction of a recipe, by its place.
pub(crate) type Id = u32;

/// How four values lie in registers of 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// Integers in one register.
    I32,
    /// Integers in two registers.
    I64,
    /// Floats, or integers that a Float holds exactly, in two registers.
    F64,
}

/// What a loop reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Input {
    /// A column's values; of Bools a row of bits.
    Values(ColId),
    /// Which of a column's values are known: a row of bits.
    Known(ColId),
}

/// Operations on two values of a form. Integers wrap around, unless their name says otherwise; Floats become infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Pair {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`, of Floats.
    Div,
    /// `a + b` of 64-bit integers, saturating.
    AddSaturating,
    /// `a - b` of 64-bit integers, saturating.
    SubSaturating,
    /// `a * b` of 64-bit integers, saturating.
    MulSaturating,
    /// `a` of two 32-bit integers times `b`, as 64-bit ones.
    MulWide,
    /// `b` where `b < a`, else `a`.
    Least,
    /// `b` where `a < b`, else `a`.
    Greatest,
}

/// Operations on a Float, and on the absolute value of integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum One {
    /// Without its sign. Of integers, the least must not occur.
    Abs,
    /// The nearest whole number, half to even.
    Nearest,
    /// The greatest whole number not above.
    Floor,
    /// The least whole number not below.
    Ceil,
    /// ±MAX for what is infinite.
    Finite,
}

/// Comparisons; false of what is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    /// `a == b`
    Equal,
    /// `a < b`
    Less,
    /// `a <= b`
    AtMost,
}

/// Operations on masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Logic {
    /// Both.
    And,
    /// Any.
    Or,
    /// One of them alone.
    Xor,
}

/// One instruction: four values of a form, or a mask of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Instr {
    /// Values of an input: 64-bit integers and Floats at their width, all others as 32-bit integers.
    Load(u32, LaneKind),
    /// Bits of an input, as a mask.
    Bits(u32),
    /// A constant.
    Const(u32, Form),
    /// A mask: all, or none.
    Always(bool),
    /// The same integers in another form, which holds them; from 64 bits to a Float, the nearest. If `small`, none is beyond
    /// 2^51, which is cheaper.
    Convert {
        of: Id,
        from: Form,
        to: Form,
        small: bool,
    },
    /// Two values.
    Pair(Pair, Form, Id, Id),
    /// One value.
    One(One, Form, Id),
    /// A mask.
    Compare(Order, Form, Id, Id),
    /// Two masks.
    Logic(Logic, Id, Id),
    /// What a mask lacks.
    Not(Id),
    /// The first value where the mask says so, else the second.
    Select(Form, Id, Id, Id),
}

impl Instr {
    /// What it is made of.
    pub(crate) fn operands(&self) -> impl Iterator<Item = Id> {
        let all = match *self {
            Self::Load(..) | Self::Bits(_) | Self::Const(..) | Self::Always(_) => [None; 3],
            Self::Convert { of, .. } | Self::One(_, _, of) | Self::Not(of) => {
                [Some(of), None, None]
            }
            Self::Pair(_, _, a, b) | Self::Compare(_, _, a, b) | Self::Logic(_, a, b) => {
                [Some(a), Some(b), None]
            }
            Self::Select(_, mask, a, b) => [Some(mask), Some(a), Some(b)],
        };
        all.into_iter().flatten()
    }
}

/// A loop: its instructions, those they are made of first, and the masks that it gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Recipe {
    /// The instructions.
    pub(crate) instrs: Vec<Instr>,
    /// How many inputs it reads.
    pub(crate) inputs: u32,
    /// How many constants it has.
    pub(crate) consts: u32,
    /// The masks, and the row of each among those of all loops.
    pub(crate) outputs: Vec<(Id, u32)>,
}

/// A constant: an integer, or a Float's bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Constant {
    /// An integer.
    Int(i64),
    /// A Float.
    Float(u64),
}

/// A recipe in the making, and what it is about.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// The recipe.
    pub(crate) recipe: Recipe,
    /// Its inputs.
    pub(crate) inputs: Vec<Input>,
    /// Its constants.
    pub(crate) consts: Vec<Constant>,
    known: FxHashMap<Instr, Id>,
}

impl Draft {
    /// An instruction, or the equal one that is there.
    pub(crate) fn instr(&mut self, instr: Instr) -> Id {
        let instrs = &mut self.recipe.instrs;
        *self.known.entry(instr).or_insert_with(|| {
            instrs.push(instr);
            place(instrs.len() - 1)
        })
    }

    /// The place of an input.
    pub(crate) fn input(&mut self, input: Input) -> u32 {
        let found = self.inputs.iter().position(|known| *known == input);
        let at = found.unwrap_or_else(|| {
            self.inputs.push(input);
            self.recipe.inputs += 1;
            self.inputs.len() - 1
        });
        place(at)
    }

    /// The place of a constant.
    pub(crate) fn constant(&mut self, value: Constant) -> u32 {
        let found = self.consts.iter().position(|known| *known == value);
        let at = found.unwrap_or_else(|| {
            self.consts.push(value);
            self.recipe.consts += 1;
            self.consts.len() - 1
        });
        place(at)
    }

    /// Both masks, or any, or one alone; folds what is settled.
    pub(crate) fn logic(&mut self, logic: Logic, a: Id, b: Id) -> Id {
        let settled = |id: Id| match self.recipe.instrs[id as usize] {
            Instr::Always(value) => Some(value),
            _ => None,
        };
        match (logic, settled(a), settled(b)) {
            (Logic::And, Some(true), _)
            | (Logic::Or | Logic::Xor, Some(false), _)
            | (Logic::Or, _, Some(true))
            | (Logic::And, _, Some(false)) => b,
            (Logic::And, _, Some(true))
            | (Logic::Or | Logic::Xor, _, Some(false))
            | (Logic::Or, Some(true), _)
            | (Logic::And, Some(false), _) => a,
            (Logic::Xor, Some(true), _) => self.not(b),
            (Logic::Xor, _, Some(true)) => self.not(a),
            _ => self.instr(Instr::Logic(logic, a.min(b), a.max(b))),
        }
    }

    /// What a mask lacks.
    pub(crate) fn not(&mut self, a: Id) -> Id {
        match self.recipe.instrs[a as usize] {
            Instr::Always(value) => self.instr(Instr::Always(!value)),
            Instr::Not(of) => of,
            _ => self.instr(Instr::Not(a)),
        }
    }
}

fn place(at: usize) -> u32 {
    u32::try_from(at).expect("recipes are of bounded size")
}
