//! Strongly connected components of a graph, without recursion: however long a chain of declarations is, the stack
//! stays flat.

use std::collections::{BTreeMap, VecDeque};

/// The components of the graph with these edges, each after all components it has edges to; members in the order of
/// their numbers. Edges must point at existing nodes.
pub(crate) fn components(edges: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut search = Search {
        edges,
        index: vec![None; edges.len()],
        low: vec![0; edges.len()],
        on_stack: vec![false; edges.len()],
        stack: Vec::new(),
        next: 0,
        found: Vec::new(),
    };
    for node in 0..edges.len() {
        if search.index[node].is_none() {
            search.visit(node);
        }
    }
    search.found
}

/// A shortest way from the first member of a component back to itself.
pub(crate) fn shortest_cycle(edges: &[Vec<u32>], members: &[u32]) -> Vec<u32> {
    let Some(start) = members.first().copied() else {
        return Vec::new();
    };
    let mut reached_from: BTreeMap<u32, u32> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for next in &edges[node as usize] {
            if *next == start {
                let mut path = vec![node];
                while let Some(before) = path
                    .last()
                    .filter(|last| **last != start)
                    .and_then(|last| reached_from.get(last))
                {
                    path.push(*before);
                }
                path.reverse();
                return path;
            }
            if members.binary_search(next).is_ok() && !reached_from.contains_key(next) {
                reached_from.insert(*next, node);
                queue.push_back(*next);
            }
        }
    }
    vec![start]
}

/// Tarjan's search with an explicit path.
struct Search<'a> {
    edges: &'a [Vec<u32>],
    index: Vec<Option<u32>>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: u32,
    found: Vec<Vec<u32>>,
}

impl Search<'_> {
    fn visit(&mut self, root: usize) {
        // The path from the root, each node with the number of its edges already followed.
        let mut path = vec![(root, 0)];
        self.enter(root);
        while let Some((node, followed)) = path.last_mut() {
            let node = *node;
            let Some(target) = self.edges[node]
                .get(*followed)
                .map(|target| *target as usize)
            else {
                path.pop();
                self.leave(node, path.last().map(|(parent, _)| *parent));
                continue;
            };
            *followed += 1;
            match self.index[target] {
                None => {
                    self.enter(target);
                    path.push((target, 0));
                }
                Some(index) if self.on_stack[target] => self.low[node] = self.low[node].min(index),
                Some(_) => {}
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.index[node] = Some(self.next);
        self.low[node] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn leave(&mut self, node: usize, parent: Option<usize>) {
        if let Some(parent) = parent {
            self.low[parent] = self.low[parent].min(self.low[node]);
        }
        if self.index[node] != Some(self.low[node]) {
            return;
        }
        let start = self
            .stack
            .iter()
            .rposition(|other| *other == node)
            .expect("a root is on the stack");
        let mut members: Vec<u32> = Vec::new();
        for member in self.stack.drain(start..) {
            self.on_stack[member] = false;
            members.push(u32::try_from(member).expect("node numbers are u32"));
        }
        members.sort_unstable();
        self.found.push(members);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_after_what_they_point_at() {
        // 0 -> 1 -> 2 -> 1, 3 -> 0
        let found = components(&[vec![1], vec![2], vec![1], vec![0]]);
        assert_eq!(found, [vec![1, 2], vec![0], vec![3]]);
    }

    #[test]
    fn a_node_that_points_at_itself_is_alone() {
        assert_eq!(components(&[vec![0], vec![]]), [vec![0], vec![1]]);
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<Vec<u32>> = (0..200_000)
            .map(|i| if i == 0 { vec![] } else { vec![i - 1] })
            .collect();
        assert_eq!(components(&edges).len(), edges.len());
        let ring: Vec<Vec<u32>> = (0..200_000_u32).map(|i| vec![(i + 1) % 200_000]).collect();
        assert_eq!(components(&ring).len(), 1);
    }
}
