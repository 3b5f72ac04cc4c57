//! Loops over a chunk for many rows at once: from a recipe to cranelift's instructions on 128 bits. Four rows are a step:
//! 32-bit integers and masks in one register, 64-bit integers and Floats in two. Four steps give sixteen bits, which are
//! written at once; sixteen rows of which none is needed are left out.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::V128Imm;
use cranelift_codegen::ir::{
    ConstantData, Endianness, InstBuilder, MemFlagsData, Type, Value, types,
};
use cranelift_frontend::FunctionBuilder;
use cranelift_jit::JITModule;
use cranelift_module::FuncId;
use persona_runtime::kernels::{LaneKind, Row};

use super::entry::Workshop;
use crate::columnar::fused::recipe::{Form, Id, Instr, Logic, One, Order, Pair, Recipe};
use crate::columnar::fused::run::{BLOCK, SPLAT, splat_offset};
use crate::module::CompileError;

/// Never out of bounds ([`crate::columnar::fused::run`] sees to that), but aligned only to what is read.
const FLAGS: MemFlagsData = MemFlagsData::new().with_notrap();

/// The rows of a step.
const STEP: usize = 4;

/// The steps of a block.
const STEPS: usize = BLOCK / STEP;

/// Bytes seen in the order in which they lie in memory.
const LITTLE: MemFlagsData = MemFlagsData::new().with_endianness(Endianness::Little);

/// Defines `fn(inputs, consts, needed, outputs, blocks)`: for each block of which a bit is needed, the block's bits of each output.
pub(crate) fn define_fused(
    module: &mut JITModule,
    work: &mut Workshop,
    recipe: &Recipe,
) -> Result<FuncId, CompileError> {
    work.plain(module, &[types::I64; 5], |b, config| {
        let mut loops = Loop::new(b, recipe);
        loops.emit();
        loops.b.ins().return_(&[]);
        loops.b.finalize(config);
    })
}

/// Values of a step, in one register or two.
#[derive(Clone, Copy)]
enum Regs {
    One(Value),
    Two([Value; 2]),
}

impl Regs {
    fn one(self) -> Value {
        match self {
            Self::One(value) => value,
            Self::Two(_) => unreachable!("masks and 32-bit integers are one register"),
        }
    }

    fn two(self) -> [Value; 2] {
        match self {
            Self::Two(values) => values,
            Self::One(_) => unreachable!("64-bit integers and Floats are two registers"),
        }
    }

    fn map(self, mut f: impl FnMut(Value) -> Value) -> Self {
        match self {
            Self::One(value) => Self::One(f(value)),
            Self::Two([low, high]) => Self::Two([f(low), f(high)]),
        }
    }

    fn zip(self, other: Self, mut f: impl FnMut(Value, Value) -> Value) -> Self {
        match (self, other) {
            (Self::One(a), Self::One(b)) => Self::One(f(a, b)),
            (a, b) => {
                let ([a_low, a_high], [b_low, b_high]) = (a.two(), b.two());
                Self::Two([f(a_low, b_low), f(a_high, b_high)])
            }
        }
    }
}

/// Writes one loop.
struct Loop<'r, 'f> {
    b: FunctionBuilder<'f>,
    recipe: &'r Recipe,
    /// The address of each input.
    inputs: Vec<Value>,
    consts: Value,
    /// The block's number.
    block: Value,
    /// The bits of inputs that are bits, sixteen times, once they were read for the block.
    bits: Vec<Option<Value>>,
    /// What is there, step by step.
    steps: [Vec<Option<Regs>>; STEPS],
}

impl<'r, 'f> Loop<'r, 'f> {
    fn new(b: FunctionBuilder<'f>, recipe: &'r Recipe) -> Self {
        let nothing = Value::from_u32(0);
        Self {
            b,
            recipe,
            inputs: Vec::new(),
            consts: nothing,
            block: nothing,
            bits: vec![None; recipe.inputs as usize],
            steps: std::array::from_fn(|_| vec![None; recipe.instrs.len()]),
        }
    }

