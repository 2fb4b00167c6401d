//! The dialogues that this service can play (`docs/replay-format.md`), and how to find the one that a conversation
//! follows.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::wire::Request;

#[derive(Debug, Deserialize)]
pub struct Dialogue {
    /// Text or number.
    pub id: Value,
    pub customer: String,
    pub name: Option<String>,
    pub language: Option<String>,
    pub brand: Option<String>,
    pub completion: String,
    pub help: Option<String>,
    pub handover: Option<Value>,
    #[serde(default)]
    pub custom: Map<String, Value>,
    pub turns: Vec<Recorded>,
}

#[derive(Debug, Deserialize)]
pub struct Recorded {
    pub t: Option<f64>,
    pub role: String,
    pub action: String,
    #[serde(default)]
    pub text: String,
    /// Objects with `id` and `label` make a menu; plain strings are only the recording's list of intents.
    #[serde(default)]
    pub options: Vec<Value>,
}

/// Where a conversation is in its dialogue.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub dialogue: &'a Dialogue,
    /// The first turn after the customer's last one; none if that one is not in the dialogue.
    pub next: Option<usize>,
}

#[derive(Debug, Default)]
pub struct Library {
    dialogues: Vec<Dialogue>,
    /// By the customer's first message.
    by_opening: HashMap<String, Vec<usize>>,
}

impl Dialogue {
    pub fn id(&self) -> String {
        self.id.as_str().map_or_else(|| self.id.to_string(), str::to_owned)
    }

    /// The customer's name in the player; recordings without names only have an id.
    fn display_name(&self) -> String {
        let unnamed = || format!("Customer {}", self.customer.chars().take(8).collect::<String>());
        self.name.clone().unwrap_or_else(unnamed)
    }

    /// How many of `texts` are this dialogue's, in order, and the place after the last one if it is among them.
    /// Customer turns may be missing: some depend on how long our side took.
    fn follow(&self, texts: &[String]) -> (usize, Option<usize>) {
        let (mut place, mut found, mut last) = (0, 0, None);
        for text in texts {
            let rest = self.turns.iter().enumerate().skip(place);
            let same = |turn: &Recorded| turn.is_customers() && normal(&turn.text) == *text;
            last = rest.into_iter().find(|(_, turn)| same(turn)).map(|(at, _)| at + 1);
            if let Some(after) = last {
                place = after;
                found += 1;
            }
        }
        (found, last)
    }
}

impl Recorded {
    pub fn is_customers(&self) -> bool {
        self.role == "customer" && matches!(self.action.as_str(), "utter" | "choose")
    }

    /// Whether the assistant answered by itself.
    pub fn is_assistants(&self) -> bool {
        self.role == "agent" && self.action == "pick_suggestion"
    }

    /// Whether a person typed it.
    pub fn is_persons(&self) -> bool {
        self.role == "agent" && self.action == "utter"
    }

    /// Whether our side says it to the customer.
    pub fn speaks(&self) -> bool {
        self.is_assistants() || self.is_persons()
    }
}

impl Library {
    pub fn load(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut library = Self::default();
        for path in paths.iter().map(|path| files(path)).collect::<anyhow::Result<Vec<_>>>()?.concat() {
            let file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
            let packed = path.extension().is_some_and(|end| end == "gz");
            let plain: Box<dyn Read> =
                if packed { Box::new(flate2::read::GzDecoder::new(file)) } else { Box::new(file) };
            for (number, line) in BufReader::new(plain).lines().enumerate() {
                let place = || format!("{}, line {}", path.display(), number + 1);
                library.add(serde_json::from_str(&line.with_context(place)?).with_context(place)?);
            }
        }
        Ok(library)
    }

    pub fn add(&mut self, dialogue: Dialogue) {
        if let Some(first) = dialogue.turns.iter().find(|turn| turn.is_customers()) {
            self.by_opening.entry(normal(&first.text)).or_default().push(self.dialogues.len());
            self.dialogues.push(dialogue);
        }
    }

    pub fn len(&self) -> usize {
        self.dialogues.len()
    }

    /// The dialogue that this conversation follows, judged by the customer's own messages.
    pub fn find(&self, request: &Request) -> Option<Place<'_>> {
        let texts: Vec<_> = request.customer_turns().map(|turn| normal(&turn.content.text)).collect();
        let known = request.conversation.custom.get("dialogue").and_then(Value::as_str);
        let opening = self.by_opening.get(texts.first()?).map(Vec::as_slice).unwrap_or_default();
        // Many people begin with "hello". Only the dialogue's customer, or its exact text, selects the dialogue.
        let telling = opening.len() == 1 && texts.first().is_some_and(|text| text.split(' ').count() > 3);
        let candidates = opening.iter().filter_map(|at| self.dialogues.get(*at)).filter(|dialogue| {
            telling || dialogue.display_name() == request.customer.name || known == Some(&dialogue.id())
        });
        let rank = |dialogue: &&Dialogue| {
            let (found, next) = dialogue.follow(&texts);
            (found, next.is_some(), known == Some(&dialogue.id()))
        };
        // The first of equals, so that the result does not depend on hash order.
        let best = candidates.rev().max_by_key(rank)?;
        Some(Place { dialogue: best, next: best.follow(&texts).1 })
    }
}

fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = path.read_dir().with_context(|| format!("cannot read {}", path.display()))?;
    let mut files = entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|file| [".jsonl", ".jsonl.gz"].iter().any(|end| file.to_string_lossy().ends_with(end)));
    files.sort();
    Ok(files)
}

/// Text without differences of typing and transport.
fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
