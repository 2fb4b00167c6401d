//! The metrics: what each counts or divides, over which rows, and to which time a row belongs. `docs/analytics.md`
//! explains them.

use tandem_conversation::measure::Rate;

/// How rows become a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// How many rows.
    Count,
    /// Different conversations.
    Distinct,
    /// Sizes, in milliseconds.
    Sizes,
    /// Scores from 1 to 5.
    Scores,
    /// A share.
    Share,
}

impl Form {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Count | Self::Distinct => "count",
            Self::Sizes => "ms",
            Self::Scores => "score",
            Self::Share => "share",
        }
    }
}

/// Which rows, and what of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    Conversations,
    /// A column of rounds; `inbound` leaves those out that we began. Without a column, rounds are counted.
    Rounds {
        column: Option<&'static str>,
        inbound: bool,
    },
    Rate(Rate),
    /// The next round by the customer within a time.
    Reopened,
    /// Another conversation of the customer within a time.
    Returning,
    /// Rounds in which Your Logic was asked: those in which it fell back.
    Fallback,
    ServiceLevel,
    ServiceLevelJoin,
    Abandonment,
    /// Ended engagements of agents, and a column of them.
    Engagements(Option<&'static str>),
    Responses,
    Requests,
    /// Requests that failed.
    Failures,
    Calls(&'static str),
    /// Calls for help: those that nobody was shown.
    Unseen,
    /// Packets: those that were graded.
    Graded,
    /// Graded packets, by their grade.
    Grades,
    /// Suggestions: those with whose words a reply began.
    Suggestions,
    /// Messages of ours that were sent: those that failed.
    Failed,
    /// Answers to requests for reviews.
    Scores,
    /// The same: those with a good score.
    Satisfied,
    /// Requests for reviews: those that were answered.
    Reviewed,
    Occupancy,
    Load,
    Concurrency,
}

/// One metric.
#[derive(Debug)]
pub(crate) struct Metric {
    pub id: &'static str,
    pub form: Form,
    pub rows: Rows,
    /// The column with the time to which a row belongs.
    pub time: &'static str,
    pub words: &'static str,
}

impl Metric {
    /// Whether each row belongs to one agent.
    pub(crate) fn has_agent(&self) -> bool {
        matches!(
            self.rows,
            Rows::Engagements(_)
                | Rows::Responses
                | Rows::Scores
                | Rows::Satisfied
                | Rows::Occupancy
                | Rows::Load
                | Rows::Concurrency
                | Rows::Grades
                | Rows::Failed
        )
    }

    /// Whether rows are slots of agents instead of conversations' rows.
    pub(crate) fn is_of_slots(&self) -> bool {
        matches!(self.rows, Rows::Occupancy | Rows::Load | Rows::Concurrency)
    }

    /// The table whose rows stand behind it.
    pub(crate) fn table(&self) -> &'static str {
        match self.rows {
            Rows::Conversations => "conversation",
            Rows::Rounds { .. } | Rows::Rate(_) | Rows::Reopened | Rows::Returning | Rows::Fallback => "round",
            Rows::ServiceLevel | Rows::ServiceLevelJoin | Rows::Abandonment | Rows::Engagements(_) => "engagement",
            Rows::Responses | Rows::Suggestions | Rows::Failed => "turn",
            Rows::Graded | Rows::Grades => "handover",
            Rows::Requests | Rows::Failures => "logic_request",
            Rows::Calls(_) | Rows::Unseen => "call",
            Rows::Scores | Rows::Satisfied | Rows::Reviewed => "review",
            Rows::Occupancy | Rows::Load | Rows::Concurrency => "activity",
        }
    }
}

pub(crate) fn named(id: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.id == id)
}

const fn metric(id: &'static str, form: Form, rows: Rows, time: &'static str, words: &'static str) -> Metric {
    Metric { id, form, rows, time, words }
}

const fn of(column: &'static str) -> Rows {
    Rows::Rounds { column: Some(column), inbound: false }
}

const fn inbound(column: &'static str) -> Rows {
    Rows::Rounds { column: Some(column), inbound: true }
}

use Form::{Count, Distinct, Scores, Share, Sizes};

