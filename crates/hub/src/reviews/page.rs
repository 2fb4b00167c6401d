//! The page behind a link: answers one request for a review. Plain HTML with a form, so it needs no script.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use tandem_conversation::{Command, CommandId, Conversation, ConversationId, Rejection, ReviewEnd, ReviewId, limits};
use tandem_protocol::chat::ChatReview;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Links, Words, words};
use crate::api::escape;
use crate::engine::customer_command;
use crate::hub::Hub;
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::shown::review_of;
use crate::store::{StoreError, brands, reviews};

/// The page runs no script, and sends its form to this hub alone.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// What the form sends.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ReviewForm {
    /// 1 to 5.
    score: String,
    comment: String,
    /// Instead of a score: `now`, or `never` again.
    decline: String,
}

/// A request for a review, found by its link.
struct Found {
    id: ReviewId,
    conversation: ConversationId,
    state: Arc<Conversation>,
    /// Who asks.
    company: String,
}

impl Found {
    /// The request as it stands.
    fn standing(&self) -> ChatReview {
        review_of(&self.state, self.id)
    }

    /// Whether the customer wants to be asked no more.
    fn is_opted_out(&self) -> bool {
        let review = self.state.review.as_deref().filter(|review| review.id == self.id);
        review.is_some_and(|review| review.end == Some(ReviewEnd::OptedOut))
    }

    /// What has been said last.
    fn said(&self, words: &Words) -> Option<String> {
        let review = self.standing();
        match (self.is_opted_out(), review.declined, review.score) {
            (true, ..) => Some(words.asked_no_more.to_owned()),
            (_, true, _) => Some(words.declined.to_owned()),
            (.., score) => score.map(|score| thanks(words, score)),
        }
    }
}

/// A page that takes the answer to a request for a review. The address carries the right to exactly this request.
#[utoipa::path(get, path = "/review/{token}", tag = "reviews", params(("token" = String, Path)),
    responses((status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 404, description = "A page that says so", body = String, content_type = "text/html"),
        (status = 410, description = "The request is over", body = String, content_type = "text/html")))]
pub(crate) async fn show(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let words = spoken(&headers);
    let Some(found) = find(&hub, &peer, &token).await? else { return Ok(unknown(&hub, words)) };
    let review = found.standing();
    let said = found.said(words);
    Ok(match (is_open(&review, &hub), said) {
        (true, said) => {
            let form = Some((review.score.unwrap_or(0), &*review.comment));
            page(StatusCode::OK, words, &found, said.as_deref(), form)
        }
        (false, Some(said)) => page(StatusCode::OK, words, &found, Some(&said), None),
        (false, None) => page(StatusCode::GONE, words, &found, Some(words.over), None),
    })
}

/// Takes the page's form, and leads back to the page.
#[utoipa::path(post, path = "/review/{token}", tag = "reviews", params(("token" = String, Path)),
    request_body(content = ReviewForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 303, description = "Taken; the page follows"),
        (status = 404, description = "A page that says so", body = String, content_type = "text/html"),
        (status = 410, description = "The request is over", body = String, content_type = "text/html"),
        (status = 422, description = "The page, which says what is missing", body = String, content_type = "text/html")))]
pub(crate) async fn answer(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    Path(token): Path<String>,
    headers: HeaderMap,
    form: Result<Form<ReviewForm>, FormRejection>,
) -> Result<Response, ApiError> {
    let words = spoken(&headers);
    let Some(found) = find(&hub, &peer, &token).await? else { return Ok(unknown(&hub, words)) };
    hub.limits.message(found.state.contact)?;
    let Form(ReviewForm { score, comment, decline }) = form.unwrap_or_default();
    // Browsers send line breaks as two characters.
    let text = comment.replace("\r\n", "\n").trim().to_owned();
    let score = score.parse().ok().filter(|score| (1..=5).contains(score));
    let again = |problem| {
        page(StatusCode::UNPROCESSABLE_ENTITY, words, &found, Some(problem), Some((score.unwrap_or(0), &text)))
    };
    let command = match (decline.as_str(), score) {
        ("now" | "never", _) => Command::DeclineReview { review: found.id, never: decline == "never" },
        (_, None) => return Ok(again(words.missing)),
        (_, Some(_)) if text.chars().count() > limits::COMMENT_CHARS => return Ok(again(words.too_long)),
        (_, Some(score)) => Command::GiveFeedback { review: Some(found.id), score, text: text.clone() },
    };
    let command = customer_command(CommandId(Uuid::now_v7()), found.conversation, command);
    match hub.execute_once(command).await? {
        Ok(_) => Ok(Redirect::to(&format!("/review/{token}")).into_response()),
        Err(Rejection::ReviewOver) => Ok(page(StatusCode::GONE, words, &found, Some(words.over), None)),
        Err(rejection) => Err(rejection.into()),
    }
}

