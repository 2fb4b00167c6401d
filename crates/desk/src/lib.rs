//! The desktop core.

pub mod bindings;
pub mod rpc;
pub mod view;
