//! Ids that are new, asked for many at once: where a question travels to another process, that is what costs.

use std::collections::HashSet;

use tandem_conversation::{CommandId, ConversationId, TurnId};
use tandem_sql::{Connection, params};

use super::StoreError;

/// Ids of commands and turns that no row has. What is not in here must be looked up.
#[derive(Debug, Default)]
pub(crate) struct Unknown {
    commands: HashSet<CommandId>,
    turns: HashSet<(ConversationId, TurnId)>,
}

/// PostgreSQL alone is asked this way. The places of the ids that are known; each is one step through the index. The ids
/// come as bytes: a part in the middle of a text is found by reading all before it.
const COMMANDS: &str = "SELECT s.n FROM
    (SELECT n, substr(?1, (1 + 16 * n)::int, 16) AS id FROM generate_series(0::bigint, ?2 - 1) AS n) s,
    LATERAL (SELECT 1 FROM commands c WHERE c.id = s.id LIMIT 1) f";
const TURNS: &str = r#"SELECT s.n FROM
    (SELECT n, substr(?1, (1 + 16 * n)::int, 16) AS conversation, convert_from(substr(?2, (1 + 36 * n)::int, 36), 'UTF8') AS turn
     FROM generate_series(0::bigint, ?3 - 1) AS n) s,
    LATERAL (SELECT 1 FROM events e WHERE e.conversation = s.conversation
        AND substr(e.body, instr(e.body, '"body":{"turn_added":{"turn":{"id":"') + 36, 36) = s.turn
        AND instr(e.body, '"body":{"turn_added":{"turn":{"id":"') > 0 LIMIT 1) f"#;

impl Unknown {
    /// Those of these ids that no row has.
    pub(crate) fn among(
        connection: &Connection,
        commands: &[CommandId],
        turns: &[(ConversationId, TurnId)],
    ) -> Result<Self, StoreError> {
        let mut unknown = Self::default();
        if !commands.is_empty() {
            let ids = commands.iter().flat_map(|id| *id.0.as_bytes()).collect::<Vec<u8>>();
            let known = places(connection, COMMANDS, params![ids, count(commands)])?;
            unknown.commands = without(commands, &known);
        }
        if !turns.is_empty() {
            let ids = turns.iter().flat_map(|(id, _)| *id.0.as_bytes()).collect::<Vec<u8>>();
            let texts = turns.iter().flat_map(|(_, turn)| turn.0.to_string().into_bytes()).collect::<Vec<u8>>();
            let known = places(connection, TURNS, params![ids, texts, count(turns)])?;
            unknown.turns = without(turns, &known);
        }
        Ok(unknown)
    }

    pub(crate) fn has_command(&self, id: CommandId) -> bool {
        self.commands.contains(&id)
    }

    pub(crate) fn has_turn(&self, conversation: ConversationId, turn: TurnId) -> bool {
        self.turns.contains(&(conversation, turn))
    }
}

fn count<T>(all: &[T]) -> i64 {
    i64::try_from(all.len()).unwrap_or(i64::MAX)
}

fn places(connection: &Connection, sql: &str, params: &[&dyn tandem_sql::ToSql]) -> Result<HashSet<i64>, StoreError> {
    let mut query = connection.prepare_cached(sql)?;
    let places = query.query_map(params, |row| row.get(0))?;
    Ok(places.collect::<Result<_, _>>()?)
}

fn without<T: Copy + Eq + std::hash::Hash>(all: &[T], known: &HashSet<i64>) -> HashSet<T> {
    let new = (0..).zip(all).filter(|(place, _)| !known.contains(place));
    new.map(|(_, id)| *id).collect()
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{CommandId, ContactId, ConversationId, Position, Time, TurnId};
    use tandem_sql::{Connection, Place};
    use tandem_sqlite::Link as _;
    use tandem_testkit::postgres_process::PostgresProcess;
    use uuid::Uuid;

    use super::Unknown;
    use crate::store::commands::{self, Answered, Sender, Sent};
    use crate::store::{MIGRATIONS, events, postgres};

    #[test]
    fn what_a_row_has_is_not_unknown() {
        let server = PostgresProcess::start().unwrap();
        let steps = postgres::STEPS;
        let place = Place::Postgres { url: server.url.clone(), readers: 1, is_serving: false, steps };
        let connection = Connection::open(&place, MIGRATIONS).unwrap();
        let number = Uuid::from_u128;
        let sent = Sent::new(Sender::Contact(ContactId(number(9))), &"Hi");
        let answered = |id| Answered { id, sent, answer: Ok(Position(1)), at: Time(0) };
        commands::insert(&connection, [answered(CommandId(number(2)))].iter()).unwrap();
        let (here, there) = (ConversationId(number(5)), ConversationId(number(6)));
        let body = format!(r#"{{"body":{{"turn_added":{{"turn":{{"id":"{}"}}}}}}}}"#, number(8));
        events::insert(&connection, std::iter::once((1, here, Position(1), &*body))).unwrap();
        let commands = [1, 2, 3].map(|id| CommandId(number(id)));
        let turns = [(here, 7), (here, 8), (there, 8)].map(|(of, turn)| (of, TurnId(number(turn))));
        let unknown = Unknown::among(&connection, &commands, &turns).unwrap();
        assert_eq!(commands.map(|id| unknown.has_command(id)), [true, false, true]);
        assert_eq!(turns.map(|(of, turn)| unknown.has_turn(of, turn)), [true, false, true]);
        let none = Unknown::among(&connection, &[], &[]).unwrap();
        assert!(!none.has_command(commands[0]) && !none.has_turn(here, turns[0].1));
    }
}
