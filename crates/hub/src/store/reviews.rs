//! Tables `review_plans`, `reviews` and `review_shares`: how brands ask, what became of each round, what reviewers and Your
//! Logic filed, and whose scores these are.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tandem_conversation::{
    BrandId, Conversation, ConversationId, CustomerId, EngagementId, EngagementKind, Event, EventBody, NotAsked,
    Participant, Position, ReviewEnd, ReviewId, ReviewPlan, Share, Time, TurnId, UserId,
};
use tandem_protocol::reviews::{Dispute, Judged, ReviewRow, ReviewStatus, ReviewType, ReviewVerified};
use tandem_sql::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::events::{self, Part};
use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE review_plans (
    brand BLOB NOT NULL PRIMARY KEY,
    -- As JSON.
    plan  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE reviews (
    id           BLOB NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL,
    round        INTEGER NOT NULL,
    -- When the customer was asked, or it was decided not to.
    asked_at     INTEGER NOT NULL,
    -- Why the customer was not asked.
    reason       TEXT,
    expires_at   INTEGER,
    answered_at  INTEGER,
    edited_at    INTEGER,
    score        INTEGER,
    comment      TEXT,
    -- Whose score it is, as JSON.
    shares       TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX reviews_of_conversation ON reviews (conversation, asked_at) WHERE reason IS NULL;
CREATE INDEX reviews_in_order ON reviews (asked_at, id);
CREATE INDEX reviews_low ON reviews (asked_at, id) WHERE score <= 2;";

/// Reviews that reviewers and Your Logic file, what agents say against them, and whose they are.
pub(crate) const FILED: &str = "
ALTER TABLE reviews ADD COLUMN kind TEXT NOT NULL DEFAULT 'customer';
-- Who filed it, as JSON.
ALTER TABLE reviews ADD COLUMN reviewer TEXT;
ALTER TABLE reviews ADD COLUMN turn BLOB;
ALTER TABLE reviews ADD COLUMN question TEXT;
-- As JSON.
ALTER TABLE reviews ADD COLUMN dispute TEXT;
CREATE TABLE review_shares (
    user     BLOB NOT NULL,
    asked_at INTEGER NOT NULL,
    review   BLOB NOT NULL,
    PRIMARY KEY (user, asked_at, review)
) STRICT, WITHOUT ROWID;";

/// What customers do not want to answer, what is deleted, and which scores are confirmed.
pub(crate) const ENDED: &str = "
ALTER TABLE reviews ADD COLUMN declined_at INTEGER;
-- 1: the customer does not want to be asked again.
ALTER TABLE reviews ADD COLUMN opted_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reviews ADD COLUMN engagement BLOB;
-- By whom and when, as JSON.
ALTER TABLE reviews ADD COLUMN deleted TEXT;
ALTER TABLE reviews ADD COLUMN confirmed TEXT;";

/// Events that are read at a time.
const PAGE: u32 = 500;

/// A review that one of ours files.
#[derive(Clone, Debug)]
pub(crate) struct Filed {
    pub id: ReviewId,
    pub conversation: ConversationId,
    pub round: u32,
    /// Your Logic, or an agent.
    pub reviewer: Participant,
    pub turn: Option<TurnId>,
    pub engagement: Option<EngagementId>,
    pub question: String,
    pub score: u8,
    pub comment: String,
    pub shares: Vec<Share>,
    pub at: Time,
}

impl Filed {
    /// A review without an author and a score, about the words of one participant, or about the round.
    pub(crate) fn of(state: &Conversation, said_by: Option<&Participant>, at: Time) -> Self {
        Self {
            id: ReviewId(Uuid::nil()),
            conversation: state.id,
            round: state.round_no(),
            reviewer: Participant::System,
            turn: None,
            engagement: None,
            question: String::new(),
            score: 0,
            comment: String::new(),
            shares: said_by.map_or_else(|| state.shares(), |by| vec![Share { by: by.clone(), turns: 1 }]),
            at,
        }
    }

    /// Whether a known review is this one.
    pub(crate) fn is(&self, known: &ReviewRow) -> bool {
        known.conversation == self.conversation
            && known.reviewer.as_ref().is_some_and(|by| by.same(&self.reviewer))
            && known.turn == self.turn
            && known.engagement == self.engagement
            && known.question.as_deref().unwrap_or_default() == self.question
            && known.comment.as_deref().unwrap_or_default() == self.comment
            && known.score == Some(self.score)
    }
}

/// Keeps a review that one of ours files; false if there is one of its id.
pub(crate) fn file(connection: &Connection, filed: &Filed) -> Result<bool, StoreError> {
    let kind = if filed.reviewer == Participant::Logic { ReviewType::Auto } else { ReviewType::Reviewer };
    let mut query = connection.prepare_cached(
        "INSERT INTO reviews (id, conversation, round, asked_at, answered_at, score, comment, shares, kind, reviewer, turn,
             question, engagement)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO NOTHING",
    )?;
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let is_new = query.execute(params![
        Id(filed.id.0),
        Id(filed.conversation.0),
        filed.round,
        filed.at.0,
        i64::from(filed.score),
        some(&filed.comment),
        json(&filed.shares)?,
        name_of(kind),
        json(&filed.reviewer)?,
        filed.turn.map(|turn| Id(turn.0)),
        some(&filed.question),
        filed.engagement.map(|engagement| Id(engagement.0))
    ])? > 0;
    if is_new {
        share(connection, filed.id, filed.at.0, &filed.shares)?;
    }
    Ok(is_new)
}

/// Who of ours had this part in a conversation.
pub(crate) fn engaged(
    connection: &Connection,
    conversation: ConversationId,
    engagement: EngagementId,
) -> Result<Option<Participant>, StoreError> {
    let mut after = Position(0);
    loop {
        let (found, more) = events::of_conversation(connection, conversation, Part::After(after), PAGE)?;
        let begun = found.iter().find_map(|event| match &event.body {
            EventBody::EngagementStarted { engagement: begun } if begun.id == engagement => Some(begun),
            _ => None,
        });
        if let Some(begun) = begun {
            let by_logic = (begun.kind == EngagementKind::Logic).then_some(Participant::Logic);
            return Ok(begun.person().cloned().or(by_logic));
        }
        match found.last() {
            Some(last) if more => after = last.position,
            _ => return Ok(None),
        }
    }
}

/// Keeps whose score it is.
fn share(connection: &Connection, review: ReviewId, asked_at: i64, shares: &[Share]) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO review_shares (user, asked_at, review) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    for user in shares.iter().filter_map(|share| share.by.user()) {
        query.execute(params![Id(user.0), asked_at, Id(review.0)])?;
    }
    Ok(())
}