    fn emit(&mut self) {
        let entry = self.b.create_block();
        self.b.append_block_params_for_function_params(entry);
        self.b.switch_to_block(entry);
        self.b.seal_block(entry);
        let params = self.b.block_params(entry).to_vec();
        let (inputs, needed, out, blocks) = (params[0], params[2], params[3], params[4]);
        self.consts = params[1];
        for input in 0..self.recipe.inputs {
            let offset = offset(input as usize * 8);
            let address = self.b.ins().load(types::I64, FLAGS, inputs, offset);
            self.inputs.push(address);
        }
        let [head, look, inside, next, done] = [(); 5].map(|()| self.b.create_block());
        let block = self.b.append_block_param(head, types::I64);
        let zero = self.b.ins().iconst(types::I64, 0);
        self.b.ins().jump(head, &[zero.into()]);
        self.b.switch_to_block(head);
        let more = self.b.ins().icmp(IntCC::UnsignedLessThan, block, blocks);
        self.b.ins().brif(more, look, &[], done, &[]);
        self.b.switch_to_block(look);
        self.b.seal_block(look);
        let place = self.b.ins().ishl_imm_u(block, 1);
        let address = self.b.ins().iadd(needed, place);
        let open = self.b.ins().uload16(types::I64, FLAGS, address, 0);
        self.b.ins().brif(open, inside, &[], next, &[]);
        self.b.switch_to_block(inside);
        self.b.seal_block(inside);
        self.block = block;
        let out = self.b.ins().iadd(out, place);
        for (output, row) in &self.recipe.outputs {
            let bits = self.output(*output);
            let offset = offset(*row as usize * size_of::<Row>());
            self.b.ins().istore16(FLAGS, bits, out, offset);
        }
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(next);
        self.b.seal_block(next);
        let following = self.b.ins().iadd_imm_s(block, 1);
        self.b.ins().jump(head, &[following.into()]);
        self.b.seal_block(head);
        self.b.switch_to_block(done);
        self.b.seal_block(done);
    }

    /// The sixteen bits of a mask.
    fn output(&mut self, mask: Id) -> Value {
        let steps: [Value; STEPS] = std::array::from_fn(|step| {
            self.ensure(step, mask);
            self.get(step, mask).one()
        });
        let first = self.b.ins().snarrow(steps[0], steps[1]);
        let second = self.b.ins().snarrow(steps[2], steps[3]);
        let all = self.b.ins().snarrow(first, second);
        self.b.ins().vhigh_bits(types::I32, all)
    }

    fn get(&self, step: usize, id: Id) -> Regs {
        self.steps[step][id as usize].expect("operands are emitted before their users")
    }

    /// Emits an instruction and what it is made of, as far as it is not there for the step.
    fn ensure(&mut self, step: usize, root: Id) {
        let (mut stack, mut todo) = (vec![root], Vec::new());
        while let Some(id) = stack.pop() {
            if self.steps[step][id as usize].is_none() {
                todo.push(id);
                stack.extend(self.recipe.instrs[id as usize].operands());
            }
        }
        todo.sort_unstable();
        todo.dedup();
        for id in todo {
            let regs = self.instr(step, self.recipe.instrs[id as usize]);
            self.steps[step][id as usize] = Some(regs);
        }
    }

