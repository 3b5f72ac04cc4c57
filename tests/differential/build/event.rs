//! Questions about history: queries with their windows and conditions, counts, aggregates, sequences.

use super::{Builder, COUNTS, condition, literal, value};
use crate::differential::naive::civil::DAY;
use crate::differential::tree::{
    Agg, Cmp, E, Field, Fun, ITEM, K, Never, Query, Span, Step, Times, Ty, Unit, V, Window,
};

/// What a condition inside a query can see.
#[derive(Clone)]
struct Scope {
    /// The common fields of the kinds of each bound step; the last is the one whose fields are bare.
    steps: Vec<Vec<Field>>,
    /// Whether an item is bound, and its fields are bare.
    item: bool,
}

impl Builder<'_> {
    /// The fields that all of these kinds have.
    fn common(&self, kinds: &[usize]) -> Vec<Field> {
        let fields = |kind: &usize| &self.program.schema.events[*kind].1;
        let everywhere = |field: &&Field| {
            kinds
                .iter()
                .all(|kind| fields(kind).iter().any(|other| other.name == field.name))
        };
        fields(&kinds[0])
            .iter()
            .filter(everywhere)
            .cloned()
            .collect()
    }

    /// One kind, or several.
    fn kinds(&mut self) -> Vec<usize> {
        let count = self.program.schema.events.len();
        let first = self.rng.index(count);
        let mut kinds = vec![first];
        if count > 1 && self.rng.chance(2_500) {
            kinds.push((first + 1 + self.rng.index(count - 1)) % count);
            kinds.sort_unstable();
        }
        kinds
    }

    /// A query. Its condition is open at most where that is allowed.
    fn query(&mut self, open: bool) -> Query {
        let kinds = self.kinds();
        let items = kinds == [0] && self.rng.chance(1_500);
        let window = self.event_window();
        let steps = vec![self.common(&kinds)];
        let filter = self
            .rng
            .chance(5_000)
            .then(|| Box::new(self.event_condition(&Scope { steps, item: items }, open, 1)));
        Query {
            kinds,
            items,
            window,
            filter,
        }
    }

    fn event_window(&mut self) -> Option<Window> {
        match self.rng.below(10) {
            0..3 => None,
            3 => Some(Window::Latest(
                u32::try_from(self.rng.between(1, 4)).expect("few events"),
            )),
            _ => Some(self.window(false, false)),
        }
    }

    pub(super) fn did(&mut self, open: bool) -> E {
        let negated = self.rng.chance(4_000);
        let query = self.query(open && !negated);
        let open = query.filter.as_ref().is_some_and(|filter| filter.optional);
        condition(K::Did(negated, query), open)
    }

    /// How many times, as sugar or as a comparison of a count.
    pub(super) fn counted(&mut self, open: bool) -> E {
        let times = *self.rng.pick(&COUNTS);
        let count = u32::try_from(self.rng.between(1, 4)).expect("few times");
        let at_least = matches!(times(1), Times::AtLeast(_));
        if self.rng.chance(5_000) {
            let mut query = self.query(open && at_least);
            query.items = false;
            let open = query.filter.as_ref().is_some_and(|filter| filter.optional);
            if matches!(query.window, Some(Window::Latest(_))) {
                query.window = None;
            }
            if query
                .filter
                .as_ref()
                .is_some_and(|filter| mentions_item(filter))
            {
                query.filter = None;
            }
            return condition(K::DidTimes(query, times(count)), open);
        }
        let query = self.query(open && at_least);
        let open = query.filter.as_ref().is_some_and(|filter| filter.optional);
        let counted = E {
            k: K::Agg(Agg::Count, query, None),
            ty: Ty::Int,
            optional: false,
        };
        let bound = literal(Ty::Int, V::Int(i64::from(count)));
        let op = match times(1) {
            Times::AtLeast(_) => *self.rng.pick(&[Cmp::Ge, Cmp::Gt]),
            Times::AtMost(_) => *self.rng.pick(&[Cmp::Le, Cmp::Lt]),
            Times::Exactly(_) => Cmp::Eq,
        };
        condition(K::Compare(op, Box::new(counted), Box::new(bound)), open)
    }

    pub(super) fn per_value(&mut self, open: bool) -> E {
        let kinds = self.kinds();
        let fields = self.common(&kinds);
        let keys: Vec<Field> = fields
            .iter()
            .filter(|field| matches!(field.ty, Ty::Int | Ty::Str | Ty::Color))
            .cloned()
            .collect();
        let key = self.rng.pick(&keys).clone();
        let window = Some(self.window(false, false));
        let filter = self.settled_field(&fields, &key, open);
        let open = filter.as_ref().is_some_and(|filter| filter.optional);
        let count = u32::try_from(self.rng.between(2, 3)).expect("few times");
        condition(
            K::DidPer(
                Query {
                    kinds,
                    items: false,
                    window,
                    filter,
                },
                count,
                key.name,
            ),
            open,
        )
    }

    /// A condition under which a field is known: `f is known and …`.
    fn settled_field(&mut self, fields: &[Field], field: &Field, open: bool) -> Option<Box<E>> {
        let scope = Scope {
            steps: vec![fields.to_vec()],
            item: false,
        };
        let mut parts = Vec::new();
        if field.optional {
            let operand = E {
                k: K::Event(0, field.name),
                ty: field.ty,
                optional: true,
            };
            parts.push(condition(K::Known(true, Box::new(operand)), false));
        }
        if self.rng.chance(4_000) {
            parts.push(self.event_condition(&scope, open, 0));
        }
        let any = parts.iter().any(|part| part.optional);
        match parts.len() {
            0 => None,
            1 => parts.pop().map(Box::new),
            _ => Some(Box::new(condition(K::And(parts), any))),
        }
    }

    pub(super) fn regular(&mut self, open: bool) -> E {
        let mut query = self.query(open);
        query.window = None;
        let open = query.filter.as_ref().is_some_and(|filter| filter.optional);
        let unit = *self.rng.pick(&[
            Unit::Day,
            Unit::Week,
            Unit::Month,
            Unit::Quarter,
            Unit::Year,
        ]);
        let units = self.rng.between(1, 4);
        let hit = self.rng.between(1, units);
        self.windows.push(Window::LastCalendar(
            u32::try_from(units).expect("few units"),
            unit,
        ));
        let number = |n: i64| u32::try_from(n).expect("few units");
        condition(K::Regular(query, number(hit), number(units), unit), open)
    }

    /// A query of a step: kinds and a condition, without window.
    fn step(&mut self, before: &[Vec<Field>], open: bool) -> (Query, Vec<Field>) {
        let kinds = self.kinds();
        let fields = self.common(&kinds);
        let mut steps = before.to_vec();
        steps.push(fields.clone());
        let filter = self
            .rng
            .chance(4_500)
            .then(|| Box::new(self.event_condition(&Scope { steps, item: false }, open, 1)));
        (
            Query {
                kinds,
                items: false,
                window: None,
                filter,
            },
            fields,
        )
    }

    fn lasting(&mut self) -> i64 {
        let micros = *self
            .rng
            .pick(&[DAY / 24, DAY, DAY + DAY / 2, 7 * DAY, 30 * DAY]);
        self.spans.push(micros);
        micros
    }

    pub(super) fn sequence(&mut self, open: bool) -> E {
        let latest = self.rng.chance(4_000);
        let never = self.rng.chance(6_000);
        let mut bound = Vec::new();
        // With `latest`, which event is tried depends on the condition, so that a missing value decides.
        let (mut first, fields) = self.step(&bound, open && !latest);
        first.window = if self.rng.chance(7_000) {
            Some(self.window(false, false))
        } else {
            None
        };
        bound.push(fields);
        let mut steps = Vec::new();
        for _ in 0..self.rng.between(i64::from(!never), 2) {
            let (query, fields) = self.step(&bound, open);
            let within = self.rng.chance(5_000).then(|| self.lasting());
            bound.push(fields);
            steps.push(Step { query, within });
        }
        let never = never.then(|| {
            let (query, _) = self.step(&bound, false);
            let mode = match self.rng.below(3) {
                0 => Never::Within(self.lasting()),
                1 => Never::For(self.lasting()),
                _ => Never::Ever,
            };
            (query, mode)
        });
        let is_open = |query: &Query| query.filter.as_ref().is_some_and(|filter| filter.optional);
        let open = is_open(&first) || steps.iter().any(|step| is_open(&step.query));
        condition(
            K::Sequence {
                latest,
                first,
                steps,
                never,
            },
            open,
        )
    }

    /// The last value of some field, which may be missing.
    pub(super) fn last_of_something(&mut self) -> E {
        let query = self.query(false);
        let query = Query {
            items: false,
            filter: query.filter.filter(|filter| !mentions_item(filter)),
            ..query
        };
        E {
            k: K::Agg(Agg::Last, query, Some("at")),
            ty: Ty::Timestamp,
            optional: true,
        }
    }

    /// An aggregate over events that gives this type.
    pub(super) fn history(&mut self, ty: Ty) -> E {
        let kinds = self.kinds();
        let fields = self.common(&kinds);
        let window = self.event_window();
        let kind = *self.rng.pick(aggregates(ty));
        let scope = Scope {
            steps: vec![fields.clone()],
            item: false,
        };
        let (field, filter, optional) = match (kind, ty) {
            (Agg::Count | Agg::Gap, _) => (None, self.some_filter(&scope), kind == Agg::Gap),
            (Agg::Share, _) => {
                let condition = self.event_condition(&scope, false, 1);
                (None, Some(Box::new(condition)), true)
            }
            (_, Ty::Timestamp) => (Some("at"), self.some_filter(&scope), true),
            _ => {
                let Some(field) = self.aggregated(kind, ty, &fields) else {
                    return self.simple(ty);
                };
                // `first`, `last` and `nth` give the event's value as it is; the others want it settled.
                let filter = match kind {
                    Agg::First | Agg::Last | Agg::Nth(_) => self.some_filter(&scope),
                    _ => self.settled_field(&fields, &field, false),
                };
                let optional = !matches!(kind, Agg::Sum | Agg::Distinct);
                (Some(field.name), filter, optional)
            }
        };
        let query = Query {
            kinds,
            items: false,
            window,
            filter,
        };
        E {
            k: K::Agg(kind, query, field),
            ty,
            optional,
        }
    }

    /// A settled condition, or none.
    fn some_filter(&mut self, scope: &Scope) -> Option<Box<E>> {
        let some = self.rng.chance(4_000);
        some.then(|| Box::new(self.event_condition(scope, false, 0)))
    }

    /// A field whose aggregate has this type.
    fn aggregated(&mut self, kind: Agg, ty: Ty, fields: &[Field]) -> Option<Field> {
        let types: &[Ty] = match (kind, ty) {
            (Agg::Distinct | Agg::TopShare, _) => &[Ty::Int, Ty::Str, Ty::Color],
            (Agg::Avg, Ty::Float) => &[Ty::Int, Ty::Float],
            _ => &[ty],
        };
        let found: Vec<&Field> = fields
            .iter()
            .filter(|field| types.contains(&field.ty))
            .collect();
        if found.is_empty() {
            return None;
        }
        Some(Field::clone(*self.rng.pick(&found)))
    }

    /// A condition each of whose branches asks about the event (or item) that is bound last.
    fn event_condition(&mut self, scope: &Scope, open: bool, depth: u32) -> E {
        let parts = |builder: &mut Self, open| {
            (0..2)
                .map(|_| builder.event_condition(scope, open, depth - 1))
                .collect::<Vec<E>>()
        };
        match self.rng.below(if depth == 0 { 7 } else { 10 }) {
            7 => {
                let parts = parts(self, open);
                let any = parts.iter().any(|part| part.optional);
                condition(K::And(parts), any)
            }
            8 => {
                let parts = parts(self, open);
                let any = parts.iter().any(|part| part.optional);
                condition(K::Or(parts), any)
            }
            9 => {
                let inner = self.event_condition(scope, false, depth - 1);
                condition(K::Not(Box::new(inner)), false)
            }
            2 if !scope.item => self.each_item(scope, open),
            0 if !scope.item => self.event_time(open),
            1 if scope.steps.len() > 1 => self.correlated(scope, open),
            _ => self.event_compare(scope, open),
        }
    }

    /// Some or all of the event's items.
    fn each_item(&mut self, scope: &Scope, open: bool) -> E {
        let fields = scope.steps.last().expect("a bound event");
        let items = fields.iter().find(|field| field.name == "items");
        let Some(optional) = items.map(|field| field.optional) else {
            return self.event_compare(scope, open);
        };
        let all = self.rng.chance(4_000);
        if optional && (all || !open) {
            return self.event_compare(scope, open);
        }
        let inside = Scope {
            item: true,
            ..scope.clone()
        };
        let body = self.event_compare(&inside, open && !all);
        let open = optional || body.optional;
        condition(K::EachItem(all, Box::new(body)), open)
    }

    /// A field of the event that is bound last, or of its item.
    fn bound_field(&mut self, scope: &Scope, types: &[Ty]) -> E {
        if scope.item {
            let (name, ty, optional) = *self.rng.pick(&ITEM);
            return E {
                k: K::Item(name),
                ty,
                optional,
            };
        }
        let step = scope.steps.len() - 1;
        let fields: Vec<&Field> = scope.steps[step]
            .iter()
            .filter(|field| types.contains(&field.ty))
            .collect();
        let field = *self.rng.pick(&fields);
        E {
            k: K::Event(step, field.name),
            ty: field.ty,
            optional: field.optional,
        }
    }

    fn event_compare(&mut self, scope: &Scope, open: bool) -> E {
        let field = self.bound_field(scope, &[Ty::Int, Ty::Str, Ty::Float, Ty::Money, Ty::Color]);
        let op = match field.ty {
            Ty::Color => *self.rng.pick(&[Cmp::Eq, Cmp::Ne]),
            Ty::Str => *self.rng.pick(&[
                Cmp::Eq,
                Cmp::Ne,
                Cmp::Lt,
                Cmp::StartsWith,
                Cmp::Contains,
                Cmp::Fold,
            ]),
            _ => *self
                .rng
                .pick(&[Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Le, Cmp::Gt, Cmp::Ge]),
        };
        if field.optional && self.rng.chance(2_500) {
            return condition(K::Known(self.rng.chance(5_000), Box::new(field)), false);
        }
        let settled = !open || op.negative();
        let a = if settled { self.settle(field) } else { field };
        let b = match if self.rng.chance(2_500) {
            self.field(a.ty, None)
        } else {
            None
        } {
            Some(field) if settled => self.settle(field),
            Some(field) => field,
            None => literal(a.ty, value::constant(self.rng, a.ty)),
        };
        let open = a.optional || b.optional;
        condition(K::Compare(op, Box::new(a), Box::new(b)), open)
    }

    /// When the event happened, or what time it speaks of.
    fn event_time(&mut self, open: bool) -> E {
        let at = E {
            k: K::Event(usize::MAX, "at"),
            ty: Ty::Timestamp,
            optional: false,
        };
        match self.rng.below(4) {
            0 => {
                let hour = E {
                    k: K::Fun(Fun::Hour, Box::new(at)),
                    ty: Ty::Int,
                    optional: false,
                };
                let bound = literal(Ty::Int, V::Int(self.rng.between(0, 23)));
                condition(
                    K::Compare(
                        *self.rng.pick(&[Cmp::Lt, Cmp::Ge, Cmp::Eq]),
                        Box::new(hour),
                        Box::new(bound),
                    ),
                    false,
                )
            }
            1 => condition(K::Weekday(Box::new(at), self.rng.index(7)), false),
            2 => {
                let window = Window::Last(Span::Fixed(*self.rng.pick(&[DAY, 7 * DAY, 30 * DAY])));
                self.windows.push(window);
                condition(K::InWindow(Box::new(at), window), false)
            }
            _ => {
                let field = self.field(Ty::Timestamp, if open { None } else { Some(false) });
                let Some(field) = field else {
                    return condition(K::Weekday(Box::new(at), 0), false);
                };
                let open = field.optional;
                condition(
                    K::Compare(
                        *self.rng.pick(&[Cmp::Before, Cmp::After]),
                        Box::new(at),
                        Box::new(field),
                    ),
                    open,
                )
            }
        }
    }

    /// The event against one that was matched before it.
    fn correlated(&mut self, scope: &Scope, open: bool) -> E {
        let last = scope.steps.len() - 1;
        let earlier = self.rng.index(last);
        let names: Vec<(&'static str, Ty)> = [("v", Ty::Int), ("k", Ty::Str)].to_vec();
        let (name, ty) = *self.rng.pick(&names);
        let of = |step: usize| {
            let optional = scope.steps[step]
                .iter()
                .any(|field| field.name == name && field.optional);
            E {
                k: K::Event(step, name),
                ty,
                optional,
            }
        };
        let (a, b) = (of(last), of(earlier));
        let (a, b) = if open {
            (a, b)
        } else {
            (self.settle(a), self.settle(b))
        };
        let ops: &[Cmp] = if ty == Ty::Int {
            &[Cmp::Eq, Cmp::Lt, Cmp::Ge]
        } else {
            &[Cmp::Eq]
        };
        let open = a.optional || b.optional;
        condition(
            K::Compare(*self.rng.pick(ops), Box::new(a), Box::new(b)),
            open,
        )
    }
}

/// Whether a condition asks about an item.
fn mentions_item(e: &E) -> bool {
    match &e.k {
        K::Item(_) => true,
        K::And(parts) | K::Or(parts) => parts.iter().any(mentions_item),
        K::Not(a) | K::Known(_, a) | K::Fun(_, a) => mentions_item(a),
        K::Compare(_, a, b) | K::Coalesce(a, b) => mentions_item(a) || mentions_item(b),
        _ => false,
    }
}

/// The aggregates over events that give a type.
fn aggregates(ty: Ty) -> &'static [Agg] {
    use Agg::{
        Avg, Count, Distinct, First, Gap, Last, Max, Min, MostCommon, Nth, Share, Sum, TopShare,
    };
    match ty {
        Ty::Int => &[
            Count,
            Sum,
            Min,
            Max,
            Distinct,
            MostCommon,
            First,
            Last,
            Nth(2),
        ],
        Ty::Float => &[Avg, Sum, Min, Max, TopShare, Share, Last],
        Ty::Money => &[Avg, Sum, Min, Max, First, Nth(3)],
        Ty::Timestamp => &[First, Last, Nth(2)],
        Ty::Duration => &[Gap],
        _ => &[MostCommon, First, Last],
    }
}
