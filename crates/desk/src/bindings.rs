//! TypeScript for the interface, generated from the command table.

use std::fmt::Write as _;

use ts_rs::{Config, TS, TypeVisitor};

use tandem_conversation::{Question, QuickReply};
use tandem_protocol::agents::Today;
use tandem_protocol::channels::{WhatsappCheck, WhatsappNumber, WhatsappUsage};
use tandem_protocol::library::{ItemRemoval, QuestionDefinition, QuestionRow, QuickReplyDefinition, QuickReplyRow};
use tandem_protocol::reviews::{ReviewPage, ReviewPlanRow, ReviewRow};

use crate::rpc::*;
use crate::view::*;

/// Collects every type that the table reaches, each once.
struct Collect<'a> {
    config: &'a Config,
    found: std::collections::BTreeMap<String, String>,
}

impl TypeVisitor for Collect<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_some() {
            let name = T::ident(self.config);
            if self.found.contains_key(&name) {
                return;
            }
            self.found.insert(name, T::decl(self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// The contents of `types.ts`.
#[must_use]
pub fn typescript() -> String {
    let config = Config::default();
    let mut types = Collect { config: &config, found: std::collections::BTreeMap::new() };
    let mut commands = String::new();
    macro_rules! write_table {
        ($($wire:literal $handler:ident $request:ty => $response:ty;)*; $($rest:tt)*) => {
            write_table!($($wire $handler $request => $response;)*);
            write_table!($($rest)*);
        };
        ($($wire:literal $handler:ident $request:ty => $response:ty;)*) => {
            $(
                types.visit::<$request>();
                types.visit::<$response>();
                let _ = writeln!(
                    commands,
                    "  \"{}\": {{ request: {}; response: {} }};",
                    $wire,
                    <$request as TS>::name(&config),
                    <$response as TS>::name(&config),
                );
            )*
        };
    }
    crate::rpc::table!(write_table);
    types.visit::<Change>();
    types.visit::<RpcError>();
    let mut text =
        String::from("// Generated from the desk's command table. Do not edit: `cargo xtask types` writes it.\n\n");
    for declaration in types.found.values() {
        let _ = writeln!(text, "export {declaration}\n");
    }
    let _ = writeln!(text, "/** Every command of the desk: its name, what it takes, what it gives. */");
    let _ = writeln!(text, "export interface Commands {{\n{commands}}}");
    text
}

#[cfg(test)]
mod tests {
    /// The committed file matches the table; `UPDATE_TYPES=1` writes it.
    #[test]
    fn the_committed_types_are_the_generated_ones() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/shared/types.ts");
        let generated = super::typescript();
        if std::env::var_os("UPDATE_TYPES").is_some() {
            std::fs::write(path, &generated).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == generated, "ui/shared/types.ts is stale: run `cargo xtask types`");
    }
}