    fn instr(&mut self, step: usize, instr: Instr) -> Regs {
        match instr {
            Instr::Load(input, kind) => self.load(step, input, kind),
            Instr::Bits(input) => Regs::One(self.bits(step, input)),
            Instr::Const(at, form) => self.constant(at, form),
            Instr::Always(value) => {
                let byte = if value { u8::MAX } else { 0 };
                Regs::One(self.vector(types::I32X4, [byte; 16]))
            }
            Instr::Convert {
                of,
                from,
                to,
                small,
            } => {
                let regs = self.get(step, of);
                self.convert(regs, from, to, small)
            }
            Instr::Pair(pair, form, a, b) => {
                let (a, b) = (self.get(step, a), self.get(step, b));
                self.pair(pair, form, a, b)
            }
            Instr::One(one, form, a) => {
                let a = self.get(step, a);
                a.map(|a| self.one(one, form, a))
            }
            Instr::Compare(order, form, a, b) => {
                let (a, b) = (self.get(step, a), self.get(step, b));
                let mask = a.zip(b, |a, b| self.compare(order, form, a, b));
                Regs::One(self.packed(mask))
            }
            Instr::Logic(logic, a, b) => {
                let (a, b) = (self.get(step, a).one(), self.get(step, b).one());
                Regs::One(match logic {
                    Logic::And => self.b.ins().band(a, b),
                    Logic::Or => self.b.ins().bor(a, b),
                    Logic::Xor => self.b.ins().bxor(a, b),
                })
            }
            Instr::Not(a) => {
                let a = self.get(step, a).one();
                Regs::One(self.b.ins().bnot(a))
            }
            Instr::Select(form, mask, a, b) => {
                let (a, b) = (self.get(step, a), self.get(step, b));
                let mask = self.get(step, mask).one();
                self.select(form, mask, a, b)
            }
        }
    }

    // ---- memory ----

    /// The values of four rows of an input.
    fn load(&mut self, step: usize, input: u32, kind: LaneKind) -> Regs {
        let log: i64 = match kind {
            LaneKind::I8 | LaneKind::U8 => 0,
            LaneKind::I16 | LaneKind::U16 => 1,
            LaneKind::I32 | LaneKind::U32 => 2,
            LaneKind::I64 | LaneKind::F64 => 3,
            LaneKind::Bits => unreachable!("bits are masks"),
        };
        let start = self.b.ins().ishl_imm_u(self.block, 4 + log);
        let address = self.b.ins().iadd(self.inputs[input as usize], start);
        let at = offset((step * STEP) << log);
        let mut load = |ty: Type, at: i32| self.b.ins().load(ty, FLAGS, address, at);
        match kind {
            LaneKind::I32 | LaneKind::U32 => Regs::One(load(types::I32X4, at)),
            LaneKind::I64 => Regs::Two([load(types::I64X2, at), load(types::I64X2, at + 16)]),
            LaneKind::F64 => Regs::Two([load(types::F64X2, at), load(types::F64X2, at + 16)]),
            LaneKind::I16 => Regs::One(self.b.ins().sload16x4(FLAGS, address, at)),
            LaneKind::U16 => Regs::One(self.b.ins().uload16x4(FLAGS, address, at)),
            LaneKind::I8 | LaneKind::U8 | LaneKind::Bits => {
                let four = load(types::I32, at);
                let four = self.b.ins().scalar_to_vector(types::I32X4, four);
                let bytes = self.b.ins().bitcast(types::I8X16, LITTLE, four);
                Regs::One(if kind == LaneKind::I8 {
                    let halves = self.b.ins().swiden_low(bytes);
                    self.b.ins().swiden_low(halves)
                } else {
                    let halves = self.b.ins().uwiden_low(bytes);
                    self.b.ins().uwiden_low(halves)
                })
            }
        }
    }

    /// A mask of four bits of an input.
    fn bits(&mut self, step: usize, input: u32) -> Value {
        let all = match self.bits[input as usize] {
            Some(all) => all,
            None => {
                let place = self.b.ins().ishl_imm_u(self.block, 1);
                let address = self.b.ins().iadd(self.inputs[input as usize], place);
                let bits = self.b.ins().uload16(types::I32, FLAGS, address, 0);
                let all = self.b.ins().splat(types::I32X4, bits);
                self.bits[input as usize] = Some(all);
                all
            }
        };
        let mut bytes = [0; 16];
        for (lane, bytes) in bytes.chunks_exact_mut(4).enumerate() {
            bytes.copy_from_slice(&(1_u32 << (step * STEP + lane)).to_le_bytes());
        }
        let mine = self.vector(types::I32X4, bytes);
        let set = self.b.ins().band(all, mine);
        self.b.ins().icmp(IntCC::Equal, set, mine)
    }

