//! What was not recorded, by reason: counted, never silent.

/// What was not recorded as it should have been since the start or the last reset, by reason; all 0 in a healthy
/// program. Reports print what isn't 0 in their footer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lost {
    /// Calls folded into the node they were in, because the call path was too deep.
    pub too_deep: u64,
    /// Calls folded into the node they were in, because there are too many call paths.
    pub too_many_nodes: u64,
    /// Spans, and pushes of components, begun or ended after their thread's locals were torn down.
    pub after_exit: u64,
    /// Spans and measurements dropped because there are too many names that were made at run time.
    pub too_many_names: u64,
    /// Measurements, and laps of components, that were no finite number, or one beyond ±10¹⁴⁴.
    pub not_a_number: u64,
    /// Pushes of components that are in no call tree, because the path was too deep, or because there are too many.
    pub pushes: u64,
    /// Entries of a timeline that made room for later ones.
    pub overwritten: u64,
    /// Spans, runs, measurements, pushes, lines and probed calls that came while their thread was inside the toolkit: of
    /// what the toolkit itself calls, such as an allocator, a clock or a log function that's annotated, or of a signal
    /// handler that came at such a moment.
    pub inside: u64,
    /// Sampled blocks that the live profile had no room for: what's alive of them isn't in `live_bytes` and `live_blocks`.
    pub live_blocks: u64,
}

impl Lost {
    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        *self == Lost::default()
    }

    /// What these and others have lost together.
    #[must_use]
    pub fn and(&self, other: &Lost) -> Lost {
        Lost {
            too_deep: self.too_deep.saturating_add(other.too_deep),
            too_many_nodes: self.too_many_nodes.saturating_add(other.too_many_nodes),
            after_exit: self.after_exit.saturating_add(other.after_exit),
            too_many_names: self.too_many_names.saturating_add(other.too_many_names),
            not_a_number: self.not_a_number.saturating_add(other.not_a_number),
            pushes: self.pushes.saturating_add(other.pushes),
            overwritten: self.overwritten.saturating_add(other.overwritten),
            inside: self.inside.saturating_add(other.inside),
            live_blocks: self.live_blocks.saturating_add(other.live_blocks),
        }
    }

    /// What was lost after `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Lost) -> Lost {
        Lost {
            too_deep: self.too_deep.saturating_sub(earlier.too_deep),
            too_many_nodes: self.too_many_nodes.saturating_sub(earlier.too_many_nodes),
            after_exit: self.after_exit.saturating_sub(earlier.after_exit),
            too_many_names: self.too_many_names.saturating_sub(earlier.too_many_names),
            not_a_number: self.not_a_number.saturating_sub(earlier.not_a_number),
            pushes: self.pushes.saturating_sub(earlier.pushes),
            overwritten: self.overwritten.saturating_sub(earlier.overwritten),
            inside: self.inside.saturating_sub(earlier.inside),
            live_blocks: self.live_blocks.saturating_sub(earlier.live_blocks),
        }
    }
}
