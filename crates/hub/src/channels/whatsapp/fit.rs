//! Fits what we say to what WhatsApp takes. Nothing is lost: what is too long for one message goes on in the next.
//! Pure.

use serde_json::{Map, Value};
use tandem_conversation::{
    CardPerson, Channel, Choice, Content, FileKind, Limits, Media, ReviewId, TemplateValue, TurnId, one_line,
};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::reviews::Question;

/// The channel's limits, as everybody knows them.
const LIMITS: Limits = match Channel::Whatsapp.facts().limits {
    Some(limits) => limits,
    None => panic!("WhatsApp has limits"),
};
/// Maximum id of a button or row, in bytes.
pub(crate) const ID: usize = 200;

/// One message of the channel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Text(String),
    Buttons {
        body: String,
        buttons: Vec<Row>,
    },
    List {
        body: String,
        rows: Vec<Row>,
    },
    File {
        media: Media,
        kind: FileKind,
        caption: String,
    },
    Template {
        name: String,
        language: String,
        values: Vec<TemplateValue>,
    },
    /// The contact cards of others.
    Cards(Vec<CardPerson>),
    /// In the channel's own words.
    Raw(Box<Map<String, Value>>),
}

/// A button, or a row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub id: String,
    pub title: String,
    /// Rows of lists only.
    pub detail: String,
}

/// The field of the API for a file.
#[must_use]
pub(crate) fn field(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Image => "image",
        FileKind::Video => "video",
        FileKind::Audio => "audio",
        FileKind::Document => "document",
    }
}

/// Why something cannot be sent at all, for agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unfit(pub String);

/// The messages that a turn becomes, in order; at least one.
///
/// # Errors
/// If WhatsApp has no message for it.
pub(crate) fn fit(turn: TurnId, content: &Content) -> Result<Vec<Piece>, Unfit> {
    match content {
        Content::Text { text } | Content::Suggestion { text, .. } => Ok(texts(text)),
        Content::Question { text, choices } => Ok(question(turn, text, choices)),
        Content::Attachment { media, text } => file(media, text),
        Content::Template { name, language, values, .. } => {
            let (name, language, values) = (name.clone(), language.clone(), values.clone());
            Ok(vec![Piece::Template { name, language, values }])
        }
        Content::Card { people, .. } => Ok(vec![Piece::Cards(people.clone())]),
        _ => Err(Unfit("WhatsApp has no such message".into())),
    }
}

fn texts(text: &str) -> Vec<Piece> {
    cut(text, LIMITS.text, LIMITS.parts).into_iter().map(Piece::Text).collect()
}

fn file(media: &Media, text: &str) -> Result<Vec<Piece>, Unfit> {
    let kind = LIMITS
        .kind_of(&media.content_type, media.bytes)
        .ok_or_else(|| Unfit("WhatsApp takes files of up to 100 MB".into()))?;
    let has_caption = kind != FileKind::Audio && units(text) <= LIMITS.body;
    let caption = if has_caption { text.to_owned() } else { String::new() };
    let mut pieces = vec![Piece::File { media: media.clone(), kind, caption }];
    if !has_caption && !text.trim().is_empty() {
        pieces.extend(texts(text));
    }
    Ok(pieces)
}

/// How the choices of a question are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Buttons,
    List,
    /// As text; the customer answers with a number or in their own words.
    Numbered,
}

fn shape(choices: &[Choice]) -> Shape {
    let labels: Vec<_> = choices.iter().map(|choice| one_line(&choice.label)).collect();
    let fit = |most: usize| labels.iter().all(|label| !label.is_empty() && units(label) <= most);
    // The channel refuses titles that are alike.
    let alike = labels.iter().enumerate().any(|(i, label)| labels[..i].contains(label));
    if alike {
        return Shape::Numbered;
    }
    match choices.len() {
        0 => Shape::Numbered,
        count if count <= LIMITS.buttons && fit(LIMITS.button) => Shape::Buttons,
        count if count <= LIMITS.rows && fit(LIMITS.row_detail) => {
            let titles: Vec<_> = labels.iter().map(|label| shortened(label, LIMITS.row)).collect();
            let alike = titles.iter().enumerate().any(|(i, title)| titles[..i].contains(title));
            if alike { Shape::Numbered } else { Shape::List }
        }
        _ => Shape::Numbered,
    }
}

