//! One person's state and bringing it up to date: only cells that were marked, or whose bounds have passed, are computed;
//! those that mind follow only where a value is another; conditions only where an atom under them turned.

use std::sync::Arc;

use persona_ir::ColId;
use persona_runtime::flips::{Keep, NEVER};
use persona_runtime::time::{Clock, Times, Zone};
use persona_runtime::{Calibration, Evaluator, EventRef, Facts, ProfileEvaluator, Scratch, Value};

use super::cuts::MISSING;
use super::network::{Cell, Network, Source};
use super::person::{Person, Placed};
use super::streams::{Filled, Stream, StreamId};
use super::windows::{Cut, Window};
use crate::atoms::{Part, PartId};

/// A person with everything that is known of them.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) person: Person,
    pub(super) state: State,
}

/// What follows from a person's row and events at the last instant at which anything changed.
#[derive(Clone, Debug)]
pub(super) struct State {
    zone: Zone,
    /// The value of each cell, an instant before which time does not change it, and how many cuts it is beyond.
    values: Vec<Value>,
    bounds: Vec<i64>,
    regions: Vec<u32>,
    /// The least of each 64 bounds.
    least: Vec<i64>,
    streams: Vec<Filled>,
    /// One bit for each part: whether it holds.
    parts: Vec<u64>,
    /// The least of all bounds.
    pub(super) next: i64,
}

/// Bits that say what is to be done, taken in order; new ones are behind those that were taken.
#[derive(Debug, Default)]
struct Marks {
    words: Vec<u64>,
    first: usize,
}

impl Marks {
    fn new(len: usize) -> Self {
        Self {
            words: vec![0; len.div_ceil(64)],
            first: len,
        }
    }

    fn set(&mut self, index: usize) {
        self.words[index / 64] |= 1 << (index % 64);
        self.first = self.first.min(index / 64);
    }

    fn set_all(&mut self, len: usize) {
        (0..len).for_each(|index| self.set(index));
    }

    fn take(&mut self) -> Option<usize> {
        while let Some(word) = self.words.get_mut(self.first) {
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some(self.first * 64 + bit);
            }
            self.first += 1;
        }
        None
    }
}

/// Memory for settling, used again and again.
#[derive(Debug)]
pub(super) struct Desk {
    cells: Marks,
    parts: Marks,
    /// The parts with answers that turned; those named an even number of times are as they were.
    turned: Vec<PartId>,
    blocks: Marks,
    scratch: Option<Scratch>,
}

impl Desk {
    pub(super) fn new(network: &Network) -> Self {
        Self {
            cells: Marks::new(network.cells.len()),
            parts: Marks::new(network.parts.len()),
            turned: Vec::new(),
            blocks: Marks::new(network.cells.len().div_ceil(64)),
            scratch: Some(Scratch::new(&network.plan)),
        }
    }

    /// Marks what minds an event that was put into its place.
    pub(super) fn event(&mut self, network: &Network, kind: persona_ir::KindId) {
        network.readers[kind]
            .iter()
            .for_each(|cell| self.cells.set(*cell));
    }
}

/// What happened to a person.
#[derive(Clone, Copy, Debug)]
pub(super) enum News {
    /// They are new: everything is to be computed.
    All,
    /// An event of a kind.
    Event(persona_ir::KindId, Placed),
    /// A column has another value.
    Column(ColId),
    /// Only time went on.
    Nothing,
}

impl State {
    fn new(network: &Network, zone: Zone) -> Self {
        let cells = network.cells.len();
        Self {
            zone,
            values: vec![Value::Missing; cells],
            bounds: vec![NEVER; cells],
            regions: vec![MISSING; cells],
            least: vec![NEVER; cells.div_ceil(64)],
            streams: vec![Filled::default(); network.streams.len()],
            parts: vec![0; network.parts.len().div_ceil(64)],
            next: NEVER,
        }
    }

    /// Whether a part holds.
    pub(super) fn holds(&self, part: PartId) -> bool {
        let index = usize::from(part);
        self.parts[index / 64] >> (index % 64) & 1 == 1
    }