/// Keeps that an agent disagrees with a score of theirs.
pub(crate) fn dispute(connection: &Connection, review: ReviewId, dispute: &Dispute) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached("UPDATE reviews SET dispute = ?2 WHERE id = ?1")?;
    query.execute(params![Id(review.0), json(dispute)?])?;
    Ok(())
}

/// Keeps that one of ours confirms a score.
pub(crate) fn confirm(connection: &Connection, review: ReviewId, confirmed: &Judged) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached("UPDATE reviews SET confirmed = ?2 WHERE id = ?1")?;
    query.execute(params![Id(review.0), json(confirmed)?])?;
    Ok(())
}

/// Takes away what one of ours has filed. That it was there stays, so that a late repeat does not bring it back.
pub(crate) fn delete(connection: &Connection, review: ReviewId, deleted: &Judged) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "UPDATE reviews SET deleted = ?2, score = NULL, comment = NULL, question = NULL, dispute = NULL, confirmed = NULL
         WHERE id = ?1 AND kind <> 'customer' AND deleted IS NULL",
    )?;
    query.execute(params![Id(review.0), json(deleted)?])?;
    Ok(())
}

fn name_of(kind: ReviewType) -> &'static str {
    match kind {
        ReviewType::Customer => "customer",
        ReviewType::Reviewer => "reviewer",
        ReviewType::Auto => "auto",
    }
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| damaged("review", &error))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| damaged("review", &error))
}

fn damaged(what: &'static str, error: &impl ToString) -> StoreError {
    StoreError::Damaged { what, detail: error.to_string() }
}

