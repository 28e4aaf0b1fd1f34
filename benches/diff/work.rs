//! A program whose functions do a known amount of work, one of them more on demand: what a diff has to find.

use instrument::timer;
use std::hint::black_box;

/// What the functions do, and how much of it.
pub struct Work {
    slow: String,
    percent: u64,
    table: Vec<u32>,
}

/// Rounds of the whole: some 0.6 s on a quiet machine.
const ROUNDS: u64 = 3_000;

impl Work {
    /// All do their usual work, but the one of that name so many percent more.
    pub fn new(slow: &str, percent: u64) -> Work {
        let size = 1_u32 << 14;
        // A walk through all of the table, each step far from the one before.
        let table = (0..size).map(|place| (place.wrapping_mul(40_503).wrapping_add(12_345)) % size).collect();
        Work { slow: slow.to_owned(), percent, table }
    }

    /// Runs it.
    pub fn run(&self) {
        let found = (0..ROUNDS).fold(0, |sum: u64, _| sum.wrapping_add(handle(self)));
        black_box(found);
    }

    fn units(&self, name: &str, usual: u64) -> u64 {
        if self.slow == name { usual + usual * self.percent / 100 } else { usual }
    }

    /// A chain of multiplications.
    fn multiply(&self, name: &str, usual: u64) -> u64 {
        (0..self.units(name, usual)).fold(1, |value, step| black_box((value ^ step).wrapping_mul(0x9e37_79b9)))
    }

    /// Steps through memory.
    fn walk(&self, name: &str, usual: u64, start: usize) -> u64 {
        let end = (0..self.units(name, usual)).fold(start, |place, _| black_box(self.table[place]) as usize);
        end as u64
    }

    /// Bytes of a text that's made.
    fn write(&self, name: &str, usual: u64) -> u64 {
        let mut text = String::new();
        for step in 0..self.units(name, usual) {
            match step % 7 {
                0 => text.push_str("&lt;"),
                1 => text.push('é'),
                more => text.push(char::from(b'a' + more as u8)),
            }
        }
        black_box(text).len() as u64
    }
}

#[timer]
fn handle(work: &Work) -> u64 {
    let request = parse(work) ^ authorize(work);
    let found = (0..3).fold(request, |sum, start| sum ^ lookup(work, start));
    work.multiply("handle", 2_000) ^ found ^ render(work) ^ log(work)
}

#[timer]
fn parse(work: &Work) -> u64 {
    (0..4).fold(0, |sum: u64, _| sum ^ token(work)) ^ work.write("parse", 1_500)
}

#[timer]
fn token(work: &Work) -> u64 {
    work.multiply("token", 1_200)
}

#[timer]
fn authorize(work: &Work) -> u64 {
    work.multiply("authorize", 8_000)
}

#[timer]
fn lookup(work: &Work, start: usize) -> u64 {
    hash(work) ^ work.walk("lookup", 1_500, start)
}

#[timer]
fn hash(work: &Work) -> u64 {
    work.multiply("hash", 800)
}

#[timer]
fn render(work: &Work) -> u64 {
    let rows = (0..5).fold(0, |sum: u64, _| sum ^ escape(work));
    rows ^ work.walk("render", 6_000, 7) ^ checksum(work)
}

#[timer]
fn escape(work: &Work) -> u64 {
    work.write("escape", 1_500)
}

#[timer]
fn checksum(work: &Work) -> u64 {
    work.multiply("checksum", 4_000)
}

#[timer]
fn log(work: &Work) -> u64 {
    work.write("log", 1_000)
}
