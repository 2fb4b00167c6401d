//! The tables of analytics as data: their names, keys and columns. Tables, files of exports and their descriptions are
//! made from it, and `docs/analytics.md` explains each column.

use std::sync::LazyLock;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Uuid,
    Text,
    /// A word of a closed list.
    Enum,
    /// Milliseconds since 1970 in UTC; RFC 3339 in text.
    Time,
    /// Milliseconds.
    Ms,
    Int,
    Bool,
    /// A JSON list of texts.
    List,
}

impl Kind {
    /// As `schema.json` calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Text => "text",
            Self::Enum => "enum",
            Self::Time => "ts",
            Self::Ms => "ms",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::List => "list",
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Self::Uuid => "BLOB",
            Self::Text | Self::Enum | Self::List => "TEXT",
            Self::Time | Self::Ms | Self::Int | Self::Bool => "INTEGER",
        }
    }
}

pub(crate) struct Shape {
    pub name: &'static str,
    /// Its first columns, in this order; with `row_version`, `origin` and `source` at the end.
    pub columns: &'static [(&'static str, Kind)],
    pub key: &'static [&'static str],
    /// Columns that are filled from elsewhere: a row that is written again without them keeps them.
    kept: &'static [&'static str],
    indexes: &'static [&'static str],
}

/// Columns of every table.
pub(crate) const COMMON: [(&str, Kind); 3] =
    [("row_version", Kind::Int), ("origin", Kind::Enum), ("source", Kind::Text)];

impl Shape {
    /// A table that is in exports only.
    pub(crate) const fn of_account(
        name: &'static str,
        columns: &'static [(&'static str, Kind)],
        key: &'static [&'static str],
    ) -> Self {
        Self { name, columns, key, kept: &[], indexes: &[] }
    }

    /// All columns, with those that every table has.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, Kind)> + use<> {
        self.columns.iter().copied().chain(COMMON)
    }

    // Names are quoted: some are words of SQL.
    pub(crate) fn create(&self) -> String {
        let column = |(name, kind): (&str, Kind)| {
            let null = if self.key.contains(&name) || name == "row_version" { " NOT NULL" } else { "" };
            format!("    \"{name}\" {}{null},\n", kind.sql())
        };
        let columns: String = self.all().map(column).collect();
        let name = self.name;
        let mut sql = format!("CREATE TABLE {name} (\n{columns}    PRIMARY KEY ({})\n) STRICT;\n", self.key.join(", "));
        sql.push_str(&format!("CREATE INDEX {name}_version ON {name} (row_version);\n"));
        for (no, index) in self.indexes.iter().enumerate() {
            sql.push_str(&format!("CREATE INDEX {name}_{no} ON {name} ({index});\n"));
        }
        sql
    }

    /// Writes a row over an older one.
    pub(crate) fn upsert(&self) -> String {
        let names: Vec<_> = self.all().map(|(name, _)| name).collect();
        let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let places: Vec<_> = (1..=names.len()).map(|place| format!("?{place}")).collect();
        let set = |name: &&str| match self.kept.contains(name) {
            true => format!("\"{name}\" = coalesce(excluded.\"{name}\", {}.\"{name}\")", self.name),
            false => format!("\"{name}\" = excluded.\"{name}\""),
        };
        let sets: Vec<_> = names.iter().filter(|name| !self.key.contains(name)).map(set).collect();
        format!(
            "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}",
            self.name,
            quoted.join(", "),
            places.join(", "),
            self.key.join(", "),
            sets.join(", ")
        )
    }

    pub(crate) fn select(&self, rest: &str) -> String {
        let names: Vec<_> = self.all().map(|(name, _)| format!("\"{name}\"")).collect();
        format!("SELECT {} FROM {} {rest}", names.join(", "), self.name)
    }
}

/// The JSON name of a column.
pub(crate) fn field(column: &str) -> String {
    let mut field = String::with_capacity(column.len());
    let mut upper = false;
    for letter in column.chars() {
        match letter {
            '_' => upper = true,
            _ if upper => {
                field.push(letter.to_ascii_uppercase());
                upper = false;
            }
            _ => field.push(letter),
        }
    }
    field
}

/// Whether this is [`field`] of a column.
pub(crate) fn is_field(column: &str, name: &str) -> bool {
    let mut letters = name.bytes();
    let mut upper = false;
    for letter in column.bytes() {
        if letter == b'_' {
            upper = true;
            continue;
        }
        let expected = if upper { letter.to_ascii_uppercase() } else { letter };
        upper = false;
        if letters.next() != Some(expected) {
            return false;
        }
    }
    letters.next().is_none()
}

