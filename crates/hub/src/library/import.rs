//! Imports: our own file, Chatwoot's canned responses, and tables. All of it is taken, or nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value;
use tandem_conversation::{
    Audience, ItemState, QuestionId, QuickReply, QuickReplyId, Rejection, Time, is_blank, limits,
};
use tandem_protocol::library::{Imported, LibraryFile, QuestionDefinition, QuickReplyDefinition};
use tandem_sql::Connection;
use uuid::Uuid;

use super::shelf::Shelf;
use super::{Author, Refused, put_question, put_reply};
use crate::json;
use crate::store::StoreError;
use crate::store::library::{self, Prepared};

/// A canned response of Chatwoot. Its other fields do not matter.
#[derive(Deserialize)]
struct Canned {
    short_code: String,
    content: String,
}

/// What a file has, and where a table says it.
#[derive(Clone)]
pub(crate) struct Parsed {
    pub library: LibraryFile,
    /// Of each quick reply of a table, the line of each language.
    lines: Vec<BTreeMap<String, usize>>,
}

impl From<LibraryFile> for Parsed {
    fn from(library: LibraryFile) -> Self {
        Self { library, lines: Vec::new() }
    }
}

/// Variables of Chatwoot and their names here.
const VARIABLES: [(&str, &str); 5] = [
    ("contact.name", "customer.name"),
    ("contact.first_name", "customer.firstName"),
    ("agent.name", "agent.name"),
    ("agent.first_name", "agent.name"),
    ("inbox.name", "brand.name"),
];

/// Reads a file: Tandem's, Chatwoot's, or a table with the columns `shortcut` and `text`, and perhaps `title`, `language`,
/// `folder` (with `/`), `brands` (with spaces) and `note` (yes, no). `scope` is for what says none itself.
///
/// # Errors
/// `Rejection::Invalid` with the line or place.
pub(crate) fn parse(bytes: &[u8], is_table: bool, scope: &Audience) -> Result<Parsed, Rejection> {
    if let Err(error) = std::str::from_utf8(bytes) {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        let problem = "not UTF-8: save the file as UTF-8 (spreadsheets call it \"CSV UTF-8\")";
        return Err(Rejection::invalid(&format!("line {line}"), problem));
    }
    let text = json::text(bytes);
    if is_table {
        return table(&text, scope);
    }
    let wrong = |error: serde_json::Error| Rejection::invalid("file", format!("it cannot be used: {error}"));
    if text.trim_start().starts_with('[') {
        let canned: Vec<Canned> = json::parse(&text).map_err(wrong)?;
        let quick_replies = canned.into_iter().map(|one| of_chatwoot(one, scope)).collect();
        return Ok(LibraryFile { questions: Vec::new(), quick_replies }.into());
    }
    let mut file: LibraryFile = json::parse(&text).map_err(wrong)?;
    let says: Value = serde_json::from_str(&text).unwrap_or_default();
    for (at, reply) in file.quick_replies.iter_mut().enumerate() {
        if says["quickReplies"][at].get("scope").is_none() {
            reply.scope = scope.clone();
        }
    }
    Ok(file.into())
}

fn of_chatwoot(Canned { short_code, content }: Canned, scope: &Audience) -> QuickReplyDefinition {
    definition(name_of(&short_code), short_code, "en".to_owned(), renamed(content), scope.clone())
}

/// A shortcut as near to a foreign one as possible.
fn name_of(foreign: &str) -> String {
    let name: String = foreign
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' })
        .collect();
    name.trim_matches('-').to_owned()
}

/// The text with our names of variables. Those without one stay, and are refused by name.
fn renamed(mut text: String) -> String {
    for (theirs, ours) in VARIABLES {
        for form in [format!("{{{{{theirs}}}}}"), format!("{{{{ {theirs} }}}}")] {
            text = text.replace(&form, &format!("{{{{{ours}}}}}"));
        }
    }
    text
}

fn definition(
    shortcut: String,
    title: String,
    language: String,
    text: String,
    scope: Audience,
) -> QuickReplyDefinition {
    QuickReplyDefinition {
        id: None,
        shortcut,
        title,
        texts: BTreeMap::from([(language, text)]),
        attachments: Vec::new(),
        question: None,
        scope,
        folder: Vec::new(),
        channels: Vec::new(),
        note: true,
        holding: false,
        state: ItemState::Active,
        review_by: None,
        version: None,
    }
}

