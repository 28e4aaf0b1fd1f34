//! The components that this process has measured, by number: columns name them by that.

use instrument_model::data::Component;
use std::any::TypeId;
use std::sync::OnceLock;

/// More than any program has, and still little to look through.
const MOST: usize = 256;

static COMPONENTS: [OnceLock<(TypeId, Component)>; MOST] = [const { OnceLock::new() }; MOST];

/// The number of a component's type, which gets one at the first call; `None` past 256 of them.
///
/// Costs a comparison for each component before it. Only a type's first call allocates.
pub(crate) fn number_of(id: TypeId, make: impl FnOnce() -> Component) -> Option<u32> {
    let mut make = Some(make);
    COMPONENTS.iter().zip(0..).find_map(|(place, number)| {
        let (of, _) = place.get_or_init(|| match make.take() {
            Some(make) => (id, make()),
            // The closure that makes it is used at most once: who uses it finds its own type.
            None => (TypeId::of::<()>(), Component::default()),
        });
        (*of == id).then_some(number)
    })
}

/// What's known of the component of a number.
pub(crate) fn component(number: u32) -> Option<&'static Component> {
    COMPONENTS.get(number as usize)?.get().map(|(_, component)| component)
}

/// All of them, by number.
pub(crate) fn components() -> Vec<Component> {
    COMPONENTS.iter().map_while(OnceLock::get).map(|(_, component)| component.clone()).collect()
}
