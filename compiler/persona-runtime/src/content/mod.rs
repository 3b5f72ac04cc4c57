//! Contents: which variant somebody reads, in which language, and what stands in its slots (LANGUAGE §8, SEMANTICS §8). Asks
//! an evaluator and keeps nothing; whether and when something is sent is not known here.

mod print;
mod read;
mod template;
mod words;

use std::sync::{Arc, PoisonError, RwLock};

use persona_ir::campaign::{Campaign, ContentId, Fill, SlotFrom, TextPart};
use persona_ir::{ColId, NodeId, Op, Ty, Validate, operands};
use persona_liquid::Checked;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::recommend::Recommender;
use crate::{Catalogs, Prepared, Value};

pub use print::Printer;

/// The contents of a campaign, ready to be read by anybody.
#[derive(Debug)]
pub struct Contents<'c> {
    campaign: &'c Campaign,
    asks: FxHashMap<NodeId, Ask>,
    /// The templates that slots name by their numbers.
    templates: &'c [Checked],
    /// Recommendations over the catalogs of whoever was shown one last.
    recommender: RwLock<Option<Arc<Recommender>>>,
    /// The profile's column that says which language the person reads.
    locale: Option<ColId>,
}

/// What has to be known before a node is evaluated.
#[derive(Debug)]
struct Ask {
    /// The closed nodes that it needs, in this order.
    needed: Box<[NodeId]>,
    /// The slots of the frame that it reads and that other contents fill.
    reads: Box<[u32]>,
}

/// A message that a content gives up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The content that gave it up: the one that is read, or one that it reads.
    pub content: ContentId,
    /// The reason, as it is written there.
    pub reason: Arc<str>,
}

/// What somebody reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The variant.
    pub variant: u32,
    /// The language whose texts took the place of the variant's own.
    pub locale: Option<Arc<str>>,
    /// One for each slot of the content.
    pub slots: Vec<SlotContent>,
}

/// What stands in a slot.
#[derive(Clone, Debug, PartialEq)]
pub enum SlotContent {
    /// Nothing: the slot is optional.
    Empty,
    /// Text; HTML in a slot that is.
    Text(String),
    /// A value that is no text. Items of catalogs are their keys, once a content is rendered.
    Value(Value),
}

impl SlotContent {
    /// The value that other contents see.
    pub fn value(&self) -> Value {
        match self {
            Self::Empty => Value::Missing,
            Self::Text(text) => Value::text(text.as_str()),
            Self::Value(value) => value.clone(),
        }
    }
}

impl<'c> Contents<'c> {
    /// Prepares all contents of a campaign, whose graph is prepared.
    pub fn new(campaign: &'c Campaign, prepared: &Prepared) -> Self {
        let mut contents = Self {
            campaign,
            asks: FxHashMap::default(),
            templates: &[],
            recommender: RwLock::default(),
            locale: locale_column(campaign),
        };
        for content in &campaign.contents {
            let filled = |slot: u32| {
                let from = content.frame.get(slot as usize).map(|slot| &slot.from);
                matches!(
                    from,
                    Some(SlotFrom::ContentSlot { .. } | SlotFrom::Recommend(_))
                )
            };
            for node in nodes_of(content) {
                let ask = Ask::new(campaign, prepared, node, filled);
                contents.asks.insert(node, ask);
            }
        }
        contents
    }

    /// The same with the campaign's templates, in the order of their numbers. A campaign without any needs none.
    #[must_use]
    pub fn with_templates(mut self, templates: &'c [Checked]) -> Self {
        self.templates = templates;
        self
    }