/// The line of a quotation mark that takes the rest of the table into its cell.
fn unclosed(text: &str, separator: u8) -> Option<usize> {
    let (mut line, mut opened, mut begins, mut closes) = (1, None, true, false);
    for byte in text.bytes() {
        match (byte, opened) {
            (b'"', None) if begins => opened = Some(line),
            // Two of them in a row are one that does not close.
            (b'"', Some(_)) => closes = !closes,
            (_, Some(_)) if closes => (opened, closes) = (None, false),
            _ => {}
        }
        line += usize::from(byte == b'\n');
        begins = opened.is_none() && (byte == separator || byte == b'\n');
    }
    opened.filter(|_| !closes)
}

/// Counts lines up to where a record begins. Empty lines before it are skipped, as the reader of the table does.
struct Lines<'a> {
    rest: &'a [u8],
    read: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the record at `byte`, which does not go back.
    fn at(&mut self, byte: u64) -> usize {
        let ahead = usize::try_from(byte).unwrap_or_default().saturating_sub(self.read);
        let empty = self.rest.iter().skip(ahead).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let (before, rest) = self.rest.split_at_checked(ahead + empty).unwrap_or((self.rest, &[]));
        self.line += before.iter().filter(|byte| **byte == b'\n').count();
        (self.rest, self.read) = (rest, self.read + before.len());
        self.line
    }
}

/// The columns of a table.
const COLUMNS: [&str; 7] = ["shortcut", "text", "title", "language", "folder", "brands", "note"];

fn table(text: &str, scope: &Audience) -> Result<Parsed, Rejection> {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: char| first.chars().filter(|c| *c == separator).count();
    // Spreadsheets of some countries separate columns by semicolons.
    let separator = if count(';') > count(',') { b';' } else { b',' };
    if let Some(line) = unclosed(text, separator) {
        return Err(Rejection::invalid(&format!("line {line}"), "the quotation mark that opens here is never closed"));
    }
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let wrong = |error: &csv::Error| Rejection::invalid("file", format!("the table cannot be used: {error}"));
    let columns: Vec<String> = reader.headers().map_err(|error| wrong(&error))?.iter().map(str::to_lowercase).collect();
    for needed in ["shortcut", "text"] {
        if !columns.iter().any(|column| column == needed) {
            return Err(Rejection::invalid("file", format!("the table has no column '{needed}'")));
        }
    }
    if let Some(unknown) = columns.iter().find(|column| !is_blank(column) && !COLUMNS.contains(&column.as_str())) {
        let problem = format!("there is no column '{unknown}': use {}", COLUMNS.join(", "));
        return Err(Rejection::invalid("line 1", problem));
    }
    let (mut replies, mut lines) = (Vec::<QuickReplyDefinition>::new(), Vec::<BTreeMap<String, usize>>::new());
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut counted = Lines { rest: text.as_bytes(), read: 0, line: 1 };
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => match error.kind() {
                csv::ErrorKind::UnequalLengths { pos: Some(pos), expected_len, len } => {
                    let problem = format!("{len} cells were found; the table has {expected_len} columns");
                    return Err(Rejection::invalid(&format!("line {}", counted.at(pos.byte())), problem));
                }
                _ => return Err(wrong(&error)),
            },
        };
        let line = counted.at(record.position().map_or(0, csv::Position::byte));
        let cell = |name: &str| {
            let at = columns.iter().position(|column| column == name)?;
            record.get(at).filter(|cell| !is_blank(cell))
        };
        let at = |field: &str, problem: &str| Rejection::invalid(&format!("line {line}: {field}"), problem);
        let shortcut = cell("shortcut").ok_or_else(|| at("shortcut", "this cell is empty"))?.trim();
        let words = cell("text").ok_or_else(|| at("text", "this cell is empty"))?;
        let language = cell("language").unwrap_or("en").trim().to_owned();
        // Lines with the same shortcut are its languages.
        if let Some(place) = places.get(shortcut).copied()
            && let (Some(known), Some(lines)) = (replies.get_mut(place), lines.get_mut(place))
        {
            lines.insert(language.clone(), line);
            if known.texts.insert(language, words.to_owned()).is_some() {
                return Err(at("language", "this shortcut has a text in it already"));
            }
            continue;
        }
        lines.push(BTreeMap::from([(language.clone(), line)]));
        let scope = match cell("brands") {
            Some(brands) => Audience::Team { brands: brands.split_whitespace().map(str::to_owned).collect() },
            None => scope.clone(),
        };
        let title = cell("title").unwrap_or(shortcut).to_owned();
        let mut reply = definition(shortcut.to_owned(), title, language, words.to_owned(), scope);
        reply.folder = cell("folder").into_iter().flat_map(|path| path.split('/')).map(str::to_owned).collect();
        reply.note = match cell("note").map(|cell| cell.trim().to_lowercase()).as_deref() {
            None | Some("yes" | "true" | "1") => true,
            Some("no" | "false" | "0") => false,
            Some(_) => return Err(at("note", "use yes or no")),
        };
        places.insert(shortcut.to_owned(), replies.len());
        replies.push(reply);
    }
    Ok(Parsed { library: LibraryFile { questions: Vec::new(), quick_replies: replies }, lines })
}