fn plan_of(text: &str) -> Result<ReviewPlan, StoreError> {
    serde_json::from_str(text).map_err(|error| damaged("review plan", &error))
}

/// All plans, by brand.
pub(crate) fn plans(connection: &Connection) -> Result<Vec<(BrandId, ReviewPlan)>, StoreError> {
    let mut query = connection.prepare_cached("SELECT brand, plan FROM review_plans ORDER BY brand")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, Id>(0)?, row.get::<_, String>(1)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(|(brand, text)| Ok((BrandId(brand.0), plan_of(&text)?))).collect()
}

/// The brand's plan.
pub(crate) fn plan(connection: &Connection, brand: BrandId) -> Result<Option<ReviewPlan>, StoreError> {
    let mut query = connection.prepare_cached("SELECT plan FROM review_plans WHERE brand = ?1")?;
    let text = query.query_row([Id(brand.0)], |row| row.get::<_, String>(0)).optional()?;
    text.map(|text| plan_of(&text)).transpose()
}

pub(crate) fn put_plan(connection: &Connection, brand: BrandId, plan: &ReviewPlan) -> Result<(), StoreError> {
    let text = serde_json::to_string(plan).map_err(|error| damaged("review plan", &error))?;
    let mut query = connection.prepare_cached(
        "INSERT INTO review_plans (brand, plan) VALUES (?1, ?2)
         ON CONFLICT (brand) DO UPDATE SET plan = excluded.plan",
    )?;
    query.execute(params![Id(brand.0), text])?;
    Ok(())
}

/// False if there was none.
pub(crate) fn remove_plan(connection: &Connection, brand: BrandId) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("DELETE FROM review_plans WHERE brand = ?1")?;
    Ok(query.execute([Id(brand.0)])? > 0)
}

const LAST_ASKED: &str = "SELECT MAX(reviews.asked_at), COALESCE(MAX(reviews.opted_out), 0) FROM conversations
     JOIN reviews ON reviews.conversation = conversations.id AND reviews.reason IS NULL
         AND reviews.kind = 'customer'
     WHERE conversations.customer = ?1";

/// Whether a customer can be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// When they were last asked.
    pub last: Option<Time>,
    /// They want to be asked no more.
    pub opted_out: bool,
}

impl Asked {
    pub(crate) fn and(self, other: Self) -> Self {
        Self { last: self.last.max(other.last), opted_out: self.opted_out || other.opted_out }
    }
}

/// How the customer was asked in all of their conversations.
pub(crate) fn last_asked(connection: &Connection, customer: CustomerId) -> Result<Asked, StoreError> {
    let mut query = connection.prepare_cached(LAST_ASKED)?;
    let row = query.query_row([Id(customer.0)], |row| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, i64>(1)?)))?;
    Ok(Asked { last: row.0.map(Time), opted_out: row.1 > 0 })
}

/// The conversation of a request.
pub(crate) fn conversation_of(connection: &Connection, review: ReviewId) -> Result<Option<ConversationId>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT conversation FROM reviews WHERE id = ?1 AND expires_at IS NOT NULL AND kind = 'customer'",
    )?;
    Ok(query.query_row([Id(review.0)], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0))).optional()?)
}

/// Keeps what an event says of a review.
pub(crate) fn follow(connection: &Connection, event: &Event) -> Result<(), StoreError> {
    match &event.body {
        EventBody::ReviewAsked { review, round, expires, .. } => {
            insert(connection, event, *review, *round, None, Some(*expires))
        }
        EventBody::ReviewNotAsked { round, reason } => {
            let id = event.conversation.review_at(event.position);
            insert(connection, event, id, *round, Some(*reason), None)
        }
        EventBody::ReviewEnded { review, end: ReviewEnd::Undelivered } => {
            let sql = "UPDATE reviews SET reason = ?2 WHERE id = ?1";
            connection.prepare_cached(sql)?.execute(params![Id(review.0), NotAsked::Undelivered.name()])?;
            Ok(())
        }
        EventBody::ReviewEnded { review, end } => {
            let sql = "UPDATE reviews SET reason = NULL, declined_at = COALESCE(declined_at, ?2), opted_out = ?3
                       WHERE id = ?1";
            let opted_out = i64::from(*end == ReviewEnd::OptedOut);
            connection.prepare_cached(sql)?.execute(params![Id(review.0), event.time.0, opted_out])?;
            Ok(())
        }
        // Who answers has been asked.
        EventBody::FeedbackGiven { score, text, review: Some(review), shares } => {
            let mut query = connection.prepare_cached(
                "UPDATE reviews SET reason = NULL, edited_at = CASE WHEN answered_at IS NULL THEN NULL ELSE ?2 END,
                     answered_at = COALESCE(answered_at, ?2), score = ?3, comment = ?4, shares = ?5
                 WHERE id = ?1 RETURNING asked_at",
            )?;
            let comment = (!text.is_empty()).then_some(text);
            let values = params![Id(review.0), event.time.0, i64::from(*score), comment, json(shares)?];
            let asked_at = query.query_row(values, |row| row.get::<_, i64>(0)).optional()?;
            asked_at.map_or(Ok(()), |asked_at| share(connection, *review, asked_at, shares))
        }
        _ => Ok(()),
    }
}

