//! How users write to somebody first: from which numbers, and with which templates.

use std::sync::Arc;

use axum::extract::State;
use tandem_conversation::{Channel, Permission, Template};
use tandem_protocol::Problem;
use tandem_protocol::channels::{OwnNumber, StartConversation, StartPage, StartedConversation};

use super::starting::{Beginner, Refused, begin, may_use};
use crate::api::Json;
use crate::api::auth::Signed;
use crate::hub::Hub;
use crate::limits::TooManyStarts;
use crate::problem::ApiError;
use crate::store::StoreError;
use crate::store::whatsapp::{self, Number, OK, templates};

/// The company's numbers from which the user can begin a conversation, each with the templates that can be sent.
#[utoipa::path(get, path = "/api/v1/starts", tag = "conversations",
    responses((status = 200, body = StartPage), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn starts(State(hub): State<Arc<Hub>>, signed: Signed) -> Result<axum::Json<StartPage>, ApiError> {
    signed.require(Permission::Start)?;
    let rights = signed.0.rights();
    let numbers = hub.database.read(move |connection| -> Result<_, StoreError> {
        let all = whatsapp::all(connection)?.into_iter().filter(|number| may_use(&rights.access(), number));
        all.map(|number| Ok((templates::of_account(connection, &number.waba_id)?, number)))
            .collect::<Result<Vec<_>, StoreError>>()
    });
    let numbers = numbers.await?.into_iter().map(|(templates, number)| own(number, templates)).collect();
    Ok(axum::Json(StartPage { numbers }))
}

fn own(number: Number, mut templates: Vec<Template>) -> OwnNumber {
    templates.retain(Template::is_sendable);
    OwnNumber {
        id: number.key,
        channel: Channel::Whatsapp,
        number: number.display,
        brand: number.brand,
        stopped: (number.state != OK).then_some(number.state),
        templates,
    }
}

/// Begins a conversation with a template. If one is in progress with this customer, it is named and nothing is sent. A
/// repeated id has one effect.
#[utoipa::path(post, path = "/api/v1/conversations", request_body = StartConversation, tag = "conversations",
    responses(
        (status = 200, body = StartedConversation), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, description = "There is no such number", body = Problem),
        (status = 409, description = "The number does not send, the customer wants no marketing, or somebody else is in
         conversation with them", body = Problem),
        (status = 422, body = Problem),
        (status = 429, description = "Too many are begun by this user, or from this number", body = Problem)))]
pub(crate) async fn post(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Json(request): Json<StartConversation>,
) -> Result<axum::Json<StartedConversation>, ApiError> {
    signed.require(Permission::Start)?;
    hub.limits.start(signed.0.id, &request.from).map_err(held_up)?;
    let (actor, permissions, rights) = (signed.participant(), signed.0.role.permissions(), signed.0.rights());
    let now = hub.clock.now();
    let begun = hub.database.write(move |connection, engine| {
        let by = Beginner { actor, permissions, access: rights.access(), now };
        begin(connection, engine, &by, &request)
    });
    Ok(axum::Json(begun.await?.map_err(refused)?))
}

fn held_up(why: TooManyStarts) -> ApiError {
    let (seconds, code, words) = match why {
        TooManyStarts::OfUser(seconds) => {
            (seconds, "starts.too_many", "You have begun many conversations in a short time.")
        }
        TooManyStarts::FromNumber(seconds) => (
            seconds,
            "starts.number_busy",
            "Many conversations are being begun from this number. Choose another one, or wait.",
        ),
    };
    let detail = format!("{words} Try again in {seconds} s.");
    Problem { retry_after: Some(seconds), ..Problem::new(429, code, detail) }.into()
}

fn refused(why: Refused) -> ApiError {
    match why {
        Refused::UnknownNumber => {
            ApiError::new(404, "whatsapp.unknown_number", "This hub has no such WhatsApp number. Choose another one.")
        }
        Refused::Stopped { number, state } => {
            let detail = format!(
                "{number} does not send at the moment ({state}). Choose another number, or tell an administrator."
            );
            ApiError::new(409, "whatsapp.number_stopped", detail)
        }
        Refused::NoMarketing => {
            let detail = "The customer does not want marketing messages. Choose a template of another category.";
            ApiError::new(409, "whatsapp.no_marketing", detail)
        }
        Refused::Elsewhere => {
            let detail = "A colleague is in conversation with this customer. Ask a supervisor to invite you.";
            ApiError::new(409, "conversation.elsewhere", detail)
        }
        Refused::Rejected(rejection) => rejection.into(),
    }
}