    /// Bytes in memory, texts apart.
    pub(super) fn bytes(&self) -> usize {
        let cell = size_of::<Value>() + size_of::<i64>() + size_of::<u32>();
        let streams: usize = self.streams.iter().map(Filled::bytes).sum();
        self.values.len() * cell
            + (self.least.len() + self.parts.len()) * 8
            + self.streams.len() * size_of::<Filled>()
            + streams
    }
}

impl Live {
    pub(super) fn new(network: &Network, person: Person) -> Self {
        let zone = zone_of(network, &person);
        Self {
            state: State::new(network, zone),
            person,
        }
    }
}

fn zone_of(network: &Network, person: &Person) -> Zone {
    let named = network
        .plan
        .schema
        .zone
        .and_then(|col| person.value(col).str().and_then(Zone::named));
    named.unwrap_or_else(|| {
        Zone::named(&network.plan.zone).expect("the plan's zone is in the database")
    })
}

/// Brings a person up to date at `now`. Gives the answers that are others than before, by their places, and whether each
/// holds now, in order.
pub(super) fn settle(
    network: &Network,
    desk: &mut Desk,
    live: &mut Live,
    news: News,
    now: i64,
    calibration: &Arc<Calibration>,
) -> Vec<(u32, bool)> {
    let zone_changed = matches!(news, News::Column(col) if network.plan.schema.zone == Some(col));
    let news = if zone_changed {
        live.state.zone = zone_of(network, &live.person);
        News::All
    } else {
        news
    };
    let clock = Clock::new(live.state.zone.clone(), now, network.plan.week_start);
    let evaluator = Evaluator::over(
        &network.plan,
        &live.person,
        Times::single(clock.clone()),
        Arc::clone(calibration),
        Arc::clone(&network.prepared),
    );
    let mut pass = Pass {
        network,
        desk,
        person: &live.person,
        state: &mut live.state,
        clock: &clock,
        evaluator: &evaluator,
        session: None,
        cut: None,
    };
    pass.take_in(news);
    pass.mark_due();
    while let Some(cell) = pass.desk.cells.take() {
        pass.recompute(cell);
    }
    while let Some(part) = pass.desk.parts.take() {
        pass.reconsider(PartId::from(part));
    }
    pass.put_away();
    pass.answers()
}

/// One settling.
struct Pass<'p> {
    network: &'p Network,
    desk: &'p mut Desk,
    person: &'p Person,
    state: &'p mut State,
    clock: &'p Clock,
    evaluator: &'p Evaluator<'p, Person>,
    session: Option<ProfileEvaluator<'p, Person>>,
    /// Where a window cut a stream, the last that was asked; streams are filled before anything asks.
    cut: Option<((StreamId, Window), Cut)>,
}

/// The interpreter about this person, begun where it is needed.
fn session<'s, 'p>(
    session: &'s mut Option<ProfileEvaluator<'p, Person>>,
    evaluator: &'p Evaluator<'p, Person>,
    scratch: &mut Option<Scratch>,
) -> &'s mut ProfileEvaluator<'p, Person> {
    session.get_or_insert_with(|| {
        let scratch = scratch.take();
        let scratch = scratch.unwrap_or_else(|| Scratch::new(evaluator.plan()));
        evaluator.resume(0, scratch)
    })
}

