//! The components that this process has measured, by number: columns name them by that.

use crate::base::sync::lock;
use crate::process::fork::Holder;
use instrument_model::data::Component;
use std::any::TypeId;
use std::sync::{Mutex, OnceLock};

/// More than any program has, and still little to look through.
const MOST: usize = 256;

static COMPONENTS: [OnceLock<(TypeId, Component)>; MOST] = [const { OnceLock::new() }; MOST];
/// Held while one is added: of a fork amid that, the child would wait for its end forever.
static ADDING: Mutex<()> = Mutex::new(());

inventory::submit! { Holder::new(96, || Box::new(lock(&ADDING))) }

/// The number of a component's type, which gets one at the first call; `None` past 256 of them.
///
/// Costs a comparison for each component before it. Only a type's first call allocates, and takes a lock.
pub(crate) fn number_of(id: TypeId, make: fn() -> Component) -> Option<u32> {
    find(id).or_else(|| add(id, make))
}

fn all() -> impl Iterator<Item = &'static (TypeId, Component)> {
    COMPONENTS.iter().map_while(OnceLock::get)
}

fn find(id: TypeId) -> Option<u32> {
    all().zip(0..).find(|((of, _), _)| *of == id).map(|(_, number)| number)
}

#[cold]
fn add(id: TypeId, make: fn() -> Component) -> Option<u32> {
    let _held = lock(&ADDING);
    // Another thread may have been quicker.
    find(id).or_else(|| {
        let number = all().count();
        let place = COMPONENTS.get(number)?;
        let mut component = make();
        component.name = free_name(component.name);
        let _ = place.set((id, component));
        u32::try_from(number).ok()
    })
}

/// The name, unless another component has it: then with a number. Columns are found by name.
fn free_name(name: String) -> String {
    let is_free = |name: &String| all().all(|(_, known)| known.name != *name);
    if is_free(&name) {
        return name;
    }
    (2..).map(|number| format!("{name} ({number})")).find(is_free).unwrap_or(name)
}

/// What's known of the component of a number.
pub(crate) fn component(number: u32) -> Option<&'static Component> {
    COMPONENTS.get(number as usize)?.get().map(|(_, component)| component)
}

/// What a type's columns are called, if it has measured.
pub(crate) fn name_of(id: TypeId) -> Option<&'static str> {
    component(find(id)?).map(|component| component.name.as_str())
}

/// All of them, by number.
pub(crate) fn components() -> Vec<Component> {
    all().map(|(_, component)| component.clone()).collect()
}
