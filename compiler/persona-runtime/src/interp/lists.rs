//! Quantifiers over the elements of lists, and which elements a list aggregate is about.

use persona_ir::NodeId;

use super::{Binder, ProfileEvaluator};
use crate::{Facts, Value};

impl<F: Facts> ProfileEvaluator<'_, F> {
    /// Whether a condition holds for some element.
    pub(super) fn any(&mut self, list: NodeId, level: u8, body: NodeId) -> bool {
        let list = self.known(list).clone();
        let mut elements = list.list().unwrap_or_default().iter();
        elements.any(|element| {
            self.bind(level, Binder::Elem(element.clone()));
            self.holds(Some(body))
        })
    }

    /// Whether a condition holds for each element. A missing list cannot stand here; it would have none.
    pub(super) fn all(&mut self, list: NodeId, level: u8, body: NodeId) -> bool {
        let list = self.known(list).clone();
        let mut elements = list.list().unwrap_or_default().iter();
        elements.all(|element| {
            self.bind(level, Binder::Elem(element.clone()));
            self.holds(Some(body))
        })
    }

    /// Whether a condition holds for an element, bound to level 0, where the closed nodes that it needs are evaluated.
    pub fn element_holds(&mut self, body: NodeId, element: Value) -> bool {
        self.bind(0, Binder::Elem(element));
        self.holds(Some(body))
    }

    /// As [`Self::element_holds`], the value of a node.
    pub fn element_value(&mut self, body: NodeId, element: Value) -> Value {
        self.bind(0, Binder::Elem(element));
        self.body(body)
    }

    /// Binds an element of a list.
    pub(crate) fn bind_element(&mut self, level: u8, element: Value) {
        self.bind(level, Binder::Elem(element));
    }

    /// The known values of the elements that count, in order; `true` for each where no value is asked for. None when
    /// the list is missing.
    pub(super) fn elements(
        &mut self,
        list: NodeId,
        level: u8,
        filter: Option<NodeId>,
        value: Option<NodeId>,
    ) -> Option<Vec<Value>> {
        let list = self.known(list).clone();
        let mut values = Vec::new();
        for element in list.list()? {
            self.bind(level, Binder::Elem(element.clone()));
            if self.holds(filter) {
                values.push(value.map_or(Value::Bool(true), |value| self.body(value)));
            }
        }
        values.retain(Value::is_known);
        Some(values)
    }
}
