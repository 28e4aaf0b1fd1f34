//! Attributes that there aren't: the compiler says so as of plain code, and of nothing else.

use instrument::{checkpoints, probe, timer};

#[no_such::first]
#[timer]
fn above() {}

#[timer]
#[no_such_second]
fn below() {}

#[checkpoints]
#[no_such::third]
#[probe]
fn between() -> u32 {
    1
}

struct Cache;

#[timer]
#[no_such::fourth]
impl Cache {
    #[no_such::fifth]
    fn load(&self) {}

    #[probe]
    #[no_such_sixth]
    async fn store(&self) {}
}

fn main() {
    above();
    below();
    between();
    Cache.load();
    let _ = Cache.store();
}
