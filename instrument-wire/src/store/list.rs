//! What adding, changing and removing mean for a list of specs, wherever it's kept.

use super::StoreError;
use crate::fields::shortened;
use crate::spec::{Bounds, ParseError, Spec, SpecId, Timestamp};
use std::collections::HashMap;

/// A change of a list of specs.
pub(super) enum Change<'a> {
    Add(Spec),
    Update(Spec),
    Remove(&'a SpecId),
}

/// Makes a change, or says why not and changes nothing.
pub(super) fn change(specs: &mut Vec<Spec>, change: Change<'_>, place: &str) -> Result<(), StoreError> {
    match change {
        Change::Add(spec) => {
            let spec = modified_now(spec)?;
            let id = spec.id();
            if specs.iter().any(|other| other.is(&id)) {
                return Err(StoreError::Exists(id));
            }
            if specs.len() >= Bounds::SPECS {
                return Err(too_many(place));
            }
            specs.push(spec);
        }
        Change::Update(spec) => {
            let spec = modified_now(spec)?;
            let id = spec.id();
            match specs.iter_mut().find(|other| other.is(&id)) {
                Some(other) => *other = spec,
                None => return Err(StoreError::Missing(id)),
            }
        }
        Change::Remove(id) => match specs.iter().position(|spec| spec.is(id)) {
            Some(place) => drop(specs.remove(place)),
            None => return Err(StoreError::Missing(id.clone())),
        },
    }
    Ok(())
}

/// A valid spec that was just changed.
pub(super) fn modified_now(mut spec: Spec) -> Result<Spec, StoreError> {
    spec.last_modified = Some(Timestamp::now());
    spec.validate()?;
    Ok(spec)
}

/// Whether there are no more than there may be, broken ones included.
pub(super) fn bounded(number: usize, place: &str) -> Result<(), StoreError> {
    if number > Bounds::SPECS { Err(too_many(place)) } else { Ok(()) }
}

/// The identity of a spec that's broken, as far as it can be read.
pub(super) fn broken_id(target: &str, name: &str) -> SpecId {
    SpecId::new(shortened(target, Bounds::TARGET), shortened(name, Bounds::NAME))
}

/// Checks a list that others may have written.
pub(super) fn check(specs: &[Spec], place: &str) -> Result<(), StoreError> {
    bounded(specs.len(), place)?;
    let mut known = HashMap::with_capacity(specs.len());
    for (index, spec) in specs.iter().enumerate() {
        if let Some(first) = known.insert((&spec.target, &spec.instrument.name), index) {
            let message = format!("is named as `specs[{first}]` is, {}; give it another name", spec.id());
            let message = instrument_model::text::printable(&message);
            let error = ParseError { field: Some(format!("specs[{index}]")), line: 0, column: 0, message };
            return Err(StoreError::Nonsense { place: place.to_owned(), error });
        }
    }
    Ok(())
}

pub(super) fn too_many(place: &str) -> StoreError {
    StoreError::too_much(place, format_args!("more than {} specs; remove some", Bounds::SPECS))
}
