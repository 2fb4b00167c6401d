//! Analytics: the tables follow the log, and can be made again.

mod figures;
mod following;
