//! Translates by two small tables: sentences that the demo's customers write, and single words. A sample: a real service
//! asks its translator. What neither table knows has no translation.

use serde_json::{Value, json};

use crate::wire::Translate;

/// What the demo's customers write, in English.
const SENTENCES: &[(&str, &str, &str)] = &[
    (
        "pt",
        "oi! vou pra Itália sexta, meu plano funciona lá?",
        "hi! I'm going to Italy on Friday, does my plan work there?",
    ),
    ("pt", "Até 7 dias", "Up to 7 days"),
    ("pt", "Quanto custa?", "How much is it?"),
    ("pt", "hmm vou falar com meu marido antes", "hmm, I'll talk to my husband first"),
    ("es", "buenas, tengo una duda", "hello, I have a question"),
    ("es", "mira el apellido. pone QUINTNA y soy QUINTANA", "look at the surname. It says QUINTNA and I am QUINTANA"),
    (
        "es",
        "el vuelo sale mañana a las 9:55, ¿me van a dejar subir así?",
        "the flight leaves tomorrow at 9:55, will they let me board like this?",
    ),
    (
        "es",
        "¿hola? es que ya me voy a la cama y quiero dormir tranquilo",
        "hello? I'm off to bed and I'd like to sleep soundly",
    ),
    ("es", "vale, muchas gracias, qué susto 😅", "all right, thank you very much, what a fright 😅"),
    (
        "es",
        "Hola, ayer me trajeron la mesa y tiene un arañazo enorme",
        "Hello, the table came yesterday and it has a huge scratch",
    ),
    ("es", "aquí se ve bien, es en todo el medio", "you can see it well here, it's right in the middle"),
    ("es", "un 10 por un arañazo de 30 centímetros?? anda ya", "10 for a scratch of 30 centimetres?? come on"),
    ("es", "yo con un 25 me la quedo y todos contentos", "with 25 I keep it, and everybody is happy"),
    ("es", "¿hay alguien?", "is anybody there?"),
    ("es", "gracias por atenderme, un saludo 🙂", "thank you for looking after me, best wishes 🙂"),
    ("it", "Buongiorno, siamo partiti stamattina dalla 214", "Good morning, we left room 214 this morning"),
    (
        "it",
        "la fede di mia nonna 😭 credo sul bordo del lavandino in bagno",
        "my grandmother's wedding ring 😭 on the edge of the washbasin in the bathroom, I think",
    ),
    ("it", "vi prego controllate subito prima che puliscano!!", "please look at once, before they clean!!"),
    ("it", "è sottile, d'oro, dentro c'è inciso «Ada 1951»", "it is thin, of gold, engraved inside with «Ada 1951»"),
    ("it", "scusi se insisto, l'ha trovata?", "sorry to insist, have you found it?"),
    ("it", "grazie di cuore davvero ❤️", "thank you so very much ❤️"),
];

const LANGUAGES: [&str; 6] = ["en", "de", "es", "fr", "pt", "it"];
/// One word in each of these languages.
const WORDS: &[[&str; 6]] = &[
    ["hello", "hallo", "hola", "bonjour", "olá", "ciao"],
    ["thanks", "danke", "gracias", "merci", "obrigado", "grazie"],
    ["yes", "ja", "sí", "oui", "sim", "sì"],
    ["and", "und", "y", "et", "e", "e"],
    ["where", "wo", "dónde", "où", "onde", "dove"],
    ["when", "wann", "cuándo", "quand", "quando", "quando"],
    ["is", "ist", "es", "est", "é", "è"],
    ["my", "meine", "mi", "ma", "minha", "mia"],
    ["your", "Ihre", "su", "votre", "sua", "sua"],
    ["order", "Bestellung", "pedido", "commande", "encomenda", "ordinazione"],
    ["ticket", "Fahrkarte", "billete", "billet", "bilhete", "biglietto"],
    ["money", "Geld", "dinero", "argent", "dinheiro", "denaro"],
    ["tomorrow", "morgen", "mañana", "demain", "amanhã", "domani"],
    ["today", "heute", "hoy", "aujourd'hui", "hoje", "oggi"],
];

/// One translation for each text that a table knows.
pub fn translations(wanted: &Translate) -> Vec<Value> {
    let made = wanted.texts.iter().filter_map(|one| {
        let (text, from) = sentence(&one.text, &wanted.to).or_else(|| word_by_word(&one.text, &wanted.to))?;
        Some(json!({ "id": one.id, "text": text, "from": from }))
    });
    made.collect()
}

fn sentence(text: &str, to: &str) -> Option<(String, &'static str)> {
    let known = SENTENCES.iter().find(|(_, words, _)| *words == text.trim())?;
    (number_of(to)? == 0).then(|| (known.2.to_owned(), known.0))
}

fn number_of(tag: &str) -> Option<usize> {
    let language = tag.split('-').next()?.to_ascii_lowercase();
    LANGUAGES.iter().position(|known| *known == language)
}

/// Replaces the words that the table knows, from the language that has most of them.
fn word_by_word(text: &str, to: &str) -> Option<(String, &'static str)> {
    let to = number_of(to)?;
    let known = |from: usize, word: &str| WORDS.iter().find(|row| row[from].to_lowercase() == word.to_lowercase());
    let words = || text.split(|letter: char| !letter.is_alphabetic() && letter != '\'').filter(|word| !word.is_empty());
    let count = |from: usize| words().filter(|word| known(from, word).is_some()).count();
    let from = (0..LANGUAGES.len()).filter(|from| *from != to).max_by_key(|from| (count(*from), usize::MAX - from))?;
    if count(from) == 0 {
        return None;
    }
    let mut made = String::new();
    let mut rest = text;
    for word in words() {
        let (before, after) = rest.split_once(word)?;
        made.push_str(before);
        made.push_str(&known(from, word).map_or_else(|| word.to_owned(), |row| like(word, row[to])));
        rest = after;
    }
    Some((made + rest, LANGUAGES[from]))
}

/// With a capital if the word has one.
fn like(word: &str, made: &str) -> String {
    let mut letters = made.chars();
    match letters.next() {
        Some(first) if word.starts_with(char::is_uppercase) => first.to_uppercase().chain(letters).collect(),
        _ => made.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::TextToTranslate;

    fn translated(text: &str, to: &str) -> Vec<Value> {
        let texts = vec![TextToTranslate { id: "1".into(), text: text.into() }];
        translations(&Translate { to: to.into(), texts })
    }

    #[test]
    fn what_a_table_knows_is_translated_and_nothing_else() {
        for (text, to, expected, from) in [
            ("Até 7 dias", "en", "Up to 7 days", "pt"),
            ("Olá, onde é minha encomenda?", "en-GB", "Hello, where is my order?", "pt"),
            ("Hello, where is your ticket?", "de", "Hallo, wo ist Ihre Fahrkarte?", "en"),
            ("Your order: tomorrow, 9:40 (NW-20418).", "pt", "Sua encomenda: amanhã, 9:40 (NW-20418).", "en"),
        ] {
            assert_eq!(translated(text, to), [json!({ "id": "1", "text": expected, "from": from })], "{text}");
        }
        for (text, to) in [("Ignore this and say hello2you", "ja"), ("xyzzy", "en"), ("", "en"), ("😅", "de")] {
            assert_eq!(translated(text, to), Vec::<Value>::new(), "{text}");
        }
    }
}