/// Takes the whole file. An item with the name of an existing one becomes its new version, unless it is the same.
///
/// # Errors
/// `StoreError::Rejected` with the item and the problem; then nothing was changed.
pub(crate) fn import(
    connection: &Connection,
    file: impl Into<Parsed>,
    author: Author,
    at: Time,
) -> Result<Imported, StoreError> {
    Plan::of(connection, file, author, at)?.write(connection)
}

/// What an import writes, judged against the library as it was.
pub(crate) struct Plan {
    imported: Imported,
    items: Vec<Prepared>,
    /// How often the library had been changed.
    changes: i64,
}

impl Plan {
    /// Judges an [`import`]; writes nothing.
    ///
    /// # Errors
    /// As [`import`].
    pub(crate) fn of(
        connection: &Connection,
        file: impl Into<Parsed>,
        author: Author,
        at: Time,
    ) -> Result<Self, StoreError> {
        let Parsed { library: file, lines } = file.into();
        let changes = library::changes(connection)?;
        let mut imported = Imported::default();
        let mut shelf = Shelf::new(connection);
        let mut met = HashSet::new();
        // Ids in the file, and those that these questions have here.
        let mut asked: HashMap<QuestionId, QuestionId> = HashMap::new();
        for (number, definition) in file.questions.into_iter().enumerate() {
            let known = shelf.questions_named(&definition.key)?;
            let before = known.into_iter().find(|known| known.state != ItemState::Retired);
            let id = match (&before, definition.id) {
                (Some(before), _) => before.id,
                (None, Some(id)) if !shelf.is_taken(id.0)? => id,
                (None, _) => QuestionId(Uuid::now_v7()),
            };
            if !met.insert(id.0) {
                return Err(of_item(&format!("questions[{number}]"), twice("key")));
            }
            asked.extend(definition.id.map(|theirs| (theirs, id)));
            let same = QuestionDefinition { id: Some(id), version: None, ..definition };
            let is_new = before.is_none();
            if before.is_some_and(|before| QuestionDefinition::from(before) == same) {
                imported.unchanged += 1;
                continue;
            }
            let saved = put_question(&mut shelf, id, same, author, at)?;
            saved.map_err(|refused| of_item(&format!("questions[{number}]"), refused))?;
            *(if is_new { &mut imported.added } else { &mut imported.changed }) += 1;
        }
        for (number, definition) in file.quick_replies.into_iter().enumerate() {
            let known = shelf.replies_named(&definition.shortcut, author.user)?;
            let before = known.into_iter().find(|known| is_meant(known, &definition));
            let id = match (&before, definition.id) {
                (Some(before), _) => before.id,
                (None, Some(id)) if !shelf.is_taken(id.0)? => id,
                (None, _) => QuickReplyId(Uuid::now_v7()),
            };
            if !met.insert(id.0) {
                return Err(of_reply(&lines, number, twice("shortcut")));
            }
            let question = definition.question.map(|theirs| asked.get(&theirs).copied().unwrap_or(theirs));
            let same = QuickReplyDefinition { id: Some(id), question, version: None, ..definition };
            if same.attachments.len() > limits::ATTACHMENTS {
                let problem = format!("at most {} files", limits::ATTACHMENTS);
                return Err(of_reply(&lines, number, Rejection::invalid("attachments", problem).into()));
            }
            // A file has no bytes of attachments; what is here keeps its own.
            let kept = before.as_ref().map(|before| before.attachments.clone()).unwrap_or_default();
            let same = QuickReplyDefinition { attachments: kept, ..same };
            let is_new = before.is_none();
            if before.is_some_and(|before| QuickReplyDefinition::from(before) == same) {
                imported.unchanged += 1;
                continue;
            }
            let saved = put_reply(&mut shelf, id, same, author, at)?;
            saved.map_err(|refused| of_reply(&lines, number, refused))?;
            *(if is_new { &mut imported.added } else { &mut imported.changed }) += 1;
        }
        Ok(Self { imported, items: shelf.prepared(), changes })
    }

