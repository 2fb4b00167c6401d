//! What SQLite's texts are in PostgreSQL's words.

/// Functions of SQLite that PostgreSQL lacks, or calls otherwise. Made anew at each connection, for the session only.
pub(super) const FUNCTIONS: &str = "
CREATE OR REPLACE FUNCTION pg_temp.instr(text, text) RETURNS bigint LANGUAGE sql IMMUTABLE
    RETURN position($2 in $1);";

/// The same statement for PostgreSQL.
pub(super) fn translate(sql: &str) -> String {
    let mut told = String::with_capacity(sql.len() + 16);
    let mut rest = sql;
    while let Some(at) = rest.find(['?', '\'', 'x', 'X']) {
        let (before, from) = rest.split_at(at);
        told.push_str(before);
        let follows = from.as_bytes();
        rest = match follows.first() {
            Some(b'?') => {
                told.push('$');
                &from[1..]
            }
            // What is quoted stays.
            Some(b'\'') => {
                let end = quoted(from);
                told.push_str(&from[..end]);
                &from[end..]
            }
            _ if follows.get(1) == Some(&b'\'') && !ends_in_word(&told) => {
                let end = 1 + quoted(&from[1..]);
                told.push_str("'\\x");
                told.push_str(&from[2..end]);
                told.push_str("::bytea");
                &from[end..]
            }
            _ => {
                told.push_str(&from[..1]);
                &from[1..]
            }
        };
    }
    told.push_str(rest);
    told
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(|last| last.is_alphanumeric() || last == '_')
}

/// Length of the quoted text at the beginning, with its quotes.
fn quoted(text: &str) -> usize {
    let mut at = 1;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('\'')) {
        at += next + 1;
        if text.as_bytes().get(at) != Some(&b'\'') {
            return at;
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn parameters_and_bytes_change_and_what_is_quoted_stays() {
        for (sqlite, postgres) in [
            ("SELECT a FROM t WHERE b = ?1 AND c > ?12", "SELECT a FROM t WHERE b = $1 AND c > $12"),
            ("VALUES (x'00ff', X'', ?1)", "VALUES ('\\x00ff'::bytea, '\\x'::bytea, $1)"),
            ("SELECT 'why? x''00''', max(?1)", "SELECT 'why? x''00''', max($1)"),
            ("SELECT prefix'a'", "SELECT prefix'a'"),
            ("SELECT 'open ?", "SELECT 'open ?"),
        ] {
            assert_eq!(translate(sqlite), postgres);
        }
    }
}
