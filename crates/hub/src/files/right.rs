//! The access right in a file's address: opens one file for one customer's chat until the end of the next day, and
//! nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use tandem_conversation::{ContactId, MediaId, Time};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Signs and verifies access rights.
#[derive(Clone)]
pub(crate) struct Rights(hmac::Key);

impl Rights {
    pub(crate) fn new(key: hmac::Key) -> Self {
        Self(key)
    }

    /// A right for an address; the same one all day.
    pub(crate) fn give(&self, media: MediaId, contact: ContactId, now: Time) -> String {
        self.until(media, contact, today(now).wrapping_add(1))
    }

    /// Whether a right opens this file for this chat now.
    pub(crate) fn holds(&self, right: &str, media: MediaId, contact: ContactId, now: Time) -> bool {
        let today = today(now);
        let last: Option<i64> = right.split_once('.').and_then(|(day, _)| day.parse().ok());
        let Some(last) = last.filter(|last| (today..=today.wrapping_add(1)).contains(last)) else { return false };
        let true_right = self.until(media, contact, last);
        subtle::ConstantTimeEq::ct_eq(right.as_bytes(), true_right.as_bytes()).into()
    }

    fn until(&self, media: MediaId, contact: ContactId, last: i64) -> String {
        let tag = hmac::sign(&self.0, format!("{media}\n{contact}\n{last}").as_bytes());
        format!("{last}.{}", URL_SAFE_NO_PAD.encode(&tag.as_ref()[..16]))
    }
}

fn today(now: Time) -> i64 {
    now.0.div_euclid(DAY_MS)
}

#[cfg(test)]
mod tests {
    use ring::hmac;
    use tandem_conversation::{ContactId, MediaId, Time};
    use uuid::Uuid;

    use super::{DAY_MS, Rights};

    #[test]
    fn a_right_opens_one_file_in_one_chat_until_tomorrow_is_over() {
        let rights = Rights::new(hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]));
        let (file, chat) = (MediaId(Uuid::from_u128(1)), ContactId(Uuid::from_u128(2)));
        let now = Time(DAY_MS * 20_000 + 1);
        let right = rights.give(file, chat, now);
        assert!(rights.holds(&right, file, chat, now));
        assert!(rights.holds(&right, file, chat, now.plus_ms(2 * DAY_MS - 2)));
        assert!(!rights.holds(&right, file, chat, now.plus_ms(2 * DAY_MS)), "the day after tomorrow");
        assert!(!rights.holds(&right, MediaId(Uuid::from_u128(3)), chat, now));
        assert!(!rights.holds(&right, file, ContactId(Uuid::from_u128(3)), now));
        assert!(!rights.holds(&right.replacen("20001", "20002", 1), file, chat, now.plus_ms(DAY_MS)));
        for nonsense in ["", ".", "20001", "20001.", "x.y", "-1.a", "9223372036854775807.a"] {
            assert!(!rights.holds(nonsense, file, chat, now), "{nonsense}");
        }
        let other = Rights::new(hmac::Key::new(hmac::HMAC_SHA256, &[8; 32]));
        assert!(!other.holds(&right, file, chat, now), "another hub's");
    }
}
