//! Values that know where they were written.

use paritygate_model::Location;

/// A value and where it was written.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written, if a text holds it.
    pub at: Option<Location>,
}

impl<T> Spanned<T> {
    /// A value that was written at a place.
    pub fn new(value: T, at: Location) -> Self {
        Self { value, at: Some(at) }
    }

    /// A value that no text holds, such as a default.
    pub const fn nowhere(value: T) -> Self {
        Self { value, at: None }
    }

    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), at: self.at }
    }
}
