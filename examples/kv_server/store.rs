//! The keys and their values.

use instrument::timer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::protocol::integer;

/// What all connections share.
#[derive(Default)]
pub struct Store {
    values: Mutex<HashMap<Vec<u8>, Arc<[u8]>>>,
}

/// Why a value can't be incremented.
pub enum NotIncremented {
    NotAnInteger,
    Overflow,
}

#[timer]
impl Store {
    pub fn get(&self, key: &[u8]) -> Option<Arc<[u8]>> {
        self.values().get(key).cloned()
    }

    pub fn set(&self, key: &[u8], value: &[u8]) {
        put(&mut self.values(), key, value);
    }

    /// How many of the keys there were.
    pub fn delete(&self, keys: &[&[u8]]) -> usize {
        let mut values = self.values();
        keys.iter().filter(|&&key| values.remove(key).is_some()).count()
    }

    /// Adds one to a value, or to 0 where there's none.
    pub fn increment(&self, key: &[u8]) -> Result<i64, NotIncremented> {
        let mut values = self.values();
        let number = values.get(key).map_or(Some(0), |value| integer(value)).ok_or(NotIncremented::NotAnInteger)?;
        let number = number.checked_add(1).ok_or(NotIncremented::Overflow)?;
        put(&mut values, key, number.to_string().as_bytes());
        Ok(number)
    }

    /// Locking is a few nanoseconds while nobody else does: a timer of its own would cost more.
    #[timer(skip)]
    fn values(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Arc<[u8]>>> {
        // No panic leaves the map half changed.
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn put(values: &mut HashMap<Vec<u8>, Arc<[u8]>>, key: &[u8], value: &[u8]) {
    match values.get_mut(key) {
        Some(old) => *old = value.into(),
        None => drop(values.insert(key.into(), value.into())),
    }
}
