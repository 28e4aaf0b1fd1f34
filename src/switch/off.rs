//! Switches, off: there is nothing to switch.

/// A part of the toolkit that [`set_enabled`] turns on or off. In this build nothing is compiled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Switch(());

#[expect(non_upper_case_globals, reason = "reads as an enum's variants at the call site")]
impl Switch {
    /// Timers and measurements.
    pub const Timers: Switch = Switch(());
    /// Memory lines.
    pub const Memory: Switch = Switch(());
    /// Probes.
    pub const Probes: Switch = Switch(());
    /// The list of async calls that wait.
    pub const Tasks: Switch = Switch(());
}

impl std::ops::BitOr for Switch {
    type Output = Switch;

    #[inline(always)]
    fn bitor(self, _: Switch) -> Switch {
        self
    }
}

/// Does nothing in this build.
#[inline(always)]
pub fn set_enabled(_: Switch, _: bool) {}

/// `false`: nothing is compiled in.
#[inline(always)]
pub const fn is_enabled(_: Switch) -> bool {
    false
}

/// Does nothing in this build.
#[inline(always)]
pub fn after_fork() {}