/// The request of a token. Guessing is limited.
async fn find(hub: &Hub, peer: &Peer, token: &str) -> Result<Option<Found>, ApiError> {
    hub.limits.lookup(peer.network)?;
    let found = match Links::of(hub).read(token) {
        Some(id) => load(hub, id).await?,
        None => None,
    };
    if found.is_none() {
        hub.limits.stray(peer.network)?;
    }
    Ok(found)
}

async fn load(hub: &Hub, id: ReviewId) -> Result<Option<Found>, StoreError> {
    let of = hub.database.read(move |connection| reviews::conversation_of(connection, id)).await?;
    let Some(conversation) = of else { return Ok(None) };
    let Some(state) = hub.lately(conversation).await? else { return Ok(None) };
    let known = hub.database.read(brands::all).await?;
    let brand = known.into_iter().find(|brand| Some(brand.id) == state.brand);
    let company = brand.map_or_else(|| hub.config.account.clone(), |brand| brand.look.name);
    Ok(Some(Found { id, conversation, state, company }))
}

fn is_open(review: &ChatReview, hub: &Hub) -> bool {
    review.until.is_some_and(|until| until > hub.clock.now())
}

/// The words of the browser's first known language.
fn spoken(headers: &HeaderMap) -> &'static Words {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    words(accepted.split(',').filter_map(|language| language.split(';').next()))
}

fn thanks(words: &Words, score: u8) -> String {
    words.thanks.replace("{n}", &score.to_string())
}

fn unknown(hub: &Hub, words: &Words) -> Response {
    let said = format!("<p role=status>{}</p>", words.unknown);
    whole(StatusCode::NOT_FOUND, words, &hub.config.account, words.unknown, &said)
}

/// The page of a request: what is said of it, and the form with a score and a comment, as long as it takes answers. A
/// score of 0 is none.
fn page(status: StatusCode, words: &Words, found: &Found, said: Option<&str>, form: Option<(u8, &str)>) -> Response {
    let said = said.map(|said| format!("<p role=status>{}</p>", escape(said))).unwrap_or_default();
    let form = form.map(|(score, comment)| form_of(words, score, comment, found));
    let body = format!("<h1>{}</h1>{said}{}", words.ask, form.unwrap_or_default());
    whole(status, words, &found.company, words.ask, &body)
}

fn form_of(words: &Words, given: u8, comment: &str, found: &Found) -> String {
    let review = found.standing();
    let is_change = review.score.is_some();
    let choice = |score: u8| {
        let name = words.score.replace("{n}", &score.to_string());
        let checked = if score == given { " checked" } else { "" };
        format!(
            "<label><input type=radio name=score value={score} required aria-label=\"{name}\"{checked}>\
             <span aria-hidden=true>{score}</span></label>"
        )
    };
    let choices: String = (1..=5).map(choice).collect();
    let send = if is_change { words.change } else { words.send };
    // They need no score. A rating that was given stays.
    let others = |(value, name): (&str, &str)| {
        format!("<button class=quiet name=decline value={value} formnovalidate>{name}</button>")
    };
    let now = (!is_change && !review.declined).then_some(("now", words.decline));
    let never = (!found.is_opted_out()).then_some(("never", words.never));
    let others: String = now.into_iter().chain(never).map(others).collect();
    // A line break at the very beginning is not part of the text.
    format!(
        "<form method=post><fieldset><legend>{}</legend><div class=choices>{choices}</div></fieldset>\
         <label for=comment>{}</label>\
         <textarea id=comment name=comment rows=4 maxlength={} dir=auto>\n{}</textarea>\
         <div class=buttons><button>{send}</button>{others}</div></form>",
        words.rating,
        words.comment,
        limits::COMMENT_CHARS,
        escape(comment),
    )
}

fn whole(status: StatusCode, words: &Words, company: &str, title: &str, body: &str) -> Response {
    let (language, company) = (words.language, escape(company));
    let page = format!(
        "<!doctype html><html lang={language}><meta charset=utf-8><title>{title} – {company}</title>\
         <meta name=viewport content=\"width=device-width, initial-scale=1\"><link rel=icon href=data:,>\
         <link rel=stylesheet href=/review.css><main><p class=company>{company}</p>{body}</main></html>"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (header::VARY, "accept-language"),
    ];
    (status, headers, Html(page)).into_response()
}
