//! Breakpoints: calls of a function that are held, or made to fail, by a test that wants a certain order of events.

mod gate;

pub(crate) use gate::{Gate, Ticket};