    /// Whether the library is still the one that it was judged against.
    pub(crate) fn is_current(&self, connection: &Connection) -> Result<bool, StoreError> {
        Ok(library::changes(connection)? == self.changes)
    }

    /// Only for a current plan.
    pub(crate) fn write(self, connection: &Connection) -> Result<Imported, StoreError> {
        self.items.iter().try_for_each(|item| library::put(connection, item))?;
        Ok(self.imported)
    }
}

/// An item must not change twice in one import: which of both was meant is unknown.
fn twice(field: &str) -> Refused {
    Rejection::invalid(field, "the file names it twice").into()
}

/// Whether a definition of a file is a new version of this quick reply with its shortcut.
fn is_meant(known: &QuickReply, definition: &QuickReplyDefinition) -> bool {
    known.state != ItemState::Retired
        && std::mem::discriminant(&known.scope) == std::mem::discriminant(&definition.scope)
        && match (&known.scope, &definition.scope) {
            (Audience::Team { brands }, Audience::Team { brands: others }) => {
                brands.iter().any(|brand| others.contains(brand))
            }
            _ => true,
        }
}

fn of_item(place: &str, refused: Refused) -> StoreError {
    let rejection = match refused {
        Refused::Invalid(rejection) => rejection.within(place),
        other => Rejection::invalid(place, other.to_string()),
    };
    rejection.into()
}

