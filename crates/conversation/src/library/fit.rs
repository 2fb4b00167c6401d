//! What channels make of an item, said when it is saved.

use super::{Question, QuickReply};
use crate::channel::Channel;
use crate::turn::Media;

/// WhatsApp shows up to this many choices as buttons, with labels up to this length in characters.
const BUTTONS: (usize, usize) = (3, 20);
/// More become a list of at most this many rows, with labels up to this length.
const ROWS: (usize, usize) = (10, 24);
/// A longer label moves to the row's description, up to this length.
const DESCRIPTION: usize = 72;
/// A longer text becomes several messages.
const MESSAGE: usize = 4_096;

pub(super) fn question(question: &Question) -> Vec<String> {
    if !question.channels.is_empty() && !question.channels.contains(&Channel::Whatsapp) {
        return Vec::new();
    }
    let mut said = Vec::new();
    for (language, text) in &question.texts {
        let labels: Vec<usize> = text.choices.iter().map(|choice| choice.label.chars().count()).collect();
        let too_long = |most: usize| -> Vec<usize> {
            labels.iter().enumerate().filter(|(_, length)| **length > most).map(|(at, _)| at + 1).collect()
        };
        let what = if labels.len() <= BUTTONS.0 && too_long(BUTTONS.1).is_empty() {
            None
        } else if labels.len() <= ROWS.0 && too_long(DESCRIPTION).is_empty() {
            let moved = too_long(ROWS.1);
            let (label, is, moves) = match moved.len() {
                1 => ("label", "is", "moves"),
                _ => ("labels", "are", "move"),
            };
            let (numbers, most) = (numbers(&moved), ROWS.1);
            Some(match moved.is_empty() {
                true => "this becomes a list".to_owned(),
                false => format!(
                    "this becomes a list; {label} {numbers} {is} longer than {most} characters and {moves} to the \
                     description"
                ),
            })
        } else {
            Some("this becomes a text with numbered choices".to_owned())
        };
        said.extend(what.map(|what| format!("On WhatsApp {what} ({language}).")));
        said.extend(length(&text.text, language));
    }
    said
}

pub(super) fn quick_reply(reply: &QuickReply) -> Vec<String> {
    if !reply.channels.is_empty() && !reply.channels.contains(&Channel::Whatsapp) {
        return Vec::new();
    }
    let texts = reply.texts.iter().filter_map(|(language, text)| length(text, language));
    let files = reply.attachments.iter().filter_map(|media| {
        let why = carries(Channel::Whatsapp, media)?;
        Some(format!("{} cannot be sent there: {why}", media.name))
    });
    texts.chain(files).collect()
}

/// Why a channel cannot carry a file, if so, in a sentence.
#[must_use]
pub fn carries(channel: Channel, media: &Media) -> Option<String> {
    if channel != Channel::Whatsapp {
        return None;
    }
    let kind = media.content_type.split(['/', ';']).next().unwrap_or_default();
    let (what, most) = match kind {
        "image" => ("pictures", 5),
        "audio" => ("sound", 16),
        "video" => ("films", 16),
        _ => ("documents", 100),
    };
    if kind == "image" && !["image/jpeg", "image/png"].contains(&media.content_type.as_str()) {
        return Some("WhatsApp takes pictures as JPEG or PNG only.".to_owned());
    }
    (media.bytes > most * 1_000_000).then(|| format!("WhatsApp takes {what} of at most {most} MB."))
}

fn length(text: &str, language: &str) -> Option<String> {
    let found = text.chars().count();
    let messages = found.div_ceil(MESSAGE);
    (found > MESSAGE)
        .then(|| format!("On WhatsApp these {found} characters become {messages} messages or more ({language})."))
}

fn numbers(all: &[usize]) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
