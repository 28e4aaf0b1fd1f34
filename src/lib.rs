//! Timers, measurements and memory reports that you leave in your code.
