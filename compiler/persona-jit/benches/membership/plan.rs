//! Segments that mix conditions on columns, on counts, sums and last events in windows over eight kinds of event, and
//! sequences.

use persona_base::{FileId, IndexVec, Span};
use persona_ir::{
    Agg, AggKind, Bound, Builder, ColId, Column, Const, EnumDef, EnumId, EnumValue, EventCol,
    Explain, ExplainKind, InstantSpec, KindId, Negation, NegationMode, NodeId, Op, Output,
    OutputKind, Place, Plan, Query, Schema, Sequence, Step, Table, Ty, Weekday,
};

use crate::people::{CATEGORIES, DAY, KINDS, NUMBERS, Rng, WINDOWS};

const CATEGORY: EnumId = EnumId(0);

/// The columns of every kind of event behind its instant and identifier.
const AMOUNT: ColId = ColId(2);
const SORT: ColId = ColId(3);

fn column(name: &str, ty: Ty, optional: bool) -> Column {
    Column {
        name: name.into(),
        ty,
        validate: None,
        optional,
        default: None,
    }
}

fn schema() -> Schema {
    // With defaults, nobody lacks a value.
    let usual = |column: Column, default: Const| Column {
        default: Some(default),
        ..column
    };
    let mut profile = vec![
        column("id", Ty::Str, false),
        usual(column("seen", Ty::Timestamp, false), Const::Int(0)),
        usual(column("sort", Ty::Enum(CATEGORY), false), Const::Enum(0)),
    ];
    let number = |index: usize| column(&format!("n{index:02}"), Ty::Int, false);
    profile.extend((0..NUMBERS).map(|index| usual(number(index), Const::Int(0))));
    let event = |index: usize| Table {
        name: format!("Kind{index}").into(),
        columns: IndexVec::from_iter([
            column("at", Ty::Timestamp, false),
            column("id", Ty::Str, true),
            column("amount", Ty::Int, false),
            column("sort", Ty::Enum(CATEGORY), false),
        ]),
    };
    let value = |index: u32| EnumValue {
        name: format!("c{index}").into(),
        title: None,
    };
    Schema {
        catalogs: Default::default(),
        enums: IndexVec::from_iter([EnumDef {
            name: "Category".into(),
            ordered: false,
            values: (0..CATEGORIES).map(value).collect(),
        }]),
        profile: Table {
            name: "Customer".into(),
            columns: profile.into_iter().collect(),
        },
        key: ColId(0),
        zone: None,
        events: (0..KINDS).map(event).collect(),
    }
}

/// Makes segments.
struct Maker<'r> {
    builder: Builder,
    rng: &'r mut Rng,
}

