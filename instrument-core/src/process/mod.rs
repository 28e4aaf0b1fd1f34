//! The process that we are guests in: its forks, signals and exit, its stderr and terminal, the facts about it.

pub(crate) mod bare;
pub(crate) mod copies;
pub(crate) mod exit;
pub(crate) mod facts;
pub(crate) mod fork;
pub(crate) mod privileges;
pub(crate) mod signals;
pub(crate) mod stderr;
pub(crate) mod terminal;
