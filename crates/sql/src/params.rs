//! Parameters of a statement.

use crate::ToSql;

/// Values for a statement's parameters, in their order.
pub trait Params {
    /// Calls `with` with all of them.
    fn with<T>(self, with: impl FnOnce(&[&dyn ToSql]) -> T) -> T;
}

impl Params for &[&dyn ToSql] {
    fn with<T>(self, with: impl FnOnce(&[&dyn ToSql]) -> T) -> T {
        with(self)
    }
}

/// Without values, the type of `[]` would be open.
impl Params for [&dyn ToSql; 0] {
    fn with<T>(self, with: impl FnOnce(&[&dyn ToSql]) -> T) -> T {
        with(&[])
    }
}

macro_rules! some {
    ($($count:literal)+) => {
        $(impl<V: ToSql> Params for [V; $count] {
            fn with<T>(self, with: impl FnOnce(&[&dyn ToSql]) -> T) -> T {
                with(&self.each_ref().map(|value| value as &dyn ToSql))
            }
        })+
    };
}
some!(1 2 3 4 5 6 7 8);

/// Values of different types for a statement's parameters.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &dyn $crate::ToSql),*] as &[&dyn $crate::ToSql]
    };
}