fn insert(
    connection: &Connection,
    event: &Event,
    id: ReviewId,
    round: u32,
    reason: Option<NotAsked>,
    expires: Option<Time>,
) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO reviews (id, conversation, round, asked_at, reason, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let (of, reason, expires) = (Id(event.conversation.0), reason.map(NotAsked::name), expires.map(|at| at.0));
    query.execute(params![Id(id.0), of, round, event.time.0, reason, expires])?;
    Ok(())
}

const COLUMNS: &str = "id, conversation, round, reviews.asked_at, reason, expires_at, answered_at, edited_at, score, \
     comment, shares, kind, reviewer, turn, question, dispute, declined_at, opted_out, engagement, deleted, confirmed, \
     (SELECT customers.name FROM conversations JOIN customers ON customers.id = conversations.customer \
      WHERE conversations.id = reviews.conversation)";
const BEFORE: &str = "FROM reviews WHERE (asked_at, id) < (?1, ?2) ORDER BY asked_at DESC, id DESC LIMIT ?3";
const LOW_BEFORE: &str =
    "FROM reviews WHERE score <= 2 AND (asked_at, id) < (?1, ?2) ORDER BY asked_at DESC, id DESC LIMIT ?3";

const OWN_BEFORE: &str = "FROM review_shares s JOIN reviews ON reviews.id = s.review
     WHERE s.user = ?4 AND (s.asked_at, s.review) < (?1, ?2) AND (?5 = 0 OR score <= 2)
     ORDER BY s.asked_at DESC, s.review DESC LIMIT ?3";

/// A page's end: what follows was asked before.
#[derive(Clone, Copy)]
pub(crate) struct Before {
    pub asked_at: i64,
    pub id: Uuid,
}

impl Before {
    /// Before nothing: the newest.
    pub(crate) const END: Self = Self { asked_at: i64::MAX, id: Uuid::max() };
}

/// Which reviews are listed.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// Only scores of 1 and 2.
    pub low: bool,
    /// Only scores of this user.
    pub of: Option<UserId>,
}

/// The newest reviews before a place.
pub(crate) fn list(
    connection: &Connection,
    wanted: Wanted,
    before: Before,
    limit: u32,
    now: Time,
) -> Result<Vec<ReviewRow>, StoreError> {
    let from = match (wanted.of, wanted.low) {
        (Some(_), _) => OWN_BEFORE,
        (None, true) => LOW_BEFORE,
        (None, false) => BEFORE,
    };
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} {from}"))?;
    let place = (before.asked_at, Id(before.id));
    let mut rows = match wanted.of {
        Some(user) => query.query(params![place.0, place.1, limit, Id(user.0), i64::from(wanted.low)])?,
        None => query.query(params![place.0, place.1, limit])?,
    };
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(review_of(&row, now)?);
    }
    Ok(found)
}

/// One review.
pub(crate) fn get(connection: &Connection, id: ReviewId, now: Time) -> Result<Option<ReviewRow>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM reviews WHERE id = ?1"))?;
    let mut rows = query.query([Id(id.0)])?;
    rows.next()?.map(|row| review_of(&row, now)).transpose()
}

