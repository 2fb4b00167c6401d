//! Which crate may depend on which: the arrows of ARCHITECTURE.md as a table.

use super::Package;

struct Room {
    name: &'static str,
    /// Our crates that it may depend on; its tests may also use `IN_TESTS`.
    may_use: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room { name: "tandem-conversation", may_use: &[] },
    Room { name: "tandem-sqlite", may_use: &[] },
    Room { name: "tandem-sql", may_use: &["tandem-sqlite"] },
    Room { name: "tandem-protocol", may_use: &["tandem-conversation"] },
    Room { name: "tandem-search", may_use: &["tandem-conversation", "tandem-protocol"] },
    Room {
        name: "tandem-hub",
        may_use: &["tandem-conversation", "tandem-protocol", "tandem-search", "tandem-sql", "tandem-sqlite"],
    },
    Room {
        name: "tandem-desk",
        may_use: &["tandem-conversation", "tandem-protocol", "tandem-search", "tandem-sqlite"],
    },
    Room {
        name: "tandem-app",
        may_use: &["tandem-conversation", "tandem-protocol", "tandem-sqlite", "tandem-hub", "tandem-desk"],
    },
    Room {
        name: "tandem-testkit",
        may_use: &[
            "tandem-conversation",
            "tandem-protocol",
            "tandem-search",
            "tandem-sqlite",
            "tandem-sql",
            "tandem-hub",
            "tandem-desk",
        ],
    },
    // Speaks the public protocol over HTTP and shares no code: proof that any language will do.
    Room { name: "sample-logic", may_use: &[] },
    Room { name: "sample-logic-small", may_use: &[] },
    Room {
        name: "tandem-tests",
        may_use: &["tandem-conversation", "tandem-protocol", "tandem-hub", "tandem-desk", "tandem-testkit", "xtask"],
    },
    Room { name: "xtask", may_use: &[] },
];

/// Also allowed in tests of the hub, the desk and the app.
const IN_TESTS: &[&str] = &["tandem-testkit"];

/// I/O that the pure core and the wire types must not use, not even in tests.
const IMPURE: &[&str] =
    &["axum", "hyper", "notify-rust", "postgres", "reqwest", "rusqlite", "tauri", "tokio", "tokio-tungstenite"];
const PURE: &[&str] = &["tandem-conversation", "tandem-protocol", "tandem-search"];

pub fn complaints(packages: &[Package]) -> Vec<String> {
    let mut complaints = Vec::new();
    let is_ours = |name: &str| packages.iter().any(|package| package.name == name);
    for Package { name, dependencies, .. } in packages {
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            complaints.push(format!("{name}: give it a line in xtask/src/tidy/direction.rs that says what it may use"));
            continue;
        };
        for (used, kind) in dependencies {
            let in_tests = kind == "dev" && !PURE.contains(&room.name) && IN_TESTS.contains(&used.as_str());
            if is_ours(used) && !room.may_use.contains(&used.as_str()) && !in_tests {
                complaints.push(format!("{name} must not depend on {used}: dependencies point one way"));
            }
            if PURE.contains(&room.name) && IMPURE.contains(&used.as_str()) {
                complaints.push(format!("{name} must not depend on {used}: it does no I/O"));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, &str)]) -> Package {
        let dependencies = dependencies.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect();
        Package { name: name.to_owned(), manifest: "Cargo.toml".into(), dependencies, tests: Vec::new() }
    }

    #[test]
    fn the_hub_and_the_desk_never_meet_and_the_core_stays_pure() {
        let packages = [
            package("tandem-conversation", &[("serde", "normal"), ("tokio", "normal")]),
            package("tandem-hub", &[("tandem-conversation", "normal"), ("tokio", "normal"), ("tandem-testkit", "dev")]),
            package("tandem-desk", &[("tandem-hub", "dev"), ("tandem-testkit", "normal")]),
            package("tandem-testkit", &[]),
            package("tandem-cellar", &[]),
        ];
        let found = complaints(&packages).join("\n");
        let named = ["conversation must not depend on tokio", "desk must not depend on tandem-hub"];
        assert!(named.iter().all(|part| found.contains(part)), "{found}");
        assert!(found.contains("desk must not depend on tandem-testkit"), "outside of tests: {found}");
        assert!(found.contains("tandem-cellar: give it a line"), "{found}");
        assert_eq!(found.lines().count(), 4, "{found}");
    }
}