    /// A vector that is known while code is generated.
    fn vector(&mut self, ty: Type, bytes: [u8; 16]) -> Value {
        let data = ConstantData::from(V128Imm(bytes).as_slice());
        let constant = self.b.func.dfg.constants.insert(data);
        self.b.ins().vconst(ty, constant)
    }

    /// Two equal 64-bit lanes that are known while code is generated.
    fn splat(&mut self, ty: Type, bits: u64) -> Value {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&bits.to_le_bytes());
        bytes[8..].copy_from_slice(&bits.to_le_bytes());
        self.vector(ty, bytes)
    }

    fn constant(&mut self, at: u32, form: Form) -> Regs {
        let offset = offset(at as usize * SPLAT + splat_offset(form));
        let ty = type_of(form);
        let value = self.b.ins().load(ty, FLAGS, self.consts, offset);
        match form {
            Form::I32 => Regs::One(value),
            Form::I64 | Form::F64 => Regs::Two([value; 2]),
        }
    }

    // ---- from form to form ----

    fn convert(&mut self, of: Regs, from: Form, to: Form, small: bool) -> Regs {
        match (from, to) {
            (Form::I32, Form::I64) => {
                let of = of.one();
                let low = self.b.ins().swiden_low(of);
                Regs::Two([low, self.b.ins().swiden_high(of)])
            }
            (Form::I32, Form::F64) => {
                let low = of.one();
                // The upper half, moved down.
                let high = self.shuffle(low, low, [2, 3, 2, 3]);
                Regs::Two([low, high]).map(|half| {
                    let wide = self.b.ins().swiden_low(half);
                    self.b.ins().fcvt_from_sint(types::F64X2, wide)
                })
            }
            (Form::I64, Form::I32) => Regs::One(self.packed(of)),
            (Form::I64, Form::F64) if small => of.map(|of| self.small_to_float(of)),
            (Form::I64, Form::F64) => of.map(|of| self.b.ins().fcvt_from_sint(types::F64X2, of)),
            (Form::F64, Form::I64) => of.map(|of| self.small_to_int(of)),
            _ => unreachable!("there is no such conversion"),
        }
    }

    /// Integers of at most 2^51, on both sides of zero, to Floats: as the lower bits of 1.5 * 2^52.
    fn small_to_float(&mut self, of: Value) -> Value {
        let bits = self.splat(types::I64X2, MAGIC.to_bits());
        let sum = self.b.ins().iadd(of, bits);
        let float = self.b.ins().bitcast(types::F64X2, LITTLE, sum);
        let magic = self.splat(types::F64X2, MAGIC.to_bits());
        self.b.ins().fsub(float, magic)
    }

    /// And back.
    fn small_to_int(&mut self, of: Value) -> Value {
        let magic = self.splat(types::F64X2, MAGIC.to_bits());
        let sum = self.b.ins().fadd(of, magic);
        let int = self.b.ins().bitcast(types::I64X2, LITTLE, sum);
        let bits = self.splat(types::I64X2, MAGIC.to_bits());
        self.b.ins().isub(int, bits)
    }

    /// The lower halves of 64-bit lanes in one register; what is one register already, as it is.
    fn packed(&mut self, of: Regs) -> Value {
        match of {
            Regs::One(value) => value,
            Regs::Two([low, high]) => {
                let low = self.b.ins().bitcast(types::I32X4, LITTLE, low);
                let high = self.b.ins().bitcast(types::I32X4, LITTLE, high);
                self.shuffle(low, high, [0, 2, 4, 6])
            }
        }
    }

    /// These of the 32-bit lanes of two registers.
    fn shuffle(&mut self, a: Value, b: Value, lanes: [u8; 4]) -> Value {
        let a = self.b.ins().bitcast(types::I8X16, LITTLE, a);
        let b = self.b.ins().bitcast(types::I8X16, LITTLE, b);
        let mut bytes = [0; 16];
        for (lane, bytes) in lanes.iter().zip(bytes.chunks_exact_mut(4)) {
            for (byte, at) in (lane * 4..).zip(bytes) {
                *at = byte;
            }
        }
        let mask = self
            .b
            .func
            .dfg
            .immediates
            .push(ConstantData::from(&bytes[..]));
        let all = self.b.ins().shuffle(a, b, mask);
        self.b.ins().bitcast(types::I32X4, LITTLE, all)
    }

    // ---- operations ----

    fn pair(&mut self, pair: Pair, form: Form, a: Regs, b: Regs) -> Regs {
        if pair == Pair::MulWide {
            let (a, b) = (
                self.convert(a, Form::I32, Form::I64, true),
                self.convert(b, Form::I32, Form::I64, true),
            );
            return a.zip(b, |a, b| self.b.ins().imul(a, b));
        }
        let float = form == Form::F64;
        a.zip(b, |a, b| match (pair, float) {
            (Pair::Add, false) => self.b.ins().iadd(a, b),
            (Pair::Add, true) => self.b.ins().fadd(a, b),
            (Pair::Sub, false) => self.b.ins().isub(a, b),
            (Pair::Sub, true) => self.b.ins().fsub(a, b),
            (Pair::Mul, false) => self.b.ins().imul(a, b),
            (Pair::Mul, true) => self.b.ins().fmul(a, b),
            (Pair::Div, _) => self.b.ins().fdiv(a, b),
            (Pair::AddSaturating, _) => self.add_saturating(a, b),
            (Pair::SubSaturating, _) => self.subtract_saturating(a, b),
            (Pair::MulSaturating, _) => self.multiply_saturating(a, b),
            (Pair::Least, _) => self.lesser(form, b, a),
            (Pair::Greatest, _) => self.greater(form, b, a),
            (Pair::MulWide, _) => unreachable!("it is done"),
        })
    }

    fn add_saturating(&mut self, a: Value, b: Value) -> Value {
        let sum = self.b.ins().iadd(a, b);
        let (da, db) = (self.b.ins().bxor(sum, a), self.b.ins().bxor(sum, b));
        let wrong = self.b.ins().band(da, db);
        self.saturated(wrong, a, sum)
    }

    fn subtract_saturating(&mut self, a: Value, b: Value) -> Value {
        let difference = self.b.ins().isub(a, b);
        let (da, db) = (self.b.ins().bxor(a, difference), self.b.ins().bxor(a, b));
        let wrong = self.b.ins().band(da, db);
        self.saturated(wrong, a, difference)
    }

    /// The result, or where `wrong` is negative the end of `i64` on the side of `sign`.
    fn saturated(&mut self, wrong: Value, sign: Value, result: Value) -> Value {
        let zero = self.splat(types::I64X2, 0);
        let overflow = self.b.ins().icmp(IntCC::SignedLessThan, wrong, zero);
        let negative = self.b.ins().icmp(IntCC::SignedLessThan, sign, zero);
        let most = self.splat(types::I64X2, i64::MAX as u64);
        let end = self.b.ins().bxor(negative, most);
        self.b.ins().bitselect(overflow, end, result)
    }

    /// There is no wide product of vectors: lane by lane.
    fn multiply_saturating(&mut self, a: Value, b: Value) -> Value {
        let product = [0, 1].map(|lane| {
            let a = self.b.ins().extractlane(a, lane);
            let b = self.b.ins().extractlane(b, lane);
            let low = self.b.ins().imul(a, b);
            let high = self.b.ins().smulhi(a, b);
            let sign = self.b.ins().sshr_imm_u(low, 63);
            let fits = self.b.ins().icmp(IntCC::Equal, high, sign);
            let signs = self.b.ins().bxor(a, b);
            let ones = self.b.ins().sshr_imm_u(signs, 63);
            let most = self.b.ins().iconst(types::I64, i64::MAX);
            let end = self.b.ins().bxor(ones, most);
            self.b.ins().select(fits, low, end)
        });
        let low = self.b.ins().scalar_to_vector(types::I64X2, product[0]);
        self.b.ins().insertlane(low, product[1], 1)
    }

    /// `x` where `x < y`, else `y`.
    fn lesser(&mut self, form: Form, x: Value, y: Value) -> Value {
        let less = self.compare(Order::Less, form, x, y);
        self.either(form, less, x, y)
    }

    /// `x` where `y < x`, else `y`.
    fn greater(&mut self, form: Form, x: Value, y: Value) -> Value {
        let less = self.compare(Order::Less, form, y, x);
        self.either(form, less, x, y)
    }

    fn either(&mut self, form: Form, mask: Value, x: Value, y: Value) -> Value {
        let mask = match form {
            Form::F64 => self.b.ins().bitcast(types::F64X2, LITTLE, mask),
            Form::I32 | Form::I64 => mask,
        };
        self.b.ins().bitselect(mask, x, y)
    }

    fn one(&mut self, one: One, form: Form, a: Value) -> Value {
        match one {
            One::Abs if form == Form::F64 => self.b.ins().fabs(a),
            One::Abs => self.b.ins().iabs(a),
            One::Nearest => self.b.ins().nearest(a),
            One::Floor => self.b.ins().floor(a),
            One::Ceil => self.b.ins().ceil(a),
            One::Finite => {
                let most = self.splat(types::F64X2, f64::MAX.to_bits());
                let least = self.splat(types::F64X2, f64::MIN.to_bits());
                let a = self.lesser(Form::F64, most, a);
                self.greater(Form::F64, least, a)
            }
        }
    }

    /// A mask as wide as the values.
    fn compare(&mut self, order: Order, form: Form, a: Value, b: Value) -> Value {
        let (int, float) = match order {
            Order::Equal => (IntCC::Equal, FloatCC::Equal),
            Order::Less => (IntCC::SignedLessThan, FloatCC::LessThan),
            Order::AtMost => (IntCC::SignedLessThanOrEqual, FloatCC::LessThanOrEqual),
        };
        match form {
            Form::F64 => self.b.ins().fcmp(float, a, b),
            Form::I32 | Form::I64 => self.b.ins().icmp(int, a, b),
        }
    }

    fn select(&mut self, form: Form, mask: Value, a: Regs, b: Regs) -> Regs {
        if form == Form::I32 {
            return Regs::One(self.b.ins().bitselect(mask, a.one(), b.one()));
        }
        let masks = self.convert(Regs::One(mask), Form::I32, Form::I64, true);
        let ([m_low, m_high], [a_low, a_high], [b_low, b_high]) = (masks.two(), a.two(), b.two());
        Regs::Two([
            self.either(form, m_low, a_low, b_low),
            self.either(form, m_high, a_high, b_high),
        ])
    }
}

/// 1.5 * 2^52: its lowest bit is worth one, and there is room for 2^51 on both sides.
const MAGIC: f64 = 6_755_399_441_055_744.0;

fn type_of(form: Form) -> Type {
    match form {
        Form::I32 => types::I32X4,
        Form::I64 => types::I64X2,
        Form::F64 => types::F64X2,
    }
}

fn offset(bytes: usize) -> i32 {
    i32::try_from(bytes).expect("recipes are of bounded size")
}
