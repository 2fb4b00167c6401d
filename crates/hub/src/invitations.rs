//! How an invitation reaches an external agent: by a link whose token its maker keeps, by mail from the hub, or both.

use tandem_conversation::{LinkId, Rejection, Time};
use tandem_sql::Connection;

use crate::secrets::TokenHash;
use crate::store::{StoreError, links, mails};

/// Maximum length of an e-mail address.
const ADDRESS_CHARS: usize = 254;

#[derive(Clone, Debug)]
pub(crate) struct Ways {
    pub link: LinkId,
    secret: Option<TokenHash>,
    address: Option<String>,
}

impl Ways {
    /// Checks the inviter's input; `mails` if this hub sends mail.
    pub(crate) fn new(
        link: LinkId,
        secret_hash: Option<&str>,
        email: Option<&str>,
        mails: bool,
    ) -> Result<Self, Rejection> {
        let secret = secret_hash
            .map(|text| hash(text).ok_or_else(|| Rejection::invalid("secretHash", "64 hexadecimal digits are needed")));
        let address = email.map(|text| address(text, mails));
        let ways = Self { link, secret: secret.transpose()?, address: address.transpose()? };
        if ways.secret.is_none() && ways.address.is_none() {
            return Err(Rejection::invalid(
                "email",
                "either email or secretHash is needed: otherwise the link reaches no one",
            ));
        }
        Ok(ways)
    }

    /// Whether both are opened by one token.
    pub(crate) fn has_secret_of(&self, other: &Self) -> bool {
        self.secret.is_some() && self.secret == other.secret
    }

    /// Refuses a link id or token that is already used.
    pub(crate) fn unused(&self, connection: &Connection) -> Result<Result<(), Rejection>, StoreError> {
        if links::get(connection, self.link)?.is_some() {
            return Ok(Err(Rejection::invalid("link", "in use already")));
        }
        if let Some(secret) = &self.secret
            && links::by_secret(connection, secret)?.is_some()
        {
            return Ok(Err(Rejection::invalid("secretHash", "in use already")));
        }
        Ok(Ok(()))
    }

    /// Activates them once the log has the invitation. Repeating it changes nothing.
    pub(crate) fn open(&self, connection: &Connection, now: Time) -> Result<(), StoreError> {
        if let Some(secret) = &self.secret {
            links::add_secret(connection, self.link, secret)?;
        }
        if let Some(address) = &self.address {
            mails::insert(connection, self.link, address, now)?;
        }
        Ok(())
    }
}

fn hash(text: &str) -> Option<TokenHash> {
    let mut hash = TokenHash::default();
    if text.len() != 2 * hash.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(hash)
}

fn address(text: &str, mails: bool) -> Result<String, Rejection> {
    if !mails {
        return Err(Rejection::invalid("email", "this hub sends no mail: hand the link over yourself"));
    }
    let text = text.trim();
    if text.len() > ADDRESS_CHARS || !is_sendable(text) {
        return Err(Rejection::invalid("email", "this is not an e-mail address"));
    }
    Ok(text.to_owned())
}

/// Whether a mail can be addressed so. Quoted names and addresses of machines are e-mail addresses, too, but nobody's,
/// and they do not survive a header.
fn is_sendable(text: &str) -> bool {
    let Ok(address) = text.parse::<lettre::Address>() else { return false };
    let is_odd = |c: char| c.is_whitespace() || matches!(c, '"' | '[' | ']' | '(' | ')' | ',' | ';' | ':' | '<' | '>');
    if text.contains(is_odd) {
        return false;
    }
    let header = lettre::message::Mailbox::new(None, address.clone()).to_string();
    header.parse::<lettre::message::Mailbox>().is_ok_and(|mailbox| mailbox.email == address)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{LinkId, Rejection};
    use uuid::Uuid;

    use super::Ways;

    fn refused(secret_hash: Option<&str>, email: Option<&str>, mails: bool) -> Option<String> {
        match Ways::new(LinkId(Uuid::nil()), secret_hash, email, mails) {
            Err(Rejection::Invalid { field, .. }) => Some(field),
            Err(other) => panic!("{other} names no field"),
            Ok(_) => None,
        }
    }

    #[test]
    fn addresses_that_do_not_survive_a_mail_are_no_addresses() {
        for odd in [
            r#""a b"@x.example"#,
            r#""a"@x.example"#,
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
            "a(comment)@x.example",
            "a,b@x.example",
            "<a@x.example>",
            "a b@x.example",
            "a@x.example, b@x.example",
            "a@",
            "@x.example",
        ] {
            assert_eq!(refused(None, Some(odd), true), Some("email".to_owned()), "{odd}");
        }
        for usual in ["ops@aerolinx.example", " ops+eu@mail.aerolinx.example ", "o'neil@x.example", "a.b_c-d@x.example"]
        {
            assert_eq!(refused(None, Some(usual), true), None, "{usual}");
        }
    }

    #[test]
    fn an_invitation_needs_a_way_to_the_invited() {
        let hash = "ab".repeat(32);
        for (secret_hash, email, mails, field) in [
            (None, None, true, Some("email")),
            (Some("ab"), None, true, Some("secretHash")),
            (Some("+a".repeat(32).as_str()), None, true, Some("secretHash")),
            (Some("é".repeat(32).as_str()), None, true, Some("secretHash")),
            (Some(hash.as_str()), None, false, None),
            (Some(hash.as_str()), Some("ops@aerolinx.example"), false, Some("email")),
            (Some(hash.as_str()), Some("ops@aerolinx.example"), true, None),
            (None, Some("ops@aerolinx.example"), true, None),
            (None, Some("ops"), true, Some("email")),
            (None, Some("a@b.example\r\nBcc: everybody@b.example"), true, Some("email")),
        ] {
            assert_eq!(refused(secret_hash, email, mails).as_deref(), field, "{secret_hash:?} {email:?} {mails}");
        }
    }
}