fn of_reply(lines: &[BTreeMap<String, usize>], number: usize, refused: Refused) -> StoreError {
    let Some(lines) = lines.get(number) else { return of_item(&format!("quickReplies[{number}]"), refused) };
    let language = match &refused {
        Refused::Invalid(Rejection::Invalid { field, .. }) => field.strip_prefix("texts."),
        _ => None,
    };
    let line = language.and_then(|language| lines.get(language)).or_else(|| lines.values().min());
    let place = format!("line {}", line.copied().unwrap_or_default());
    match refused {
        Refused::Invalid(Rejection::Invalid { field, problem }) => {
            Rejection::invalid(&format!("{place}: {field}"), problem).into()
        }
        other => of_item(&place, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::save_reply;
    use crate::store::MIGRATIONS;
    use crate::store::library::testing::READ;

    const ADA: Author = Author { user: None, manages: true };

    fn library() -> Connection {
        let connection = Connection::in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| connection.execute_batch(step.sql).unwrap());
        connection
    }

    fn replies(count: usize, text: &str) -> LibraryFile {
        let reply =
            |n: usize| definition(format!("n-{n}"), format!("N {n}"), "en".into(), text.into(), Audience::Everybody);
        LibraryFile { questions: Vec::new(), quick_replies: (0..count).map(reply).collect() }
    }

    #[test]
    fn a_table_that_would_be_read_wrongly_is_refused_with_its_line() {
        let refused = |bytes: &[u8]| match parse(bytes, true, &Audience::Everybody) {
            Err(Rejection::Invalid { field, .. }) => Some(field),
            _ => None,
        };
        assert_eq!(refused(b"shortcut,text\na,fine\nb,gr\xfc\xdfe\n").as_deref(), Some("line 3"));
        assert_eq!(refused(b"shortcut,text\na,\"open\nb,two\nc,three\n").as_deref(), Some("line 2"));
        for sound in ["shortcut,text\na,a 5\" screen\n", "shortcut,text\na,\"say \"\"hi\"\"\nand go\"\n"] {
            assert_eq!(refused(sound.as_bytes()), None, "{sound}");
        }
    }

    #[test]
    fn an_import_reads_each_item_a_few_times_however_many_there_are() {
        let connection = library();
        for (text, most) in [("Words.", 300), ("Better words.", 1_500)] {
            let before = READ.get();
            import(&connection, replies(300, text), ADA, Time(1)).unwrap();
            let read = READ.get() - before;
            assert!(read <= most, "{read} items were read for 300");
        }
    }

    #[test]
    fn a_plan_writes_nothing_and_notices_that_the_library_has_changed() {
        let connection = library();
        let plan = Plan::of(&connection, replies(3, "Words."), ADA, Time(1)).unwrap();
        assert!(plan.is_current(&connection).unwrap());
        assert_eq!(library::shared_replies(&connection).unwrap().len(), 1, "only what a new library has");
        let [other] = replies(1, "Other words.").quick_replies.try_into().unwrap();
        save_reply(&connection, QuickReplyId(Uuid::now_v7()), other, ADA, Time(1)).unwrap().unwrap();
        assert!(!plan.is_current(&connection).unwrap());
    }

    #[test]
    fn a_file_names_an_item_once() {
        let connection = library();
        for already in [false, true] {
            let mut file = replies(2, "Words.");
            file.quick_replies.push(file.quick_replies[1].clone());
            let refused = import(&connection, file, ADA, Time(1)).unwrap_err().to_string();
            assert!(refused.contains("quickReplies[2].shortcut: the file names it twice"), "{already}: {refused}");
            import(&connection, replies(2, "Words."), ADA, Time(1)).unwrap();
        }
    }

    #[test]
    fn room_is_counted_within_one_import_and_given_back_by_what_is_retired() {
        let connection = library();
        let most = tandem_conversation::limits::SHARED_ITEMS;
        let refused = import(&connection, replies(most, "Words."), ADA, Time(1)).unwrap_err().to_string();
        assert!(refused.contains(&format!("quickReplies[{}]", most - 1)), "one was there before: {refused}");
        import(&connection, replies(most - 1, "Words."), ADA, Time(1)).unwrap();
        let mut file = replies(1, "Words.");
        file.quick_replies[0].state = ItemState::Retired;
        file.quick_replies.push(definition("new".into(), "N".into(), "en".into(), "W".into(), Audience::Everybody));
        assert_eq!(import(&connection, file, ADA, Time(1)).unwrap().added, 1);
    }

    #[test]
    fn canned_responses_of_chatwoot_keep_their_words() {
        let file = br#"[{"id": 3, "account_id": 1, "short_code": "Thank_You", "content": "Thanks {{contact.first_name}}, {{ agent.name }}"}]"#;
        let read = parse(file, false, &Audience::Everybody).unwrap().library;
        let [reply] = read.quick_replies.as_slice() else { panic!() };
        assert_eq!((reply.shortcut.as_str(), reply.title.as_str()), ("thank-you", "Thank_You"));
        assert_eq!(reply.texts["en"], "Thanks {{customer.firstName}}, {{agent.name}}");
    }

    #[test]
    fn a_table_has_languages_folders_and_teams() {
        let table = "\u{feff}Shortcut;Text;Language;Folder;Brands;Note\r\n\
            hi;\"Hello;\nyou\";en;Greetings/Short;;no\r\nhi;Hallo;de;;;\r\nbye;Bye;;;bank shop;\r\n";
        let read = parse(table.as_bytes(), true, &Audience::Mine).unwrap().library.quick_replies;
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].texts["en"].as_str(), read[0].texts["de"].as_str()), ("Hello;\nyou", "Hallo"));
        assert_eq!(read[0].folder, ["Greetings", "Short"]);
        assert_eq!((read[0].scope.clone(), read[0].note), (Audience::Mine, false));
        assert_eq!(read[1].scope, Audience::Team { brands: vec!["bank".into(), "shop".into()] });
        for (table, problem) in [
            ("a,b\n1,2\n", "no column 'shortcut'"),
            ("shortcut,text,brand\nhi,a,shop\n", "line 1: there is no column 'brand': use shortcut, text,"),
            ("shortcut,text\nhi,\n", "line 2: text: this cell is empty"),
            ("shortcut,text\nhi,a\nhi,b\n", "line 3: language"),
            ("shortcut,text\nhi,a,c\n", "line 2: 3 cells were found; the table has 2 columns"),
            ("shortcut,text\r\n\r\nhi,\"a\r\nb\"\r\n\r\nbye,\r\n", "line 6: text"),
        ] {
            let rejection = parse(table.as_bytes(), true, &Audience::Mine).err().unwrap().to_string();
            assert!(rejection.contains(problem), "{table}: {rejection}");
        }
    }

    #[test]
    fn what_the_library_refuses_of_a_table_is_named_with_its_line() {
        for (table, problem) in [
            ("shortcut,text\na,fine\nB c,x\n", "line 3: shortcut"),
            ("shortcut,text,language\na,fine,en\nb,x,en\na,{{nobody}},de\n", "line 4: texts.de"),
        ] {
            let parsed = parse(table.as_bytes(), true, &Audience::Everybody).unwrap();
            let refused = import(&library(), parsed, ADA, Time(1)).unwrap_err().to_string();
            assert!(refused.contains(problem), "{table}: {refused}");
        }
    }

    #[test]
    fn what_is_no_library_is_named() {
        for file in ["", "{", "{\"surprise\": 1}", "[{\"short_code\": 1}]", "[7]", "7", "{\"quickReplies\": [{}]}"] {
            let rejection = parse(file.as_bytes(), false, &Audience::Everybody).err().unwrap().to_string();
            assert!(rejection.starts_with("file: it cannot be used"), "{file}: {rejection}");
        }
    }
}
