//! Reviews are silent, whatever else happens.

use tandem_conversation::{Command, Conversation, Event, EventBody, ReviewPlan};

use crate::world::World;

/// Most rounds are asked about, soon enough for a plan of the test.
pub(crate) fn plan() -> ReviewPlan {
    ReviewPlan { delay_s: 10, sample_percent: 80, ..ReviewPlan::default() }
}

impl World {
    /// An answer to the request that is open, or to none.
    pub(crate) fn feedback(&self, pick: usize, to_request: bool) -> Command {
        let review = self.state.review.as_ref().filter(|_| to_request).map(|review| review.id);
        Command::GiveFeedback { review, score: u8::try_from(pick % 7).expect("small"), text: String::new() }
    }

    pub(crate) fn check_review(&self, before: &Conversation, event: &Event) {
        let after = &self.state;
        let asked = match &event.body {
            EventBody::ReviewAsked { round, .. } => Some(*round),
            EventBody::ReviewNotAsked { round, .. } => {
                assert!(before.review_at.is_some(), "only what was planned is not asked");
                Some(*round)
            }
            EventBody::FeedbackGiven { review, shares, .. } => {
                assert!(review.is_none() || before.review.is_some(), "an answer needs a request");
                assert!(review.is_some() || shares.is_empty());
                None
            }
            _ => return,
        };
        if let Some(round) = asked {
            assert_eq!(round, before.round_no());
            assert!(!before.is_reviewed(), "once per round");
        }
        assert_eq!(after.status, before.status);
        assert_eq!(after.help, before.help);
        assert_eq!(after.engagements, before.engagements);
        assert_eq!(after.wait(), before.wait());
        assert_eq!((after.waiting_since, after.waits_for_person), (before.waiting_since, before.waits_for_person));
        assert_eq!(after.unanswered_by_person, before.unanswered_by_person);
        assert_eq!(after.last_words, before.last_words);
    }
}
