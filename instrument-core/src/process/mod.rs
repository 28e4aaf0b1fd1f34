//! The process that we are guests in: its forks, its exit, its stderr, the facts about it.

pub(crate) mod exit;
pub(crate) mod facts;
pub(crate) mod fork;
pub(crate) mod stderr;