impl Maker<'_> {
    fn bool(&mut self, op: Op) -> NodeId {
        self.builder.node(op, Ty::Bool, false)
    }

    fn int(&mut self, value: i64, ty: Ty) -> NodeId {
        self.builder.constant(Const::Int(value), ty)
    }

    fn ago(&mut self, days: i64) -> NodeId {
        let spec = InstantSpec::NowPlus(-days * DAY);
        self.builder.node(Op::Instant(spec), Ty::Timestamp, false)
    }

    fn segment(&mut self) -> NodeId {
        let count = 2 + self.rng.below(3);
        let mut parts: Vec<NodeId> = (0..count).map(|_| self.condition()).collect();
        parts.sort_unstable();
        parts.dedup();
        match &parts[..] {
            [one] => *one,
            _ if self.rng.below(4) == 0 => self.bool(Op::Or(parts.into())),
            _ => self.bool(Op::And(parts.into())),
        }
    }

    fn condition(&mut self) -> NodeId {
        let atom = match self.rng.below(20) {
            0..=6 => self.number(),
            7..=8 => self.choice(),
            9 => self.seen(),
            10..=13 => self.counted(),
            14..=16 => self.summed(),
            17..=18 => self.happened(),
            _ => self.sequence(),
        };
        if self.rng.below(5) == 0 {
            self.bool(Op::Not(atom))
        } else {
            atom
        }
    }

    fn number(&mut self) -> NodeId {
        let col = ColId::from(3 + self.rng.below(NUMBERS));
        let value = self.builder.node(Op::Profile(col), Ty::Int, false);
        let bound = self.rng.number(100) * 10;
        let bound = self.int(bound, Ty::Int);
        self.bool(Op::Lt(bound, value))
    }

    fn choice(&mut self) -> NodeId {
        let value = self
            .builder
            .node(Op::Profile(ColId(2)), Ty::Enum(CATEGORY), false);
        let first = u32::try_from(self.rng.below(5)).expect("small");
        let set = [first, first + 1].map(Const::Enum);
        self.bool(Op::In(value, set.to_vec().into()))
    }

    fn seen(&mut self) -> NodeId {
        let value = self
            .builder
            .node(Op::Profile(ColId(1)), Ty::Timestamp, false);
        let days = 1 + self.rng.number(365);
        let ago = self.ago(days);
        self.bool(Op::Lt(ago, value))
    }

    fn event(&mut self, kind: KindId, level: u8, col: ColId, ty: Ty) -> NodeId {
        let cols = vec![EventCol { kind, col }];
        let op = Op::Event {
            level,
            cols: cols.into(),
        };
        self.builder.node(op, ty, false)
    }

    /// All events, those of more than 50, or those of one sort.
    fn filter(&mut self, kind: KindId) -> Option<NodeId> {
        match self.rng.below(8) {
            0 | 1 => None,
            2 => {
                let amount = self.event(kind, 0, AMOUNT, Ty::Int);
                let bound = self.int(50, Ty::Int);
                Some(self.bool(Op::Lt(bound, amount)))
            }
            sort => {
                let value = self.event(kind, 0, SORT, Ty::Enum(CATEGORY));
                let sort = u32::try_from(sort - 3).expect("small");
                let ty = Ty::Enum(CATEGORY);
                let sort = self.builder.constant(Const::Enum(sort), ty);
                Some(self.bool(Op::Eq(value, sort)))
            }
        }
    }

    fn query(&mut self) -> Query {
        let kind = KindId::from(self.rng.below(KINDS));
        let filter = self.filter(kind);
        let days = match self.rng.below(10) {
            9 => None,
            window => Some(WINDOWS[window]),
        };
        let from = days.map(|days| Bound {
            at: self.ago(days),
            inclusive: false,
        });
        Query {
            kinds: vec![kind].into(),
            items: None,
            from,
            to: None,
            latest: None,
            filter,
        }
    }

    fn aggregate(&mut self, kind: AggKind, query: Query, value: Option<NodeId>) -> NodeId {
        let ty = if kind == AggKind::Exists {
            Ty::Bool
        } else {
            Ty::Int
        };
        let op = Op::Agg(Box::new(Agg { kind, query, value }));
        self.builder.node(op, ty, false)
    }

    fn counted(&mut self) -> NodeId {
        let query = self.query();
        let count = self.aggregate(AggKind::Count, query, None);
        let bound = 1 + self.rng.number(8);
        let bound = self.int(bound, Ty::Int);
        self.bool(Op::Le(bound, count))
    }

    fn summed(&mut self) -> NodeId {
        let query = self.query();
        let value = self.event(query.kinds[0], 0, AMOUNT, Ty::Int);
        let sum = self.aggregate(AggKind::Sum, query, Some(value));
        let bound = self.rng.number(30) * 50;
        let bound = self.int(bound, Ty::Int);
        self.bool(Op::Lt(bound, sum))
    }

    fn happened(&mut self) -> NodeId {
        let query = self.query();
        self.aggregate(AggKind::Exists, query, None)
    }

    fn sequence(&mut self) -> NodeId {
        let first = self.rng.below(KINDS);
        let second = KindId::from((first + 1 + self.rng.below(3)) % KINDS);
        let days = [1, 7][self.rng.below(2)];
        let length = self.int(days * DAY, Ty::Duration);
        let from = Bound {
            at: self.ago(90),
            inclusive: false,
        };
        let first = Query {
            kinds: vec![KindId::from(first)].into(),
            items: None,
            from: Some(from),
            to: None,
            latest: None,
            filter: None,
        };
        let kinds: Box<[KindId]> = vec![second].into();
        let (steps, not) = if self.rng.below(2) == 0 {
            let step = Step {
                kinds,
                filter: None,
                within: Some(length),
            };
            (vec![step], None)
        } else {
            let not = Negation {
                kinds,
                filter: None,
                mode: NegationMode::Within(length),
            };
            (Vec::new(), Some(not))
        };
        self.bool(Op::Sequence(Box::new(Sequence {
            first,
            latest: false,
            steps: steps.into(),
            not,
        })))
    }
}

/// So many segments of people with columns and events.
pub(crate) fn plan(rng: &mut Rng, segments: usize) -> Plan {
    let mut maker = Maker {
        builder: Builder::new(),
        rng,
    };
    let nodes: Vec<NodeId> = (0..segments).map(|_| maker.segment()).collect();
    let place = Place {
        file: FileId(0),
        span: Span::new(0, 0),
    };
    let output = |(index, node): (usize, NodeId)| Output {
        name: format!("s{index:06}").into(),
        title: None,
        kind: OutputKind::Segment,
        node,
        explain: Explain {
            kind: ExplainKind::Atom,
            place,
            node: Some(node),
            parts: Vec::new(),
        },
    };
    Plan {
        package: "bench".into(),
        zone: "UTC".into(),
        week_start: Weekday::Monday,
        schema: schema(),
        nodes: maker.builder.finish(),
        outputs: nodes.into_iter().enumerate().map(output).collect(),
        ranks: IndexVec::new(),
        checks: Vec::new(),
        sources: Vec::new(),
        prefer: Vec::new(),
    }
}