fn question(turn: TurnId, text: &str, choices: &[Choice]) -> Vec<Piece> {
    let shape = shape(choices);
    if shape == Shape::Numbered {
        let numbered = choices.iter().enumerate().map(|(i, choice)| format!("{}. {}", i + 1, one_line(&choice.label)));
        let lines = numbered.collect::<Vec<_>>().join("\n");
        return cut(&format!("{text}\n\n{lines}"), LIMITS.text, usize::MAX).into_iter().map(Piece::Text).collect();
    }
    let row = |choice: &Choice| {
        let label = one_line(&choice.label);
        let title = shortened(&label, LIMITS.row);
        let detail = if title == label { String::new() } else { label };
        Row { id: id_of(turn, &choice.id), title, detail }
    };
    let rows = choices.iter().map(row).collect();
    below(text, |body| match shape {
        Shape::Buttons => Piece::Buttons { body, buttons: rows },
        _ => Piece::List { body, rows },
    })
}

/// Buttons or a list below a text. What is too long to stand above them goes first.
fn below(text: &str, last: impl FnOnce(String) -> Piece) -> Vec<Piece> {
    let (before, body) = tail(text, LIMITS.body);
    let mut pieces = if before.is_empty() { Vec::new() } else { texts(&before) };
    pieces.push(last(body));
    pieces
}

/// The messages that a request for a review becomes: a list of the scores, the best first.
pub(crate) fn review(request: TurnId, question: Question) -> Vec<Piece> {
    let row = |choice: &str, title: String| Row { id: id_of(request, choice), title, detail: String::new() };
    let scores = (1..=5).rev().map(|score: usize| row(&score.to_string(), format!("{score} {}", "★".repeat(score))));
    let rows = scores.chain([row(DECLINES, question.decline.to_owned())]).collect();
    below(&question.text, |body| Piece::List { body, rows })
}

/// The choice of a customer who gives no rating.
const DECLINES: &str = "no";

/// The request for a review that a tap may answer, and the score; none if the customer declines.
pub(crate) fn scored(id: &str) -> Option<(ReviewId, Option<u8>)> {
    let (request, choice) = id.split_once(':')?;
    let score = if choice == DECLINES { None } else { Some(choice.parse().ok()?) };
    Some((request.parse().ok()?, score))
}

/// The id of a choice's button, which comes back with the tap.
fn id_of(turn: TurnId, choice: &str) -> String {
    let plain = format!("{turn}:{choice}");
    if plain.len() <= ID {
        return plain;
    }
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(choice.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{turn}:#{hex}")
}

/// The choice that a tap means, of the questions that are open.
pub(crate) fn tapped<'a>(
    id: &str,
    open: impl IntoIterator<Item = (TurnId, &'a [Choice])>,
) -> Option<(TurnId, &'a Choice)> {
    let mut all = open.into_iter().flat_map(|(turn, choices)| choices.iter().map(move |choice| (turn, choice)));
    all.find(|(turn, choice)| id_of(*turn, &choice.id) == id)
}

/// The choice that a customer's bare number means, if the question was asked with numbers.
pub(crate) fn numbered<'a>(text: &str, choices: &'a [Choice]) -> Option<&'a Choice> {
    if shape(choices) != Shape::Numbered {
        return None;
    }
    let text = text.trim().trim_end_matches(['.', ')']);
    if text.len() > 3 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    choices.get(text.parse::<usize>().ok()?.checked_sub(1)?)
}

