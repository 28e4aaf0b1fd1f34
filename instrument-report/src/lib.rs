//! Snapshots as bytes: tables for people, call trees of single components as data. Knows [`instrument_model`] and nothing
//! else: no process, no clock, no settings, no terminal.
#![forbid(unsafe_code)]
