//! Analytics: the tables follow the log, and can be made again.

mod exporting;
mod figures;
mod following;
mod hours;
mod taking;
