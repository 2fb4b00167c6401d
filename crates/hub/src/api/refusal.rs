//! Refused changes of users, brands and the library as problem documents.

use crate::administration::Refusal;
use crate::library::Refused;
use crate::problem::{ApiError, sentence, stopped};

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let (status, code) = match &refused {
            Refused::Invalid(rejection) => return rejection.clone().into(),
            Refused::Taken { .. } => (409, "library.shortcut"),
            Refused::Changed { .. } => (409, "library.changed"),
            Refused::TooMany { .. } | Refused::TooLarge { .. } => (409, "library.full"),
            Refused::Unknown => (404, "library.unknown"),
            Refused::IdUsed => (409, "input.id_used"),
            Refused::NotYours => (403, "permission.missing"),
        };
        Self::new(status, code, sentence(&refused.to_string()))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match &refusal {
            Refusal::Invalid { .. } => (422, "input.invalid"),
            Refusal::TooShort(_) => (422, "password.too_short"),
            Refusal::NoUser => (404, "users.unknown"),
            Refusal::UserExists(_) => (409, "users.exists"),
            Refusal::LastAdministrator(_) => (409, "users.last_administrator"),
            Refusal::NoBrand(_) => (404, "brands.unknown"),
            Refusal::NoNumber(_) => (404, "whatsapp.unknown_number"),
            Refusal::OnlyBrand { .. } => (409, "brands.only_one"),
            Refusal::BrandInUse { .. } | Refusal::BrandOfNumber { .. } => (409, "brands.in_use"),
            Refusal::BrandExists(_) => (409, "brands.exists"),
        };
        let words = refusal.to_string();
        // Command-line advice does not help an HTTP client.
        let words = words.split(": change ").next().unwrap_or(&words);
        let exact = matches!(refusal, Refusal::Invalid { .. });
        Self::new(status, code, if exact { stopped(words.to_owned()) } else { sentence(words) })
    }
}
