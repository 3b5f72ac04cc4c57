//! The memory that an index over rules says it takes is what the allocator gave out, to the byte, under every budget; and it
//! never is more than the budget. Counts the allocations of its own thread.
#![expect(unsafe_code, reason = "an allocator that counts")]
#![expect(clippy::panic, reason = "tests panic")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use persona_base::{FileId, IndexVec, Span};
use persona_ir::{
    Builder, ColId, Column, Const, Explain, ExplainKind, NodeId, Op, Output, OutputKind, Place,
    Plan, Schema, Table, Ty, Weekday,
};
use persona_jit::{RuleIndex, RuleIndexError, RuleIndexOptions};

struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: usize, sign: isize) {
    // A thread that ends has no counter any more.
    let _ = LIVE.try_with(|live| live.set(live.get() + sign * bytes.cast_signed()));
}

// SAFETY: hands every call on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: as above.
        unsafe { System.dealloc(address, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const COLUMNS: u32 = 12;

fn column(name: String, ty: Ty) -> Column {
    Column {
        name: name.into(),
        ty,
        validate: None,
        optional: false,
        default: None,
    }
}

fn output(index: usize, node: NodeId) -> Output {
    let place = Place {
        file: FileId(0),
        span: Span::new(0, 0),
    };
    Output {
        name: format!("rule{index:05}").into(),
        title: None,
        kind: OutputKind::Segment,
        node,
        explain: Explain {
            kind: ExplainKind::Atom,
            place,
            node: Some(node),
            parts: Vec::new(),
        },
    }
}

/// Rules that demand ranges of two or three numbers.
fn plan(rules: usize) -> Plan {
    let (mut b, mut seed) = (Builder::new(), 7_u64);
    let mut below = |bound: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % bound
    };
    let mut outputs = Vec::new();
    for index in 0..rules {
        let mut tests = Vec::new();
        for _ in 0..2 + below(2) {
            let col = u32::try_from(below(u64::from(COLUMNS))).expect("few columns") + 1;
            let of = b.node(Op::Profile(ColId(col)), Ty::Int, false);
            let bound = i64::try_from(below(400) * 1_000).expect("a small number");
            let bound = b.constant(Const::Int(bound), Ty::Int);
            let op = if below(2) == 0 {
                Op::Lt(of, bound)
            } else {
                Op::Le(bound, of)
            };
            tests.push(b.node(op, Ty::Bool, false));
        }
        tests.sort_unstable();
        tests.dedup();
        let node = match *tests {
            [one] => one,
            _ => b.node(Op::And(tests.into()), Ty::Bool, false),
        };
        outputs.push(output(index, node));
    }
    let columns = (0..COLUMNS).map(|index| column(format!("n{index}"), Ty::Int));
    Plan {
        package: "memory".into(),
        zone: "UTC".into(),
        week_start: Weekday::Monday,
        schema: Schema {
            catalogs: Default::default(),
            enums: IndexVec::new(),
            profile: Table {
                name: "Customer".into(),
                columns: std::iter::once(column("key".into(), Ty::Str))
                    .chain(columns)
                    .collect(),
            },
            key: ColId(0),
            zone: None,
            events: IndexVec::new(),
        },
        nodes: b.finish(),
        outputs,
        ranks: IndexVec::new(),
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}

/// An index within a budget, and the bytes that making it left allocated.
fn index(plan: &Plan, memory: usize) -> (RuleIndex, isize) {
    let options = RuleIndexOptions {
        memory,
        ..RuleIndexOptions::default()
    };
    let before = LIVE.get();
    let index = match RuleIndex::new(plan, &options) {
        Ok(index) => index,
        Err(error) => panic!("{error}"),
    };
    (index, LIVE.get() - before)
}

#[test]
fn the_budget_is_kept_and_accounted_to_the_byte() {
    let plan = plan(3_000);
    // What is made once per process is made now.
    drop(index(&plan, usize::MAX));
    let (whole, whole_bytes) = index(&plan, usize::MAX);
    let options = RuleIndexOptions {
        memory: 0,
        ..RuleIndexOptions::default()
    };
    let least = match RuleIndex::new(&plan, &options) {
        Err(RuleIndexError::Memory { needed, budget: 0 }) => needed,
        other => panic!("{other:?}"),
    };
    let most = whole.memory().total();
    assert!(least < most - most / 4, "{least} of {most}");
    let (mut filed, mut always) = (0, 0);
    for step in 0..=12 {
        let budget = least + (most - least) * step / 12;
        let (some, bytes) = index(&plan, budget);
        let memory = some.memory();
        assert!(memory.total() <= budget, "{memory:?} within {budget}");
        let difference = most.cast_signed() - memory.total().cast_signed();
        assert_eq!(
            whole_bytes - bytes,
            difference,
            "{memory:?} within {budget}"
        );
        filed += usize::from(some.stats().filed > some.stats().always);
        always += usize::from(some.stats().always > 0);
    }
    assert!(
        filed > 2 && always > 0,
        "{filed} budgets file rules, {always} ask some always"
    );
    assert_eq!(whole.stats().filed, 0);
}