fn review_of(row: &Row<'_>, now: Time) -> Result<ReviewRow, StoreError> {
    let at = |column| Ok::<_, StoreError>(row.get::<_, Option<i64>>(column)?.map(Time));
    let (reason, shares) = (row.get::<_, Option<String>>(4)?, row.get::<_, Option<String>>(10)?);
    let reason: Option<NotAsked> = match reason {
        Some(name) => Some(serde_json::from_value(name.into()).map_err(|error| damaged("review", &error))?),
        None => None,
    };
    let (expires_at, answered_at) = (at(5)?, at(6)?);
    let texts = |column| row.get::<_, Option<String>>(column);
    let judged = |column| texts(column)?.map(|text| from_json::<Judged>(&text)).transpose();
    let (declined_at, deleted, confirmed) = (at(16)?, judged(19)?, judged(20)?);
    let status = match (reason, answered_at, expires_at) {
        _ if deleted.is_some() => ReviewStatus::Deleted,
        (Some(_), ..) => ReviewStatus::NotAsked,
        (None, Some(_), _) => ReviewStatus::Answered,
        (None, None, _) if declined_at.is_some() => ReviewStatus::Declined,
        (None, None, Some(expires)) if expires <= now => ReviewStatus::Expired,
        (None, None, _) => ReviewStatus::Asked,
    };
    let kind = match row.get::<_, String>(11)?.as_str() {
        "reviewer" => ReviewType::Reviewer,
        "auto" => ReviewType::Auto,
        _ => ReviewType::Customer,
    };
    let edited_at = at(7)?;
    // What was said about an earlier answer says nothing about this one.
    let is_about_it = |said: Time| edited_at.is_none_or(|edited| said >= edited);
    let dispute: Option<Dispute> = texts(15)?.map(|text| from_json(&text)).transpose()?;
    let dispute = dispute.filter(|dispute| is_about_it(dispute.at));
    let confirmed = confirmed.filter(|confirmed| is_about_it(confirmed.at));
    // Who looks at a score after it was disputed has the last word.
    let verified = match (&dispute, &confirmed) {
        (None, None) => ReviewVerified::None,
        (Some(dispute), Some(confirmed)) if confirmed.at < dispute.at => ReviewVerified::Disputed,
        (Some(_), None) => ReviewVerified::Disputed,
        (_, Some(_)) => ReviewVerified::Correct,
    };
    let score = row.get::<_, Option<i64>>(8)?.and_then(|score| u8::try_from(score).ok());
    Ok(ReviewRow {
        id: ReviewId(row.get::<_, Id>(0)?.0),
        kind,
        turn: row.get::<_, Option<Id>>(13)?.map(|turn| TurnId(turn.0)),
        engagement: row.get::<_, Option<Id>>(18)?.map(|engagement| EngagementId(engagement.0)),
        question: texts(14)?,
        reviewer: texts(12)?.map(|text| from_json(&text)).transpose()?,
        conversation: ConversationId(row.get::<_, Id>(1)?.0),
        customer: texts(21)?,
        round: row.get(2)?,
        status,
        reason,
        asked_at: Time(row.get(3)?),
        expires_at,
        declined_at,
        opted_out: row.get::<_, i64>(17)? > 0,
        answered_at,
        edited_at,
        score,
        normal: score.map(|score| f64::from(score.saturating_sub(1)) / 4.0),
        comment: row.get(9)?,
        shares: match shares {
            Some(shares) => from_json(&shares)?,
            None => Vec::new(),
        },
        verified,
        dispute,
        confirmed,
        deleted,
    })
}

/// How this conversation's customer was last asked in it, if that is in no table yet.
pub(crate) fn asked_in(state: &Conversation) -> Asked {
    let review = state.review.as_deref();
    let last = review.filter(|review| review.is_asked()).map(|review| review.asked);
    Asked { last, opted_out: review.is_some_and(|review| review.end == Some(ReviewEnd::OptedOut)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::assert_indexed;

    #[test]
    fn lists_follow_their_indexes() {
        for from in [BEFORE, LOW_BEFORE, OWN_BEFORE] {
            assert_indexed(&format!("SELECT {COLUMNS} {from}"), false);
        }
        assert_indexed(LAST_ASKED, false);
    }
}
