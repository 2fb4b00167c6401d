//! Search: what a query says, by which words a turn is found, and how the newest hits are walked to.
//!
//! Hub and desk each keep a full-text index of their own; everything that must be the same in both is here, once: how
//! text is cut into words and folded ([`Words`]), what is filed of a turn ([`filed`]), what a query means ([`Query`]),
//! the order in which hits are looked for ([`find`]), and what is shown of one ([`hit`], [`snippet`]). Pure: knows no database,
//! and never reads a clock.

pub mod filed;
mod find;
pub mod hit;
mod query;
mod scope;
mod snippet;
mod words;

pub use find::{Candidate, Hit, Shelf, find};
pub use query::{Author, Has, Query, Within, Word};
pub use scope::{Expression, Tag, people, turns};
pub use snippet::{Span, snippet};
pub use words::Words;
