//! Items in lower case, and methods that all types have, are none of what expansions name.
#![deny(warnings)]
#![allow(non_upper_case_globals, non_camel_case_types, dead_code)]

pub struct value;
pub struct error;
pub const made: u8 = 1;
pub static bundle: u8 = 1;

/// Methods of all types.
pub trait Everywhere {
    fn value(&self) -> u8 {
        3
    }
    fn split(&self) -> u8 {
        3
    }
    fn call(&self) -> u8 {
        3
    }
    fn peek(&self) -> u8 {
        3
    }
    fn inject(&self) -> u8 {
        3
    }
    fn rebox(&self) -> u8 {
        3
    }
}
impl<T: ?Sized> Everywhere for T {}

#[instrument::timer(components(TripCount))]
#[instrument::perf_timer]
#[instrument::print_mem]
#[instrument::checkpoints]
#[instrument::probe(inject)]
fn function(number: u32) -> Result<u32, String> {
    Ok(number)
}

#[instrument::timer]
#[instrument::probe(inject)]
async fn asynchronous(number: u32) -> Result<u32, String> {
    Ok(number)
}

#[instrument::timer]
fn boxed(number: u32) -> std::pin::Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(std::future::ready(number))
}

#[instrument::probe]
async fn without(number: u32) -> u32 {
    number
}

fn main() {
    let _ = function(1);
    drop((asynchronous(1), boxed(1), without(1)));
    let _marker = instrument::marker!("marker", TripCount);
    instrument::measure!("one", 1);
}
