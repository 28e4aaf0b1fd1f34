//! Expansions name nothing that a user could have taken: there's no prelude, and every crate's name is a module's.
#![no_implicit_prelude]
#![deny(warnings)]
#![forbid(unsafe_code)]

mod core {}
mod std {}
mod alloc {}
mod inventory {}
mod instrument {}

/// Shadows what a prelude would have.
#[allow(dead_code)]
mod shadows {
    pub enum Option {
        Some,
        None,
    }
    #[allow(unused_imports)]
    pub use Option::{None, Some};
    pub struct Site;
    pub trait Drop {}
    pub fn drop() {}
    pub fn here() {}
    macro_rules! module_path {
        () => {
            0
        };
    }
    macro_rules! file {
        () => {
            0
        };
    }

    #[::instrument::timer(sample = 2, recursion = "fold")]
    #[::instrument::perf_timer(quantiles = [0.5], log = log)]
    #[::instrument::print_mem("left")]
    pub fn function() -> u8 {
        module_path!() + file!()
    }

    fn log(_: &str) {}

    #[::instrument::checkpoints("told", threshold_ms = 1)]
    pub fn told() -> u8 {
        let _ = module_path!();
        file!()
    }

    #[::instrument::checkpoints]
    pub async fn told_later(number: u8) -> ::core::result::Result<u8, ::core::num::ParseIntError> {
        let parsed = "1".parse::<u8>()?;
        ::core::result::Result::Ok(number + parsed)
    }

    #[::instrument::timer]
    #[::instrument::perf_timer]
    #[::instrument::print_mem]
    pub async fn asynchronous() -> ::core::result::Result<u8, ::core::num::ParseIntError> {
        let number = "1".parse::<u8>()?;
        ::core::result::Result::Ok(number)
    }

    #[::instrument::probe("probed", redact(number), inject)]
    pub fn probed(number: u8, text: &str) -> ::core::result::Result<u8, ::core::num::ParseIntError> {
        let parsed = text.parse::<u8>()?;
        ::core::result::Result::Ok(number + parsed)
    }

    #[::instrument::probe(inject)]
    pub async fn probed_later(text: ::std::string::String) -> ::core::result::Result<u8, ::core::num::ParseIntError> {
        let parsed = text.parse::<u8>()?;
        ::core::result::Result::Ok(parsed)
    }

    #[::instrument::probe]
    #[::instrument::timer]
    pub fn boxed() -> ::std::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = u8>>> {
        ::std::boxed::Box::pin(async { 1 })
    }

    #[::instrument::timer]
    impl Site {
        pub fn method(&self) -> &Self {
            self
        }
    }
}

#[::instrument::main(report = false)]
fn main() {
    shadows::function();
    ::core::mem::drop(shadows::asynchronous());
    ::core::mem::drop(shadows::boxed());
    shadows::Site.method();
    shadows::told();
    ::core::mem::drop(shadows::probed(1, "1"));
    ::core::mem::drop(shadows::probed_later(::std::string::String::new()));
    ::core::mem::drop(shadows::told_later(1));
    ::instrument::profiler!("x").mark("y");
    ::instrument::profiler!().finish(1);
}
