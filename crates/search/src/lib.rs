//! Search: parses queries, indexes turns, and finds the newest hits.
//!
//! Hub and desk have their own full-text indexes and share this crate. It decides how text becomes folded words
//! ([`Words`]), what is indexed of a turn ([`filed`]), and what a query means ([`Query`]). It also decides the order
//! of the search ([`find`]), which conversations count ([`About`]), and how a hit is shown ([`hit`], [`snippet`]). Pure:
//! knows no database, and never reads a clock.

mod about;
pub mod filed;
mod find;
pub mod hit;
mod query;
mod scope;
mod snippet;
mod words;

pub use find::{Candidate, Hit, Shelf, find};
pub use query::{About, Author, Has, Hint, Is, Query, Within, Word};
pub use scope::{Expression, Tag, people, turns};
pub use snippet::{Span, snippet};
pub use words::Words;
