//! Requests for reviews and their answers.

use super::open::Open;
use super::round::count;
use super::rows::ReviewRow;
use super::tables::{Rows, put};
use crate::event::{Event, EventBody};
use crate::ids::ReviewId;
use crate::review::{NotAsked, ReviewEnd};

impl Open {
    pub(super) fn review(&mut self, event: &Event, version: u64, rows: &mut Rows) {
        let begun = |id: ReviewId, round_no: u32, not_asked: Option<NotAsked>| ReviewRow {
            review_id: id,
            conversation_id: event.conversation,
            round_no,
            asked_at: event.time,
            not_asked,
            expires_at: None,
            declined_at: None,
            answered_at: None,
            edited_at: None,
            score: None,
            comment_length: None,
            by: None,
            agent_id: None,
            sharing: None,
        };
        match &event.body {
            EventBody::ReviewAsked { review, round, expires, .. } => {
                let row = ReviewRow { expires_at: Some(*expires), ..begun(*review, *round, None) };
                put(&mut rows.reviews, version, *review, row.clone());
                let old = self.reviews.len().saturating_sub(1);
                self.reviews.drain(..old);
                self.reviews.push(row);
                if self.round.row.id.no == *round {
                    self.round.row.review_id = Some(*review);
                }
            }
            EventBody::ReviewNotAsked { round, reason } => {
                let id = event.conversation.review_at(event.position);
                put(&mut rows.reviews, version, id, begun(id, *round, Some(*reason)));
            }
            EventBody::ReviewEnded { review, end } => {
                let Some(row) = self.reviews.iter_mut().find(|row| row.review_id == *review) else { return };
                match end {
                    ReviewEnd::Undelivered => row.not_asked = Some(NotAsked::Undelivered),
                    ReviewEnd::Declined | ReviewEnd::OptedOut => row.declined_at = row.declined_at.or(Some(event.time)),
                }
                put(&mut rows.reviews, version, *review, row.clone());
            }
            EventBody::FeedbackGiven { score, text, review: Some(id), shares } => {
                let Some(row) = self.reviews.iter_mut().find(|row| row.review_id == *id) else { return };
                // Who answers has been asked.
                row.not_asked = None;
                row.edited_at = row.answered_at.map(|_| event.time);
                row.answered_at.get_or_insert(event.time);
                let main = shares.first().map(|share| &share.by);
                (row.score, row.comment_length) = (Some(*score), Some(count(text.chars().count())));
                (row.by, row.agent_id) = (main.map(|by| by.kind()), main.and_then(|by| by.user()));
                row.sharing = Some(count(shares.len()));
                put(&mut rows.reviews, version, *id, row.clone());
            }
            _ => {}
        }
    }
}
