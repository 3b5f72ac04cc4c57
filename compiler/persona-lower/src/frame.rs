//! The frame of a declaration that happens or is read: what its expressions ask for besides the profile. A slot is made
//! when something asks for it, so that a run keeps nothing that nobody reads.

use std::sync::Arc;

use persona_ir::campaign::{Capture, ContentId, RecommendId, Slot, SlotFrom};
use persona_ir::{CatalogId, EventCol, KindId, NodeId, Op, Schema, Ty};
use persona_sema::BinderId;
use rustc_hash::FxHashMap;

use crate::graph::Graph;
use crate::schema;

/// The frame of the declaration that is being lowered.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    givens: FxHashMap<BinderId, Given>,
    slots: Vec<(Key, Slot)>,
    known: FxHashMap<Key, u32>,
}

/// What a name stands for outside of all queries.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// An event of one of these kinds.
    Event {
        /// The kinds.
        kinds: Arc<[KindId]>,
        /// Whether there may be none: nobody came while something waited.
        perhaps: bool,
        /// The parameter of a content that it is.
        param: Option<u32>,
    },
    /// Values, told apart by their index: name, type, and whether it may be missing.
    Values {
        /// The values.
        values: Vec<(Arc<str>, Ty, bool)>,
        /// The parameter of a content that it is.
        param: Option<u32>,
    },
}

/// What a slot holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Columns(BinderId, Box<[EventCol]>),
    Value(BinderId, u32),
    Content(ContentId, u32),
    Recommend(RecommendId),
}

impl Frame {
    /// Says what a name stands for.
    pub(crate) fn give(&mut self, binder: BinderId, given: Given) {
        self.givens.insert(binder, given);
    }

    /// What a name stands for.
    pub(crate) fn given(&self, binder: BinderId) -> &Given {
        let given = self.givens.get(&binder);
        given.expect(
            "a name outside of queries is an event or a value that the declaration is given",
        )
    }

    /// A column of a given event: the one that each kind has.
    pub(crate) fn event(
        &mut self,
        graph: &mut Graph,
        tables: &Schema,
        binder: BinderId,
        cols: &[EventCol],
    ) -> NodeId {
        let Given::Event {
            kinds,
            perhaps,
            param,
        } = self.given(binder).clone()
        else {
            unreachable!("a field of an event that is none")
        };
        let cols: Box<[EventCol]> = cols
            .iter()
            .filter(|col| kinds.contains(&col.kind))
            .copied()
            .collect();
        let column = |col: &EventCol| &tables.events[col.kind].columns[col.col];
        let first = cols.first().map(column);
        let first = first.expect("an event's field belongs to a kind that it may be");
        let optional = perhaps || cols.iter().any(|col| column(col).optional);
        let from = match param {
            Some(param) => SlotFrom::Argument {
                param,
                cols: Some(cols.clone()),
            },
            None => SlotFrom::Given,
        };
        let slot = Slot {
            name: first.name.clone(),
            ty: first.ty.clone(),
            optional,
            from,
        };
        self.slot(graph, Key::Columns(binder, cols), slot)
    }

    /// One of the values that a name stands for.
    pub(crate) fn value(&mut self, graph: &mut Graph, binder: BinderId, index: u32) -> NodeId {
        let Given::Values { values, param } = self.given(binder) else {
            unreachable!("a value that is an event")
        };
        let (name, ty, optional) = values[index as usize].clone();
        let from = match *param {
            Some(param) => SlotFrom::Argument { param, cols: None },
            None => SlotFrom::Given,
        };
        let slot = Slot {
            name,
            ty,
            optional,
            from,
        };
        self.slot(graph, Key::Value(binder, index), slot)
    }

    /// What the same person reads in a slot of a content.
    pub(crate) fn content_slot(
        &mut self,
        graph: &mut Graph,
        content: ContentId,
        index: u32,
        name: Arc<str>,
        ty: &persona_sema::Type,
    ) -> NodeId {
        let slot = Slot {
            name,
            ty: schema::ty(&ty.kind),
            optional: ty.optional,
            from: SlotFrom::ContentSlot {
                content,
                slot: index,
            },
        };
        self.slot(graph, Key::Content(content, index), slot)
    }

    /// The items that a recommendation gives.
    pub(crate) fn recommendation(
        &mut self,
        graph: &mut Graph,
        id: RecommendId,
        name: Arc<str>,
        catalog: CatalogId,
    ) -> NodeId {
        let slot = Slot {
            name,
            ty: Ty::List(Ty::Item(catalog).into()),
            optional: false,
            from: SlotFrom::Recommend(id),
        };
        self.slot(graph, Key::Recommend(id), slot)
    }

    fn slot(&mut self, graph: &mut Graph, key: Key, slot: Slot) -> NodeId {
        let (ty, optional) = (slot.ty.clone(), slot.optional);
        let next = u32::try_from(self.slots.len()).expect("a plan has fewer than 2^32 nodes");
        let index = *self.known.entry(key.clone()).or_insert(next);
        if index == next {
            self.slots.push((key, slot));
        }
        graph.node(Op::Input(index), ty, optional)
    }

    /// The slot of one of the values that a name stands for, where something asks for it.
    pub(crate) fn value_slot(&self, binder: BinderId, index: u32) -> Option<u32> {
        self.known.get(&Key::Value(binder, index)).copied()
    }

    /// What is kept of an event where it is met, in the order of slots.
    pub(crate) fn captures(&self, binder: BinderId) -> Vec<Capture> {
        let slots = (0_u32..).zip(&self.slots);
        let captures = slots.filter_map(|(slot, (key, _))| match key {
            Key::Columns(of, cols) if *of == binder => Some(Capture {
                slot,
                cols: cols.clone(),
            }),
            _ => None,
        });
        captures.collect()
    }

    /// The slots.
    pub(crate) fn finish(self) -> Vec<Slot> {
        self.slots.into_iter().map(|(_, slot)| slot).collect()
    }
}