/// What this text is changed for, the tables are made again from the log.
pub(crate) fn fingerprint() -> String {
    use sha2::{Digest as _, Sha256};
    let all: String = SHAPES.iter().map(|shape| shape.create()).collect();
    let hash = Sha256::digest(format!("{FOLD} {all}"));
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Counts changes of the fold that change rows without changing the tables.
const FOLD: u32 = 3;

/// The words of `docs/analytics.md` about a column; none if it has none there.
pub(crate) fn words(table: &str, column: &str) -> Option<&'static str> {
    DOCUMENTED.iter().find(|(of, name, _)| *of == table && *name == column).map(|(.., words)| *words)
}

static DOCUMENTED: LazyLock<Vec<(&str, &str, &str)>> = LazyLock::new(|| {
    let mut found = Vec::new();
    let mut tables: Vec<&str> = Vec::new();
    for line in include_str!("../../../../docs/analytics.md").lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            tables = quoted(heading);
        } else if line.starts_with("## ") {
            tables.clear();
        } else if let Some((columns, words)) = line.strip_prefix("| `").and_then(|row| row.split_once(" | ")) {
            let words = words.trim_end_matches(" |");
            let columns = quoted(&line[2..line.len() - words.len()]).into_iter().chain(quoted(columns));
            for column in columns {
                found.extend(tables.iter().map(|table| (*table, column, words)));
            }
        }
    }
    found
});

/// What stands between backquotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

use Kind::{Bool, Enum, Int, List, Ms, Text, Time, Uuid};

pub(crate) const CONVERSATION: Shape = Shape {
    name: "conversation",
    columns: &[
        ("conversation_id", Uuid),
        ("customer_id", Uuid),
        ("contact_id", Uuid),
        ("channel", Enum),
        ("number", Text),
        ("brand", Uuid),
        ("language", Text),
        ("started_at", Time),
        ("first_loud_at", Time),
        ("completed_at", Time),
        ("status", Enum),
        ("started_by", Enum),
        ("rounds", Int),
        ("reopened", Int),
        ("persons", Int),
        ("turns_customer", Int),
        ("turns_agent", Int),
        ("turns_external", Int),
        ("turns_logic", Int),
        ("notes", Int),
        ("suggestions", Int),
        ("suggestions_used", Int),
        ("tags", List),
        ("resolution", Text),
        ("continues", Uuid),
        ("cost_messages", Int),
    ],
    key: &["conversation_id"],
    kept: &[],
    indexes: &["customer_id, started_at", "started_at"],
};

pub(crate) const ROUND: Shape = Shape {
    name: "round",
    columns: &[
        ("conversation_id", Uuid),
        ("no", Int),
        ("started_at", Time),
        ("reopened_by", Enum),
        ("t0", Time),
        ("completed_at", Time),
        ("completed_by", Enum),
        ("direction", Enum),
        ("first_response_ms", Ms),
        ("first_response_by", Enum),
        ("first_answer_ms", Ms),
        ("first_person_response_ms", Ms),
        ("wanted_at", Time),
        ("person_wait_ms", Ms),
        ("queue_ms", Ms),
        ("person_ms", Ms),
        ("logic_ms", Ms),
        ("idle_ms", Ms),
        ("open_ms", Ms),
        ("business_open_ms", Ms),
        ("replies", Int),
        ("reply_sum_ms", Ms),
        ("reply_max_ms", Ms),
        ("person_replies", Int),
        ("person_reply_sum_ms", Ms),
        ("persons", Int),
        ("transfers", Int),
        ("fallback", Int),
        ("logic_involved", Bool),
        ("contained", Bool),
        ("provisional_until", Time),
        ("confirmed", Bool),
        ("reopened_later", Bool),
        ("outcome", Enum),
        ("review_id", Uuid),
    ],
    key: &["conversation_id", "no"],
    kept: &["reopened_later"],
    indexes: &["started_at", "t0", "completed_at", "wanted_at"],
};

pub(crate) const ENGAGEMENT: Shape = Shape {
    name: "engagement",
    columns: &[
        ("engagement_id", Uuid),
        ("conversation_id", Uuid),
        ("round_no", Int),
        ("kind", Enum),
        ("agent_id", Uuid),
        ("external_agent_id", Uuid),
        ("started_at", Time),
        ("ended_at", Time),
        ("start_cause", Enum),
        ("end_reason", Enum),
        ("end_detail", Text),
        ("queue_ms", Ms),
        ("queue_outcome", Enum),
        ("person_wait_ms", Ms),
        ("invitation_ms", Ms),
        ("engagement_ms", Ms),
        ("wrap_up_ms", Ms),
        ("handle_ms", Ms),
        ("shared_ms", Ms),
        ("agent_first_reply_ms", Ms),
        ("turns", Int),
        ("left_waiting", Bool),
    ],
    key: &["engagement_id"],
    kept: &["shared_ms"],
    indexes: &["agent_id, started_at", "agent_id, ended_at", "conversation_id", "kind, started_at", "kind, ended_at"],
};