    /// The campaign.
    pub fn campaign(&self) -> &'c Campaign {
        self.campaign
    }

    /// The frame of a content with the values of its arguments, in the order of the frame's slots that are arguments. What
    /// other contents fill is filled when something reads it.
    pub fn frame(&self, content: ContentId, args: &[Value]) -> Vec<Value> {
        let mut args = args.iter();
        let slots = self.campaign.contents[content].frame.iter();
        let value = |slot: &persona_ir::campaign::Slot| match slot.from {
            SlotFrom::Argument { .. } => args.next().cloned().unwrap_or(Value::Missing),
            SlotFrom::Given | SlotFrom::ContentSlot { .. } | SlotFrom::Recommend(_) => {
                Value::Missing
            }
        };
        slots.map(value).collect()
    }

    /// The values of a content's arguments where nobody gives any: the defaults.
    pub fn default_args(&self, content: ContentId) -> Vec<Value> {
        let def = &self.campaign.contents[content];
        let args = def.frame.iter().filter_map(|slot| match &slot.from {
            SlotFrom::Argument { param, cols: None } => {
                let default = def.params[*param as usize].default.as_ref();
                Some(default.map_or(Value::Missing, Value::from))
            }
            SlotFrom::Argument { .. } => Some(Value::Missing),
            SlotFrom::Given | SlotFrom::ContentSlot { .. } | SlotFrom::Recommend(_) => None,
        });
        args.collect()
    }
}

impl Contents<'_> {
    /// The recommendations over certain catalogs: made once for as long as people of the same catalogs are asked about.
    fn recommender(&self, graph: &Arc<Prepared>, catalogs: &Arc<Catalogs>) -> Arc<Recommender> {
        let kept = self.recommender.read();
        let kept = kept.unwrap_or_else(PoisonError::into_inner);
        if let Some(of) = kept.as_ref().filter(|of| of.is_over(catalogs)) {
            return Arc::clone(of);
        }
        drop(kept);
        let kept = self.recommender.write();
        let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been here.
        match kept.as_ref().filter(|of| of.is_over(catalogs)) {
            Some(of) => Arc::clone(of),
            None => {
                let new = Arc::new(Recommender::new(self.campaign, graph, catalogs));
                Arc::clone(kept.insert(new))
            }
        }
    }
}

impl Ask {
    fn new(
        campaign: &Campaign,
        prepared: &Prepared,
        root: NodeId,
        filled: impl Fn(u32) -> bool,
    ) -> Self {
        let nodes = &campaign.plan.nodes;
        let mut seen = FxHashSet::from_iter([root]);
        let mut next = vec![root];
        let mut reads = Vec::new();
        let mut needed = Vec::new();
        while let Some(node) = next.pop() {
            if prepared.is_closed(node) {
                needed.push(node);
            }
            if let Op::Input(slot) = nodes[node].op
                && filled(slot)
            {
                reads.push(slot);
            }
            let below = operands(&nodes[node].op);
            next.extend(
                below
                    .iter()
                    .map(|o| o.node)
                    .filter(|node| seen.insert(*node)),
            );
        }
        needed.sort_unstable();
        reads.sort_unstable();
        Self {
            needed: needed.into(),
            reads: reads.into(),
        }
    }
}

fn locale_column(campaign: &Campaign) -> Option<ColId> {
    let columns = campaign.plan.schema.profile.columns.iter_enumerated();
    let mut locales = columns.filter(|(_, column)| column.validate == Some(Validate::Locale));
    let is_text = |ty: &Ty| *ty == Ty::Str;
    locales
        .find(|(_, column)| is_text(&column.ty))
        .map(|(col, _)| col)
}

/// The nodes that a content asks for.
fn nodes_of(content: &persona_ir::campaign::Content) -> Vec<NodeId> {
    let mut nodes: Vec<NodeId> = content
        .skips
        .iter()
        .map(|skip| skip.condition.node)
        .collect();
    let mut fills: Vec<&Fill> = content
        .slots
        .iter()
        .filter_map(|slot| slot.default.as_ref())
        .collect();
    for variant in &content.variants {
        nodes.extend(variant.condition.iter().map(|when| when.node));
        let localized = variant.locales.iter().flat_map(|of| &of.slots);
        fills.extend(variant.slots.iter().chain(localized).map(|(_, fill)| fill));
    }
    while let Some(fill) = fills.pop() {
        match fill {
            Fill::Value(node) => nodes.push(*node),
            Fill::Text(parts) => nodes.extend(parts.iter().filter_map(|part| match part {
                TextPart::Text(_) => None,
                TextPart::Value { node, .. } => Some(*node),
            })),
            Fill::Choose(arms, otherwise) => {
                nodes.extend(arms.iter().map(|(when, _)| *when));
                fills.extend(arms.iter().map(|(_, fill)| fill));
                fills.push(otherwise);
            }
            Fill::Template { roots, .. } => nodes.extend(roots),
        }
    }
    nodes
}