impl Pass<'_> {
    /// Marks what minds the news, streams first.
    fn take_in(&mut self, news: News) {
        let network = self.network;
        match news {
            News::Nothing => {}
            News::All => {
                network.streams.ids().for_each(|stream| self.refill(stream));
                self.desk.cells.set_all(network.cells.len());
                self.desk.parts.set_all(network.parts.len());
            }
            News::Event(kind, placed) => {
                self.desk.event(network, kind);
                for stream in &network.streams_of[kind] {
                    match placed {
                        Placed::Last(event) => self.extend(*stream, event),
                        Placed::Between => self.refill(*stream),
                        Placed::Duplicate => {}
                    }
                }
            }
            News::Column(col) => {
                let cells = &network.column_cells[col];
                cells.iter().for_each(|cell| self.desk.cells.set(*cell));
                for (id, stream) in network.streams.iter_enumerated() {
                    if stream.columns.contains(&col) {
                        self.refill(id);
                    }
                }
            }
        }
    }

    fn refill(&mut self, id: StreamId) {
        let stream = &self.network.streams[id];
        let filled = &mut self.state.streams[usize::from(id)];
        stream.empty(filled);
        for event in self.person.history(&stream.definition.kinds, 0) {
            self.add(id, event);
        }
        let users = &self.network.stream_users[id];
        users.iter().for_each(|cell| self.desk.cells.set(*cell));
    }

    /// Adds an event to a stream that is behind all that are there; gives whether it belongs to it.
    fn add(&mut self, id: StreamId, event: EventRef) -> bool {
        let stream = &self.network.streams[id];
        let filled = &mut self.state.streams[usize::from(id)];
        if let Some(plain) = &stream.plain {
            return stream.add_plain(plain, filled, event, self.person);
        }
        let session = session(&mut self.session, self.evaluator, &mut self.desk.scratch);
        stream.add(filled, event, self.person.at(event), session)
    }

    /// Adds an event that is the last of its kind to a stream.
    fn extend(&mut self, id: StreamId, event: EventRef) {
        let at = self.person.at(event);
        let filled = &self.state.streams[usize::from(id)];
        if !Stream::is_last(filled, event, at) {
            self.refill(id);
            return;
        }
        if !self.add(id, event) {
            return;
        }
        let happened = at <= self.clock.now();
        let streams = &self.state.streams;
        let last = |stream: StreamId| streams[usize::from(stream)].keys.last().copied();
        let added = last(id);
        for user in &self.network.stream_users[id] {
            let minds = match &self.network.cells[*user].source {
                // An event that is the last of its own stream may still be before those of others.
                Source::Chain(chain) if happened => {
                    chain.minds(id, self.state.values[*user].is_true())
                        || chain.streams().any(|other| last(other) > added)
                }
                _ => true,
            };
            if minds {
                self.desk.cells.set(*user);
            }
        }
    }

    /// Marks the cells whose bounds have passed.
    fn mark_due(&mut self) {
        let now = self.clock.now();
        if self.state.next > now {
            return;
        }
        for (block, least) in self.state.least.iter().enumerate() {
            if *least <= now {
                let cells = block * 64..self.state.bounds.len().min(block * 64 + 64);
                for cell in cells.filter(|cell| self.state.bounds[*cell] <= now) {
                    self.desk.cells.set(cell);
                }
            }
        }
    }

    /// Computes a cell, and marks what minds if its value is another.
    fn recompute(&mut self, index: usize) {
        let network = self.network;
        let cell = &network.cells[index];
        let (value, bound) = self.compute(cell);
        if self.state.bounds[index] != bound {
            self.state.bounds[index] = bound;
            self.desk.blocks.set(index / 64);
        }
        if self.state.values[index] == value {
            return;
        }
        if let Some(part) = cell.truth {
            self.set(part, value.is_true());
        }
        if let Some(part) = cell.known {
            self.set(part, value.is_known());
        }
        if !cell.cuts.is_empty() {
            let (from, to) = (self.state.regions[index], cell.cuts.region(&value));
            self.state.regions[index] = to;
            if from != to {
                cell.cuts.turn(from, to, |part| self.turn(part));
            }
        }
        self.state.values[index] = value;
        cell.users
            .iter()
            .for_each(|user| self.desk.cells.set(*user));
    }

    fn compute(&mut self, cell: &Cell) -> (Value, i64) {
        match &cell.source {
            Source::Column(col) => (self.person.value(*col).clone(), NEVER),
            Source::Aggregate(aggregate) => {
                let cut = self.cut(aggregate.stream, aggregate.window);
                let filled = &self.state.streams[usize::from(aggregate.stream)];
                aggregate.compute(filled, self.clock, cut, |value| {
                    if cell.is_loose() {
                        cell.cuts.around(value)
                    } else {
                        Keep::only(value)
                    }
                })
            }
            Source::Chain(chain) => {
                let (holds, until) =
                    chain.compute(&self.state.streams, self.clock, &self.state.values);
                (holds.into(), until)
            }
            Source::Node => self.interpret(cell),
        }
    }

    /// Where a window cuts a stream: found once for neighbours that share both.
    fn cut(&mut self, stream: StreamId, window: Window) -> Cut {
        if let Some((asked, cut)) = self.cut
            && asked == (stream, window)
        {
            return cut;
        }
        let keys = &self.state.streams[usize::from(stream)].keys;
        let cut = window.cut(keys, self.clock, &self.state.values);
        self.cut = window.is_free().then_some(((stream, window), cut));
        cut
    }

    /// Computes a cell by the interpreter, all other cells being as they are: they wake by themselves.
    fn interpret(&mut self, cell: &Cell) -> (Value, i64) {
        let session = session(&mut self.session, self.evaluator, &mut self.desk.scratch);
        for input in &cell.inputs {
            if let Some(index) = self.network.cell(*input) {
                session.assume(*input, self.state.values[index].clone());
                session.assume_bound(*input, NEVER);
            } else {
                session.step(*input);
            }
        }
        let (value, bound) = session.step(cell.node);
        match value.int() {
            Some(number) if cell.is_loose() && bound != NEVER => {
                let keep = cell.cuts.around(number);
                (value, bound.max(session.stays(cell.node, keep)))
            }
            _ => (value, bound),
        }
    }

    // ---- conditions ----

    fn set(&mut self, part: PartId, holds: bool) {
        if self.state.holds(part) != holds {
            self.turn(part);
        }
    }

    fn turn(&mut self, part: PartId) {
        let index = usize::from(part);
        self.state.parts[index / 64] ^= 1 << (index % 64);
        for parent in &self.network.parents[part] {
            self.desk.parts.set(usize::from(*parent));
        }
        if !self.network.answers[part].is_empty() {
            self.desk.turned.push(part);
        }
    }

    fn reconsider(&mut self, part: PartId) {
        let state = &self.state;
        let holds = match &self.network.parts[part] {
            Part::Const(holds) => *holds,
            Part::Not(of) => !state.holds(*of),
            Part::And(parts) => parts.iter().all(|part| state.holds(*part)),
            Part::Or(parts) => parts.iter().any(|part| state.holds(*part)),
            Part::Test(_) | Part::Known(_) | Part::Holds(_) => return,
        };
        self.set(part, holds);
    }

    /// Keeps the memory, and says when the next cell wakes.
    fn put_away(&mut self) {
        if let Some(session) = self.session.take() {
            self.desk.scratch = Some(session.into_scratch());
        }
        let state = &mut self.state;
        let mut another = false;
        while let Some(block) = self.desk.blocks.take() {
            let cells = block * 64..state.bounds.len().min(block * 64 + 64);
            state.least[block] = state.bounds[cells].iter().copied().min().unwrap_or(NEVER);
            another = true;
        }
        if another {
            state.next = state.least.iter().copied().min().unwrap_or(NEVER);
        }
        self.desk.cells.first = self.desk.cells.words.len();
        self.desk.parts.first = self.desk.parts.words.len();
        self.desk.blocks.first = self.desk.blocks.words.len();
    }

    /// The answers that turned.
    fn answers(&mut self) -> Vec<(u32, bool)> {
        let turned = &mut self.desk.turned;
        turned.sort_unstable();
        let mut changed = Vec::new();
        for times in turned.chunk_by(|a, b| a == b) {
            if times.len() % 2 == 1 {
                let holds = self.state.holds(times[0]);
                let answers = self.network.answers[times[0]].iter();
                changed.extend(answers.map(|answer| (*answer, holds)));
            }
        }
        turned.clear();
        changed.sort_unstable();
        changed
    }
}
