//! Identity of customers: the company's page proves its visitor with a signed token, and everything known of that
//! person becomes one customer.

mod linking;
mod secrets;
mod token;

use tandem_conversation::{Contact, ContactKind};

use crate::problem::ApiError;
use crate::store::brands::Brand;

pub(crate) use linking::{enter, home_of};
pub(crate) use secrets::FILE;
pub use secrets::Secrets;

/// What a page's token says about its visitor, verified with the brand's secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The company's own id for the customer.
    pub id: Contact,
    pub name: Option<String>,
    /// Further addresses of the customer.
    pub others: Vec<Contact>,
}

impl Identity {
    /// Verifies and parses a token from this brand's page.
    pub(crate) fn read(token: &str, brand: &Brand, secrets: &Secrets) -> Result<Self, ApiError> {
        let secret = secrets.of(brand.id, brand.secret_generation);
        token::read(token, &secret, &brand.look.id).map_err(|why| {
            let why = format!("The identity token of this page cannot be used: {why}.");
            ApiError::new(401, "chat.identity_invalid", why)
        })
    }

    /// A name for the customer if none was given.
    fn any_name(&self) -> String {
        let email = self.others.iter().find(|contact| contact.kind == ContactKind::Email);
        self.name.clone().unwrap_or_else(|| email.unwrap_or(&self.id).value.clone())
    }
}
