//! A small rule bot for people who type in the web chat themselves: it says what it is and knows when to give up.

use serde_json::Value;

use crate::wire::{Answer, Content, Request};
use crate::words::{self, Words};

/// Ways to ask for a person, as whole words.
const PERSON: &[&str] = &[
    "person",
    "human",
    "agent",
    "someone",
    "somebody",
    "operator",
    "representative",
    "colleague",
    "mensch",
    "menschen",
    "mitarbeiter",
    "mitarbeiterin",
    "jemand",
    "jemandem",
    "berater",
    "persona",
    "humano",
    "agente",
    "alguien",
    "personne",
    "humain",
    "conseiller",
    "quelqu'un",
    "umano",
    "operatore",
    "qualcuno",
    "pessoa",
    "atendente",
    "člověk",
    "člověkem",
    "operátor",
    "operátorem",
    "człowiek",
    "człowiekiem",
    "konsultant",
    "konsultantem",
    "mens",
    "medewerker",
    "человек",
    "оператор",
    "شخص",
    "موظف",
    "इंसान",
    "व्यक्ति",
];
/// The same in languages without spaces between words.
const PERSON_PARTS: &[&str] = &["担当者", "オペレーター", "人工", "真人", "상담원"];
const ORDER: &[&str] = &["order", "parcel", "package", "delivery", "bestellung", "paket", "pedido", "paquete"];
const BOOKING: &[&str] = &["booking", "reservation", "flight", "buchung", "reservierung", "reserva", "vuelo"];
const HELLO: &[&str] = &["hello", "hi", "hey", "hallo", "hola", "moin", "servus", "buenas", "good", "guten"];

enum Wish {
    Person,
    Order,
    Booking,
    Hello,
    Unknown,
}

/// Whether this text or choice asks for a person.
pub fn asks_for_a_person(said: &Content) -> bool {
    matches!(wish(said), Wish::Person)
}

fn wish(said: &Content) -> Wish {
    match said.choice.as_deref() {
        Some("person" | "human" | "agent") => return Wish::Person,
        Some("order") => return Wish::Order,
        Some("booking") => return Wish::Booking,
        _ => {}
    }
    let text = said.text.to_lowercase();
    let words: Vec<_> = text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || is_mark(c))).collect();
    let any = |list: &[&str]| words.iter().any(|word| list.contains(word));
    match () {
        () if any(PERSON) || PERSON_PARTS.iter().any(|part| text.contains(part)) => Wish::Person,
        () if any(ORDER) => Wish::Order,
        () if any(BOOKING) => Wish::Booking,
        () if any(HELLO) => Wish::Hello,
        () => Wish::Unknown,
    }
}

/// Vowel signs belong to their word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{064b}'..='\u{065f}' | '\u{0900}'..='\u{0903}' | '\u{093a}'..='\u{094f}')
}

pub fn answer(request: &Request) -> Answer {
    let mut answer = Answer::default();
    let Some(turn) = &request.trigger.turn else { return answer };
    let asked = request.trigger.kind == "PREVIEW";
    let attended = !asked && (request.person_is_there() || request.conversation.needs_help.is_some());
    if request.trigger.silent || attended {
        return answer;
    }
    let words = words::of(request.conversation.language.as_deref());
    let custom = &request.conversation.custom;
    let expected = custom.get("expects").and_then(|value| value.as_str()).unwrap_or_default();
    let mut expects = "";
    let mut misses = 0;
    let joined = request.trigger.joined.iter().filter_map(|one| one.turn.as_ref());
    let for_a_person = joined.filter(|one| one.by.kind == "customer").find(|one| asks_for_a_person(&one.content));
    match for_a_person.map_or_else(|| wish(&turn.content), |_| Wish::Person) {
        Wish::Person => {
            answer.message(words.colleague);
            answer.needs_help(&for_a_person.unwrap_or(turn).content.text, true);
        }
        Wish::Order | Wish::Unknown if expected == "order" => answer.message(words.order),
        Wish::Booking | Wish::Unknown if expected == "booking" => answer.message(words.booking),
        Wish::Order => {
            answer.message(words.ask_order);
            expects = "order";
        }
        Wish::Booking => {
            answer.message(words.ask_booking);
            expects = "booking";
        }
        Wish::Hello => menu(&mut answer, words.greeting, words),
        Wish::Unknown if turn.content.kind == "attachment" => {
            answer.message(words.colleague);
            answer.needs_help("The customer sent a file, which I cannot read.", false);
        }
        Wish::Unknown if request.remembered("notUnderstood") > 0 => {
            answer.message(words.colleague);
            answer.needs_help("I did not understand the customer twice.", false);
        }
        Wish::Unknown => {
            // The very first message gets a greeting, whatever it says.
            let first = request.customer_turns().count() <= 1;
            menu(&mut answer, if first { words.greeting } else { words.not_understood }, words);
            misses = 1;
        }
    }
    if expects != expected {
        answer.custom.insert("expects".into(), if expects.is_empty() { Value::Null } else { expects.into() });
    }
    if misses != request.remembered("notUnderstood") {
        answer.custom.insert("notUnderstood".into(), misses.into());
    }
    answer
}

fn menu(answer: &mut Answer, text: &str, words: &Words) {
    let [order, booking, person] = words.menu;
    answer.question(text, &[("order", order), ("booking", booking), ("person", person)]);
}
