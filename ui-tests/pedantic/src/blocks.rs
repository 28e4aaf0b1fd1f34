//! Whole blocks.
#![forbid(unsafe_code)]

use instrument::timer;

/// Has methods.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counter<const N: usize>(u64);

/// All of them.
#[timer(sample = 2)]
impl<const N: usize> Counter<N> {
    /// Not a function.
    pub const STEP: u64 = if N < 2 { 1 } else { 2 };

    /// Can't be timed.
    #[must_use]
    pub const fn zero() -> Self {
        Self(0)
    }

    /// Timed.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + Self::STEP)
    }

    /// Left out.
    #[timer(skip)]
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// Its own.
    #[instrument::timer("own")]
    #[must_use]
    pub fn own(self) -> u64 {
        self.0
    }
}

/// A trait's defaults.
#[timer]
pub trait Step: Sized {
    /// What steps are counted in.
    const UNIT: &'static str = ";";

    /// Without a body.
    #[must_use]
    fn step(self) -> Self;

    /// With one.
    #[must_use]
    fn twice(self) -> Self {
        self.step().step()
    }

    /// With one that's left out.
    #[timer(skip)]
    #[must_use]
    fn thrice(self) -> Self {
        self.twice().step()
    }
}

#[timer]
impl Step for Counter<{ 1 + 1 }> {
    fn step(self) -> Self {
        self.next()
    }
}

/// Everything in it, at any depth.
#[timer]
pub mod everything {
    use super::{Counter, Step, timer};

    /// A constant with braces and angle brackets.
    pub const LESS: bool = {
        let two = 2;
        1 < two
    };

    /// A type.
    pub type Small = Counter<{ 1 + 2 }>;

    /// A struct with a semicolon.
    #[derive(Debug, Clone, Copy)]
    pub struct Pair(pub u8, pub u8);

    impl Pair {
        /// Timed.
        #[must_use]
        pub fn sum(self) -> u8 {
            self.0 + self.1
        }
    }

    #[timer(skip)]
    impl Default for Pair {
        fn default() -> Self {
            Pair(1, 2)
        }
    }

    impl Step for Pair {
        fn step(self) -> Self {
            Pair(self.1, self.0)
        }
    }

    macro_rules! made {
        ($($item:item)*) => { $($item)* };
    }
    made! {
        /// Isn't seen, since the macro hasn't run yet.
        #[must_use]
        pub fn by_a_macro() -> u8 {
            1
        }
    }

    /// A module in a module.
    pub mod deeper {
        /// Timed.
        #[must_use]
        pub fn deep() -> bool {
            super::LESS
        }

        /// Left out, with all in it.
        #[instrument::timer(skip)]
        pub mod out {
            /// Not timed.
            #[must_use]
            pub fn untimed() -> bool {
                super::super::LESS
            }
        }

        /// Timed, and async.
        pub async fn deep_async() -> u8 {
            1
        }
    }
}