pub(crate) const METRICS: &[Metric] = &[
    metric("conversations_started", Count, Rows::Conversations, "started_at", "Conversations that began"),
    metric(
        "rounds_started",
        Count,
        Rows::Rounds { column: None, inbound: false },
        "started_at",
        "Starts and reopenings",
    ),
    metric(
        "rounds_completed",
        Count,
        Rows::Rounds { column: None, inbound: false },
        "completed_at",
        "Completed rounds",
    ),
    metric(
        "conversations_handled",
        Distinct,
        Rows::Engagements(None),
        "ended_at",
        "Different conversations with an ended engagement of an agent",
    ),
    metric(
        "first_response",
        Sizes,
        inbound("first_response_ms"),
        "t0",
        "From the customer's first words to our first words, of anybody; inbound rounds",
    ),
    metric("first_answer", Sizes, inbound("first_answer_ms"), "t0", "The same without words that only hold the line"),
    metric(
        "first_person_response",
        Sizes,
        inbound("first_person_response_ms"),
        "t0",
        "From the customer's first words to the first words of a person; inbound rounds",
    ),
    metric(
        "person_wait",
        Sizes,
        of("person_wait_ms"),
        "wanted_at",
        "From the moment at which a person is wanted to the first words of a person",
    ),
    metric(
        "service_level",
        Share,
        Rows::ServiceLevel,
        "started_at",
        "Queues in which a person spoke within t, of those answered, given up or left",
    ),
    metric("service_level_join", Share, Rows::ServiceLevelJoin, "started_at", "The same until a person joined"),
    metric(
        "abandonment",
        Share,
        Rows::Abandonment,
        "started_at",
        "Queues that ended without a person, of those answered, given up or left",
    ),
    metric("response_time", Sizes, Rows::Responses, "at", "How long customers waited for each of our answers"),
    metric("open_time", Sizes, of("open_ms"), "completed_at", "From the first words of a round to its completion"),
    metric("person_time", Sizes, of("person_ms"), "completed_at", "Part of the open time with a person"),
    metric("queue_time", Sizes, of("queue_ms"), "completed_at", "Part of the open time in which a person was wanted"),
    metric("logic_time", Sizes, of("logic_ms"), "completed_at", "Part of the open time with Your Logic alone"),
    metric(
        "handle_time",
        Sizes,
        Rows::Engagements(Some("handle_ms")),
        "ended_at",
        "Ended engagements of agents, with their wrap-up",
    ),
    metric(
        "shared_handle_time",
        Sizes,
        Rows::Engagements(Some("shared_ms")),
        "ended_at",
        "The same, each instant divided among the agent's engagements at that instant",
    ),
    metric("occupancy", Share, Rows::Occupancy, "slot_start", "Time with at least one engagement, of the time present"),
    metric(
        "load",
        Share,
        Rows::Load,
        "slot_start",
        "Engagements' time added up, of capacity × time available or busy; may be over 1",
    ),
    metric(
        "concurrency",
        Share,
        Rows::Concurrency,
        "slot_start",
        "Engagements' time added up ÷ time with at least one; 1 or more",
    ),
    metric(
        "transfer_rate",
        Share,
        Rows::Rate(Rate::Transfer),
        "completed_at",
        "Completed rounds that were handed over, of those with a person",
    ),
    metric(
        "one_contact",
        Share,
        Rows::Rate(Rate::OneContact),
        "completed_at",
        "Rounds that one person completed alone and whose customer did not come back, of those that one person \
         completed alone",
    ),
    metric(
        "reopen_rate",
        Share,
        Rows::Reopened,
        "completed_at",
        "Completed rounds that the customer reopened within 7 days",
    ),
    metric(
        "returning",
        Share,
        Rows::Returning,
        "completed_at",
        "Completed rounds after which the customer started another conversation within 7 days",
    ),
    metric("involvement", Share, Rows::Rate(Rate::Involvement), "t0", "Inbound rounds in which Your Logic spoke"),
    metric(
        "containment",
        Share,
        Rows::Rate(Rate::Containment),
        "completed_at",
        "Rounds that Your Logic had alone and in which nobody wanted a person, of completed rounds in which it spoke",
    ),
    metric(
        "confirmed_resolution",
        Share,
        Rows::Rate(Rate::ConfirmedResolution),
        "completed_at",
        "Contained rounds whose customer confirmed it, of completed rounds in which Your Logic spoke",
    ),
    metric(
        "automation",
        Share,
        Rows::Rate(Rate::Automation),
        "completed_at",
        "Contained rounds, of all completed inbound rounds",
    ),
    metric(
        "deflection",
        Share,
        Rows::Rate(Rate::Deflection),
        "completed_at",
        "Completed inbound rounds without any person; says nothing about whether it helped",
    ),
    metric(
        "handover_rate",
        Share,
        Rows::Rate(Rate::Handover),
        "wanted_at",
        "Rounds in which a person was wanted, of those in which Your Logic spoke",
    ),
    metric(
        "fallback_rate",
        Share,
        Rows::Fallback,
        "asked_at",
        "Rounds in which Your Logic could not go on, of those in which it was asked",
    ),
    metric("logic_response", Sizes, Rows::Requests, "asked_at", "How long Your Logic took"),
    metric(
        "logic_failures",
        Share,
        Rows::Failures,
        "asked_at",
        "Requests to Your Logic that failed, of all that ended",
    ),
    metric(
        "csat",
        Share,
        Rows::Satisfied,
        "asked_at",
        "Answered requests for reviews with a score of 4 or 5, of all answered ones; by agent, of whoever wrote most",
    ),
    metric("csat_mean", Scores, Rows::Scores, "asked_at", "Scores of answered requests for reviews, from 1 to 5"),
    metric(
        "csat_answered",
        Share,
        Rows::Satisfied,
        "answered_at",
        "Like csat, at the time of the first answer instead of the request",
    ),
    metric(
        "csat_mean_answered",
        Scores,
        Rows::Scores,
        "answered_at",
        "Like csat_mean, at the time of the first answer instead of the request",
    ),
    metric("csat_response", Share, Rows::Reviewed, "asked_at", "Requests for reviews that were answered"),
    metric(
        "handover_grade",
        Share,
        Rows::Grades,
        "graded_at",
        "Packets of Your Logic graded as helpful, of those that were graded; by grade, the share of each",
    ),
    metric("handover_graded", Share, Rows::Graded, "given_at", "Packets of Your Logic that were graded"),
    metric("suggestion_use", Share, Rows::Suggestions, "at", "Suggestions with whose words a reply began"),
    metric(
        "failed_sends",
        Share,
        Rows::Failed,
        "at",
        "Messages to customers that failed, of those that were sent or failed; by code, the share of each",
    ),
    metric(
        "alert_shown",
        Sizes,
        Rows::Calls("first_shown_ms"),
        "raised_at",
        "From a call for help to the first notification that was shown",
    ),
    metric("alert_unseen", Share, Rows::Unseen, "raised_at", "Calls for help of which nobody was shown a notification"),
    metric("alert_claim", Sizes, Rows::Calls("claim_ms"), "raised_at", "From a call for help to the agent who took it"),
];