/// The length as the channel may count it.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A label that fits, with an ellipsis if it was longer.
fn shortened(label: &str, most: usize) -> String {
    if units(label) <= most {
        return label.to_owned();
    }
    let mut short = String::new();
    for grapheme in label.graphemes(true) {
        if units(&short) + units(grapheme) >= most {
            break;
        }
        short.push_str(grapheme);
    }
    format!("{}…", short.trim_end())
}

/// The end of a text that fits into `most`, and what comes before it.
fn tail(text: &str, most: usize) -> (String, String) {
    if units(text) <= most {
        return (String::new(), text.to_owned());
    }
    let mut start = text.len();
    let mut length = 0;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        length += units(grapheme);
        if length > most {
            break;
        }
        start = at;
    }
    // From the first good place on, so that both halves read well.
    let end = &text[start..];
    let at = ["\n\n", "\n", ". ", " "].into_iter().find_map(|sign| end.find(sign).map(|at| at + sign.len()));
    let at = at.filter(|at| !end[*at..].trim().is_empty()).unwrap_or(0);
    let (before, body) = text.split_at(start + at);
    match body.trim().is_empty() {
        // Nothing but white space would be left to stand above the buttons.
        true => (text.trim_end().to_owned(), "…".into()),
        false => (before.trim_end().to_owned(), body.to_owned()),
    }
}

/// Cuts a text into pieces of at most `most` units, `parts` of them if that can be: at paragraphs, lines, sentences,
/// words, and in the last resort between what people see as characters.
fn cut(text: &str, most: usize, parts: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let length = units(rest);
        if length <= most {
            break;
        }
        // What must go into this piece, so that the rest fits into the others.
        let left = parts.saturating_sub(pieces.len() + 1);
        let least = length.saturating_sub(left.saturating_mul(most)).max(1);
        let at = place_to_cut(rest, least, most);
        let (piece, after) = rest.split_at(at);
        pieces.push(piece.to_owned());
        rest = after;
    }
    if !rest.trim().is_empty() || pieces.is_empty() {
        pieces.push(rest.to_owned());
    }
    // The white space at a cut is the cut.
    let last = pieces.len() - 1;
    let trimmed = pieces.iter().enumerate().map(|(i, piece)| {
        let piece = if i == 0 { piece } else { piece.trim_start() };
        if i == last { piece } else { piece.trim_end() }.to_owned()
    });
    trimmed.filter(|piece| !piece.is_empty()).collect()
}

/// The byte at which to cut, with between `least` and `most` units before it.
fn place_to_cut(text: &str, least: usize, most: usize) -> usize {
    let (mut low, mut high, mut length) = (0, 0, 0);
    let mut hard = 0;
    for (at, c) in text.char_indices() {
        if length < least {
            low = at + c.len_utf8();
        }
        length += c.len_utf16();
        if length > most {
            break;
        }
        high = at + c.len_utf8();
    }
    for (at, grapheme) in text.grapheme_indices(true) {
        let end = at + grapheme.len();
        if end > high {
            break;
        }
        hard = end;
    }
    let low = low.min(high);
    // A paragraph in the first half would leave this piece nearly empty.
    let half = floor(text, low.max(high / 2));
    let low = floor(text, low);
    let after = |from: usize, sign: &str| {
        let window = text.get(from..high)?;
        window.rfind(sign).map(|at| from + at + sign.len())
    };
    let sentence = || [". ", "! ", "? ", "。", "！", "？"].into_iter().filter_map(|sign| after(half, sign)).max();
    let good = after(half, "\n\n").or_else(|| after(half, "\n")).or_else(sentence);
    let good = good.or_else(|| after(half, " ")).or_else(|| after(low, " "));
    match good {
        Some(at) => at,
        // A single character of many signs may be longer than a message.
        None if hard > low => hard,
        None => high,
    }
}

/// The nearest boundary of characters at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
