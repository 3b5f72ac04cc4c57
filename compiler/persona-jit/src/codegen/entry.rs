//! Whole functions: one for each group of nodes, those that write a batch's answers, those that check events, and
//! the loop over profiles that calls them.

use cranelift_codegen::Context as Work;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, Type, Value, types};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Module};
use persona_ir::KindId;

use super::walk::Direction;
use super::{Binder, Emitter, EventAt, FLAGS, Kind, Shared, Target};
use crate::layout::Group;
use crate::module::CompileError;

/// The parameters of functions that work on one profile: the context and the profile.
const ON_PROFILE: [Type; 2] = [types::I64; 2];

/// What is reused from function to function.
pub(crate) struct Workshop {
    work: Work,
    builder: FunctionBuilderContext,
}

impl Workshop {
    /// An empty workshop.
    pub(crate) fn new(module: &JITModule) -> Self {
        Self {
            work: module.make_context(),
            builder: FunctionBuilderContext::new(),
        }
    }

    /// Defines a function that works on one profile.
    pub(super) fn define<'a>(
        &mut self,
        shared: &mut Shared<'a>,
        body: impl FnOnce(&mut Emitter<'_, 'a, '_>),
    ) -> Result<FuncId, CompileError> {
        self.function(shared, &ON_PROFILE, false, |b, shared| {
            let mut emitter = Emitter::new(b, shared);
            body(&mut emitter);
            emitter.finish();
        })
    }

    /// Defines a function of these parameters, which gives a word or nothing.
    pub(super) fn function<'a>(
        &mut self,
        shared: &mut Shared<'a>,
        params: &[Type],
        gives: bool,
        body: impl FnOnce(FunctionBuilder<'_>, &mut Shared<'a>),
    ) -> Result<FuncId, CompileError> {
        self.work.func.signature = signature(shared.module, params);
        if gives {
            let word = AbiParam::new(types::I64);
            self.work.func.signature.returns.push(word);
        }
        let b = FunctionBuilder::new(&mut self.work.func, &mut self.builder);
        body(b, shared);
        self.compile(shared.module)
    }

    /// Defines a function of these parameters that gives nothing and needs nothing of a program.
    pub(super) fn plain(
        &mut self,
        module: &mut JITModule,
        params: &[Type],
        body: impl FnOnce(FunctionBuilder<'_>, TargetFrontendConfig),
    ) -> Result<FuncId, CompileError> {
        self.work.func.signature = signature(module, params);
        let b = FunctionBuilder::new(&mut self.work.func, &mut self.builder);
        body(b, module.target_config());
        self.compile(module)
    }

    fn compile(&mut self, module: &mut JITModule) -> Result<FuncId, CompileError> {
        let id = module.declare_anonymous_function(&self.work.func.signature)?;
        module.define_function(id, &mut self.work)?;
        module.clear_context(&mut self.work);
        Ok(id)
    }
}

/// Begins a function: its parameters.
pub(super) fn enter(b: &mut FunctionBuilder<'_>) -> Vec<Value> {
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    b.seal_block(entry);
    b.block_params(entry).to_vec()
}

fn signature(module: &JITModule, params: &[Type]) -> Signature {
    let mut signature = module.make_signature();
    signature
        .params
        .extend(params.iter().copied().map(AbiParam::new));
    signature
}

/// Defines the function that computes a group's nodes for one profile.
pub(crate) fn define_group(
    shared: &mut Shared<'_>,
    work: &mut Workshop,
    group: &Group,
) -> Result<FuncId, CompileError> {
    work.define(shared, |emitter| {
        for node in &group.nodes {
            emitter.ensure_operands(*node);
            let val = emitter.compute(*node);
            emitter.remember(*node, val);
            emitter.store_slot(*node, val);
        }
    })
}

/// Defines a function that writes one profile's answers into the buffers.
pub(crate) fn define_answers(
    shared: &mut Shared<'_>,
    work: &mut Workshop,
    targets: &[Target],
) -> Result<FuncId, CompileError> {
    work.define(shared, |emitter| {
        for target in targets {
            emitter.ensure([target.node]);
            let val = emitter.get(target.node);
            let row = emitter.profile;
            emitter.write(*target, val, row);
        }
    })
}

/// Defines a function that writes one profile's Bools as words of the block's row: from word `first` on, of `words`.
pub(crate) fn define_members(
    shared: &mut Shared<'_>,
    work: &mut Workshop,
    targets: &[Target],
    first: usize,
    words: usize,
) -> Result<FuncId, CompileError> {
    work.define(shared, |emitter| {
        for (word, targets) in (first..).zip(targets.chunks(64)) {
            emitter.write_members(targets, word, words);
        }
    })
}

/// Defines a function that checks one profile's events of a kind: each target's Bool, at each event's row.
pub(crate) fn define_checks(
    shared: &mut Shared<'_>,
    work: &mut Workshop,
    kind: KindId,
    targets: &[Target],
) -> Result<FuncId, CompileError> {
    work.define(shared, |emitter| {
        emitter.hoist(targets.iter().map(|target| target.node));
        let table = emitter.events_of(Kind::Static(kind));
        let rows = emitter.profile_rows(table);
        emitter.each_index((rows.low, rows.high), Direction::Forward, |this, row, _| {
            let event = EventAt {
                kind: Kind::Static(kind),
                row,
            };
            this.with_binder(0, Binder::Event(event), |this| {
                for target in targets {
                    this.ensure([target.node]);
                    let val = this.get(target.node);
                    this.write(*target, val, row);
                }
            });
        });
    })
}

/// Defines the loop that runs functions for each profile of a range. Its parameters: the context, the first profile,
/// the one behind the last, the address of the functions' addresses, their number.
pub(crate) fn define_driver(
    module: &mut JITModule,
    work: &mut Workshop,
) -> Result<FuncId, CompileError> {
    let callee = signature(module, &ON_PROFILE);
    work.work.func.signature = signature(module, &[types::I64; 5]);
    let mut b = FunctionBuilder::new(&mut work.work.func, &mut work.builder);
    let params = enter(&mut b);
    let (ctx, first, last) = (params[0], params[1], params[2]);
    let (functions, count) = (params[3], params[4]);
    let callee = b.import_signature(callee);
    let zero = b.ins().iconst(types::I64, 0);
    counted(&mut b, (first, last), |b, profile| {
        counted(b, (zero, count), |b, index| {
            let offset = b.ins().ishl_imm_u(index, 3);
            let address = b.ins().iadd(functions, offset);
            let function = b.ins().load(types::I64, FLAGS, address, 0);
            b.ins().call_indirect(callee, function, &[ctx, profile]);
        });
    });
    b.ins().return_(&[]);
    b.finalize(module.target_config());
    work.compile(module)
}

/// Runs `body` for each number of a range.
fn counted(
    b: &mut FunctionBuilder<'_>,
    (low, high): (Value, Value),
    body: impl FnOnce(&mut FunctionBuilder<'_>, Value),
) {
    let [head, inside, done] = [(); 3].map(|()| b.create_block());
    let index = b.append_block_param(head, types::I64);
    b.ins().jump(head, &[low.into()]);
    b.switch_to_block(head);
    let more = b.ins().icmp(IntCC::SignedLessThan, index, high);
    b.ins().brif(more, inside, &[], done, &[]);
    b.switch_to_block(inside);
    b.seal_block(inside);
    body(b, index);
    let next = b.ins().iadd_imm_s(index, 1);
    b.ins().jump(head, &[next.into()]);
    b.seal_block(head);
    b.switch_to_block(done);
    b.seal_block(done);
}