pub(crate) const TURN: Shape = Shape {
    name: "turn",
    columns: &[
        ("turn_id", Uuid),
        ("conversation_id", Uuid),
        ("round_no", Int),
        ("engagement_id", Uuid),
        ("position", Int),
        ("at", Time),
        ("received_at", Time),
        ("by", Enum),
        ("agent_id", Uuid),
        ("type", Enum),
        ("silent", Bool),
        ("holding", Bool),
        ("quick_reply", Bool),
        ("from_suggestion", Bool),
        ("suggestion_id", Uuid),
        ("edited", Bool),
        ("withdrawn", Bool),
        ("length", Int),
        ("media_kind", Text),
        ("media_bytes", Int),
        ("question_id", Uuid),
        ("question_version", Int),
        ("choice", Text),
        ("reply_to", Uuid),
        ("response_ms", Ms),
        ("response_to", Uuid),
        ("final_state", Enum),
        ("sent_at", Time),
        ("delivered_at", Time),
        ("seen_at", Time),
        ("inferred", Bool),
        ("failed_code", Text),
        ("cost_category", Text),
        ("billable", Bool),
    ],
    key: &["conversation_id", "position"],
    kept: &[],
    indexes: &["turn_id", "at"],
};

pub(crate) const CALL: Shape = Shape {
    name: "call",
    columns: &[
        ("call_id", Uuid),
        ("conversation_id", Uuid),
        ("round_no", Int),
        ("raised_at", Time),
        ("by", Enum),
        ("reason", Enum),
        ("reach", Enum),
        ("ended_at", Time),
        ("end", Enum),
        ("claimed_by", Uuid),
        ("decided", Int),
        ("sent", Int),
        ("shown", Int),
        ("muted", Int),
        ("clicked", Int),
        ("first_shown_ms", Ms),
        ("claim_ms", Ms),
    ],
    key: &["call_id"],
    kept: &["decided", "sent", "shown", "muted", "clicked", "first_shown_ms"],
    indexes: &["raised_at", "conversation_id"],
};

pub(crate) const LOGIC_REQUEST: Shape = Shape {
    name: "logic_request",
    columns: &[
        ("request_id", Uuid),
        ("conversation_id", Uuid),
        ("round_no", Int),
        ("asked_at", Time),
        ("trigger", Enum),
        ("ended_at", Time),
        ("outcome", Enum),
        ("ms", Ms),
        ("actions", Int),
        ("said_something", Bool),
    ],
    key: &["request_id"],
    kept: &[],
    indexes: &["asked_at", "conversation_id"],
};

pub(crate) const EXTERNAL_AGENT: Shape = Shape {
    name: "external_agent",
    columns: &[
        ("external_agent_id", Uuid),
        ("conversation_id", Uuid),
        ("name", Text),
        ("invited_at", Time),
        ("opened_at", Time),
        ("ended_at", Time),
        ("end", Enum),
    ],
    key: &["external_agent_id"],
    kept: &[],
    indexes: &["conversation_id"],
};

pub(crate) const TAG: Shape = Shape {
    name: "tag",
    columns: &[
        ("conversation_id", Uuid),
        ("tag", Text),
        ("position", Int),
        ("added_at", Time),
        ("removed_at", Time),
        ("by", Enum),
    ],
    key: &["conversation_id", "position", "tag"],
    kept: &[],
    indexes: &[],
};

pub(crate) const REVIEW: Shape = Shape {
    name: "review",
    columns: &[
        ("review_id", Uuid),
        ("conversation_id", Uuid),
        ("round_no", Int),
        ("asked_at", Time),
        ("not_asked", Enum),
        ("expires_at", Time),
        ("declined_at", Time),
        ("answered_at", Time),
        ("edited_at", Time),
        ("score", Int),
        ("comment_length", Int),
        ("by", Enum),
        ("agent_id", Uuid),
        ("sharing", Int),
    ],
    key: &["review_id"],
    kept: &[],
    indexes: &["asked_at", "answered_at", "conversation_id"],
};

pub(crate) const HANDOVER: Shape = Shape {
    name: "handover",
    columns: &[
        ("handover_id", Uuid),
        ("conversation_id", Uuid),
        ("round_no", Int),
        ("given_at", Time),
        ("grade", Enum),
        ("graded_at", Time),
        ("graded_by", Uuid),
    ],
    key: &["handover_id"],
    kept: &[],
    indexes: &["given_at", "graded_at", "conversation_id"],
};

/// All tables that follow from conversations.
pub(crate) const SHAPES: [&Shape; 10] =
    [&CONVERSATION, &ROUND, &ENGAGEMENT, &TURN, &CALL, &LOGIC_REQUEST, &EXTERNAL_AGENT, &TAG, &REVIEW, &HANDOVER];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_names_of_their_fields_in_json() {
        assert_eq!(["t0", "first_response_ms", "no"].map(field), ["t0", "firstResponseMs", "no"]);
    }
}
