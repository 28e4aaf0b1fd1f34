//! Columns of what's added up where it happens: own figures by path, and totals over all that's below one, also what was
//! recorded beside it, by threads that a context was carried to.

use instrument_model::data::{Amount, Column, Node};

/// Columns that are made together, each with its component's number.
pub(super) struct Tallies<const COLUMNS: usize> {
    components: [u32; COLUMNS],
    own: Vec<[f64; COLUMNS]>,
}

impl<const COLUMNS: usize> Tallies<COLUMNS> {
    pub(super) fn new(components: [u32; COLUMNS]) -> Tallies<COLUMNS> {
        Tallies { components, own: Vec::new() }
    }

    /// Adds one thread's figures to the path at `place`.
    pub(super) fn add(&mut self, place: u32, figures: [f64; COLUMNS]) {
        let place = place as usize;
        if self.own.len() <= place {
            self.own.resize(place + 1, [0.0; COLUMNS]);
        }
        add(&mut self.own[place], figures);
    }

    /// Lets each path have what was found.
    pub(super) fn finish(mut self, nodes: &mut [Node]) {
        self.own.resize(nodes.len(), [0.0; COLUMNS]);
        let mut totals = self.own.clone();
        // Parents come before their children.
        for (place, node) in nodes.iter_mut().enumerate().rev() {
            let total = totals[place];
            if let Some(parent) = node.parent {
                add(&mut totals[parent as usize], total);
            }
            let figures = total.into_iter().zip(self.own[place]);
            for (component, (total, own)) in self.components.into_iter().zip(figures).filter(|(_, (total, _))| *total > 0.0)
            {
                let [total, own] = [total, own].map(|sum| Amount { sum, per: 0.0 });
                let before = node.columns.partition_point(|known| known.component < component);
                node.columns.insert(before, Column { component, total, own, ..Column::default() });
            }
        }
    }
}

fn add<const COLUMNS: usize>(sums: &mut [f64; COLUMNS], others: [f64; COLUMNS]) {
    sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
}
