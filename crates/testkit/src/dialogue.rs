//! Playable dialogues, in the format of `docs/replay-format.md`.
//!
//! Lenient about unknown turns and fields (recordings contain more than is played), strict about known ones.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::{Deserialize, Deserializer};
use tandem_conversation::Choice;

/// One dialogue between a customer and a company.
#[derive(Clone, Debug, Deserialize)]
pub struct Dialogue {
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// The same id in two dialogues is the same person.
    pub customer: String,
    name: Option<String>,
    pub email: Option<String>,
    /// The customer signs in on the website after this many of their turns.
    pub signs_in: Option<usize>,
    pub language: Option<String>,
    /// When it took place, in seconds since 1970.
    pub start: Option<f64>,
    pub completion: String,
    /// Why the assistant hands over.
    pub help: Option<String>,
    pub turns: Vec<Turn>,
    /// The folder of its pictures.
    #[serde(skip)]
    pub media: PathBuf,
}

/// One turn of any kind.
#[derive(Clone, Debug, Deserialize)]
pub struct Turn {
    /// Seconds since the dialogue's start.
    pub t: Option<f64>,
    pub role: String,
    pub action: String,
    #[serde(default)]
    pub text: String,
    /// The intent of an answer, or the id of a choice.
    pub label: Option<String>,
    #[serde(default)]
    options: Vec<serde_json::Value>,
    /// Name of a picture.
    pub media: Option<String>,
    pub when: Option<When>,
}

/// Condition of a customer's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Impatience: only if the last message is unanswered.
    Unanswered,
    /// Thanks: only after a person answered the last message.
    Answered,
}

/// An unreadable dialogue.
#[derive(Debug, thiserror::Error)]
pub enum DialogueError {
    #[error("{}: {source}", file.display())]
    File { file: PathBuf, source: std::io::Error },
    #[error("{}, line {line}: {problem}", file.display())]
    Line { file: PathBuf, line: usize, problem: String },
    #[error("no dialogues in {}", file.display())]
    Empty { file: PathBuf },
}

impl Dialogue {
    /// The customer's name; recordings without names only have an id.
    #[must_use]
    pub fn name(&self) -> String {
        let unnamed = || format!("Customer {}", self.customer.chars().take(8).collect::<String>());
        self.name.clone().unwrap_or_else(unnamed)
    }

    /// The customer's turns, in order.
    pub fn customer_turns(&self) -> impl Iterator<Item = &Turn> {
        self.turns.iter().filter(|turn| turn.is_customers())
    }

    /// A person is needed at some point.
    #[must_use]
    pub fn hands_over(&self) -> bool {
        self.turns.iter().any(Turn::is_persons)
    }

    /// A person is needed right after the customer's first message.
    #[must_use]
    pub fn hands_over_at_once(&self) -> bool {
        let ours = self.turns.iter().find(|turn| turn.is_persons() || turn.is_assistants());
        ours.is_some_and(Turn::is_persons)
    }
}

impl Turn {
    /// Whether the customer writes, chooses or sends a picture.
    #[must_use]
    pub fn is_customers(&self) -> bool {
        let says = !self.text.trim().is_empty() || self.media.is_some();
        self.role == "customer" && says && matches!(self.action.as_str(), "utter" | "choose")
    }

    /// Whether the assistant answered by itself.
    #[must_use]
    pub fn is_assistants(&self) -> bool {
        self.role == "agent" && self.action == "pick_suggestion"
    }

    /// Whether a person typed it.
    #[must_use]
    pub fn is_persons(&self) -> bool {
        self.role == "agent" && self.action == "utter"
    }

    /// Whether the customer presses a choice.
    #[must_use]
    pub fn is_choice(&self) -> bool {
        self.action == "choose"
    }

    /// The menu of an answer. Plain strings are only the recording's list of intents.
    #[must_use]
    pub fn menu(&self) -> Vec<Choice> {
        self.options.iter().filter_map(|option| serde_json::from_value(option.clone()).ok()).collect()
    }
}

/// Reads all dialogues of files and folders, by file name and line.
///
/// # Errors
/// The first unreadable file or line, or a path without any dialogue.
pub fn load(paths: &[PathBuf]) -> Result<Vec<Dialogue>, DialogueError> {
    let mut all = Vec::new();
    for path in paths {
        let before = all.len();
        for file in files(path)? {
            all.extend(load_file(&file)?);
        }
        if all.len() == before {
            return Err(DialogueError::Empty { file: path.clone() });
        }
    }
    Ok(all)
}

