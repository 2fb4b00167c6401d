//! Data between hub and desk does not change without a line in `VERSIONS`.
//!
//! The types are read from their sources, with everything that serde sees: names, tags, defaults and refusals.
//! Comments and layout do not count.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::path::Path;

/// The hash of each version's types, from the first hashed version on. A released line never changes.
const HASHES: &[(u32, u64)] = &[
    (10, 0x959f_a276_efd3_f218),
    (11, 0xf58c_9a2d_020e_1dd0),
    (12, 0xa402_1e6b_cf29_3382),
    (13, 0x4067_f89e_ba76_81e5),
    (14, 0x7e3c_8a19_2abb_163d),
    (15, 0x012b_8920_0bb1_d512),
    (16, 0xc28a_2f4c_1d03_77fd),
    (17, 0x5ecc_31ba_7767_da41),
    (18, 0xe1a4_4bf3_f1ab_e3e0),
    (19, 0x6686_9a68_5d76_a2c5),
    (20, 0x9d3c_aed7_8244_9fa8),
    (21, 0xa021_d093_5e8f_4a11),
    (22, 0xf754_f28b_1bfa_b13f),
    (23, 0x4c47_b814_faa2_f5cb),
];

/// Where the types between hub and desk are defined.
const SOURCES: [&str; 42] = [
    "protocol/src/agents.rs",
    "protocol/src/agents/alerts.rs",
    "protocol/src/agents/as_seen.rs",
    "protocol/src/agents/live.rs",
    "protocol/src/agents/search.rs",
    "protocol/src/agents/today.rs",
    "protocol/src/agents/wording.rs",
    "protocol/src/channels.rs",
    "protocol/src/library.rs",
    "protocol/src/problem.rs",
    "conversation/src/as_seen.rs",
    "conversation/src/as_seen/sight.rs",
    "conversation/src/board/curves.rs",
    "conversation/src/button.rs",
    "conversation/src/channel.rs",
    "conversation/src/contact.rs",
    "conversation/src/contents.rs",
    "conversation/src/customer.rs",
    "conversation/src/dismissed.rs",
    "conversation/src/drawn.rs",
    "conversation/src/engagement.rs",
    "conversation/src/event.rs",
    "conversation/src/failure.rs",
    "conversation/src/handover.rs",
    "conversation/src/help.rs",
    "conversation/src/ids.rs",
    "conversation/src/library.rs",
    "conversation/src/logic.rs",
    "conversation/src/mention.rs",
    "conversation/src/notice.rs",
    "conversation/src/participant.rs",
    "conversation/src/permission.rs",
    "conversation/src/review.rs",
    "conversation/src/section.rs",
    "conversation/src/skills.rs",
    "conversation/src/snooze.rs",
    "conversation/src/state.rs",
    "conversation/src/template.rs",
    "conversation/src/time.rs",
    "conversation/src/trigger.rs",
    "conversation/src/turn.rs",
    "conversation/src/voice.rs",
];

#[test]
fn what_travels_changes_only_with_a_line_in_versions() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut shapes: Vec<String> =
        SOURCES.iter().flat_map(|source| shapes(&std::fs::read_to_string(crates.join(source)).unwrap())).collect();
    // Where a type is defined does not matter.
    shapes.sort();
    assert!(shapes.len() > 60, "the shapes are found: {}", shapes.len());
    let (version, known) = *HASHES.last().unwrap();
    assert_eq!(version, tandem_protocol::version(), "add (version, hash) to HASHES for each line of VERSIONS");
    let hash = hash(&shapes.concat());
    assert_eq!(
        hash,
        known,
        "A shape has changed. If it travels, add a line to VERSIONS and ({}, {hash:#018x}) to HASHES, and keep desks of \
         the versions before working; while version {version} is not released, its hash is {hash:#018x}.",
        version + 1
    );
}

#[test]
fn comments_and_layout_do_not_count_and_attributes_do() {
    let one = "/// A thing.\n#[derive(Serialize)]\npub struct Thing {\n    /// How many.\n    pub many: u32, // so many\n}\nfn x() {}";
    let same = "#[derive(Serialize)] pub struct Thing { pub many: u32, }";
    let other = "#[derive(Serialize)] #[serde(deny_unknown_fields)] pub struct Thing { pub many: u32, }";
    assert_eq!(shapes(one), shapes(same));
    assert_ne!(shapes(one), shapes(other));
    assert_eq!(shapes("#[derive(Clone)] struct Inner { x: u32 }"), Vec::<String>::new());
}

/// Every serialised type of a source, without comments and spaces.
fn shapes(source: &str) -> Vec<String> {
    let plain: String =
        source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let mut found = Vec::new();
    for (at, _) in plain.match_indices("#[derive(") {
        let rest = &plain[at..];
        let derives = rest.split(']').next().unwrap_or_default();
        if !derives.contains("Serialize") && !derives.contains("Deserialize") {
            continue;
        }
        let shape: String = rest[..end(rest)].chars().filter(|c| !c.is_whitespace()).collect();
        // Other derives do not affect the wire.
        let (_, shape) = shape.split_once(']').unwrap_or_default();
        found.push(shape.to_owned());
    }
    found
}

/// The end of the type that begins here: its closing brace, or the semicolon of a tuple.
fn end(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && c == '}' {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// FNV-1a: stable everywhere.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
