//! Analytics: the tables follow the log, and can be made again.

mod exporting;
mod figures;
pub mod following;
mod hours;
mod taking;