fn load_file(path: &Path) -> Result<Vec<Dialogue>, DialogueError> {
    let unreadable = |source| DialogueError::File { file: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let packed = path.extension().is_some_and(|end| end == "gz");
    let plain: Box<dyn Read> = if packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let media = path.parent().unwrap_or(Path::new(".")).join("media");
    let parse = |(number, line): (usize, std::io::Result<String>)| {
        let wrong = |problem| DialogueError::Line { file: path.to_owned(), line: number + 1, problem };
        parse(&line.map_err(unreadable)?, &media).map_err(wrong)
    };
    BufReader::new(plain).lines().enumerate().map(parse).collect()
}

/// Reads one line. `media` is the folder of its pictures.
///
/// # Errors
/// What is wrong with it.
pub fn parse(line: &str, media: &Path) -> Result<Dialogue, String> {
    let mut dialogue: Dialogue = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let mut last = f64::NEG_INFINITY;
    for (at, turn) in dialogue.turns.iter().enumerate() {
        if turn.t.is_some_and(|t| t < last) {
            return Err(format!("turn {}: earlier than the turn before", at + 1));
        }
        last = turn.t.unwrap_or(last);
        if turn.media.as_ref().is_some_and(|name| name.contains(['/', '\\'])) {
            return Err(format!("turn {}: a picture is named without a folder", at + 1));
        }
    }
    dialogue.media = media.to_owned();
    Ok(dialogue)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, DialogueError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |source| DialogueError::File { file: path.to_owned(), source };
    let mut found = Vec::new();
    for entry in path.read_dir().map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if [".jsonl", ".jsonl.gz"].iter().any(|end| file.to_string_lossy().ends_with(end)) {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(u64),
    }
    Ok(match Id::deserialize(deserializer)? {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{When, parse};

    #[test]
    fn what_is_not_known_is_left_alone_and_what_is_played_is_found() {
        let line = r#"{"id": 7, "customer": "abcdefghij", "completion": "Complete", "happy": true, "turns": [
            {"t": 0, "role": "customer", "action": "utter", "text": "hi"},
            {"t": null, "role": "kb", "action": "return_item", "item": {}},
            {"t": 2, "role": "agent", "action": "pick_suggestion", "text": "Which?", "options": ["plain"]},
            {"t": 3, "role": "agent", "action": "pick_suggestion", "text": "Which?", "options": [{"id": "a", "label": "A"}]},
            {"t": 5, "role": "customer", "action": "choose", "label": "a", "text": "A", "when": "unanswered"},
            {"t": 6, "role": "customer", "action": "complete"}]}"#;
        let dialogue = parse(line, Path::new("media")).unwrap();
        assert_eq!((dialogue.id.as_str(), dialogue.name().as_str()), ("7", "Customer abcdefgh"));
        let turns: Vec<_> = dialogue.customer_turns().collect();
        assert_eq!(turns.len(), 2, "only what the customer says is played");
        assert_eq!((turns[1].is_choice(), turns[1].when), (true, Some(When::Unanswered)));
        assert!(dialogue.turns[2].menu().is_empty(), "plain texts make no menu");
        assert_eq!(dialogue.turns[3].menu()[0].label, "A");
    }

    #[test]
    fn a_malformed_line_is_named() {
        for (line, problem) in [
            ("{", "EOF"),
            (r#"{"id": 1, "customer": "c", "completion": "x"}"#, "turns"),
            (
                r#"{"id": 1, "customer": "c", "completion": "x", "turns": [{"t": 2, "role": "a", "action": "b"},
                    {"t": 1, "role": "a", "action": "b"}]}"#,
                "turn 2",
            ),
            (
                r#"{"id": 1, "customer": "c", "completion": "x", "turns": [{"t": 2, "role": "a", "action": "b", "media": "../x"}]}"#,
                "without a folder",
            ),
        ] {
            let error = parse(line, Path::new("media")).unwrap_err();
            assert!(error.contains(problem), "'{error}' must name the problem ({problem})");
        }
    }
}
