//! The pure core: what a conversation is, what may happen to it, and what follows.
//!
//! Owns the vocabulary (ids, participants, turns, engagements), the events, the commands, and the one state machine
//! that hub and desk share. Must never do I/O, read a clock, draw a random number or await anything: time and ids are
//! passed in, so that every decision can be replayed.

mod alone;
pub mod as_seen;
mod blank;
pub mod board;
mod button;
mod channel;
mod command;
mod contact;
mod contents;
mod custom;
mod customer;
mod decide;
mod dismissed;
mod drawn;
mod engaged;
mod engagement;
mod event;
mod failure;
mod handover;
mod hearing;
mod help;
mod ids;
mod label;
mod library;
pub mod limits;
mod logic;
pub mod measure;
mod mention;
mod notice;
mod part;
mod participant;
mod permission;
mod queue;
mod rejection;
mod review;
mod round;
mod section;
mod silence;
mod skills;
mod snooze;
mod snoozing;
mod state;
mod template;
mod time;
mod tolerant;
mod trigger;
mod turn;
mod voice;
mod wait;

pub use alone::{Attended, attended, left_alone};
pub use blank::{is_blank, one_line, turns_text};
pub use button::{Button, Filled, Unusable};
pub use channel::{Channel, Facts, FileKind, Limits, Reporting};
pub use command::{Command, Context, Envelope, Invitee, Looked, Opening};
pub use contact::{Contact, ContactKind, Former, LinkSource};
pub use contents::{
    CALL, CALL_PERMISSION, CardPerson, DELETED, Degrees, FormField, NEWS, OrderLine, RENUMBERED, REUSED,
};
pub use customer::CustomerRef;
pub use decide::{decide, decide_and_apply};
pub use dismissed::{Dismissed, UNDO_MS};
pub use drawn::{Drawn, UsedReply};
pub use engagement::{EndReason, Engagement, EngagementKind};
pub use event::{Event, EventBody, GOES_ON_ELSEWHERE, Side};
pub use failure::LogicFailure;
pub use handover::{Grade, Graded, Handover, OpenHandover, Point};
pub use hearing::Window;
pub use help::{Dismissal, GoesOn, HelpReason, Ladder, NeedsHelp, Reach};
pub use ids::{
    BrandId, ButtonId, CallId, CommandId, ContactId, ConversationId, CustomerId, EngagementId, LinkId, MediaId,
    Position, QuestionId, QuickReplyId, RequestId, ReviewId, TurnId, UserId,
};
pub use label::check_label;
pub use library::{
    Audience, Gap, Item, ItemState, LibraryChoice, Question, QuestionKind, QuestionText, QuickReply, Resolved, Spoken,
    Values, carries, check_template, first_gap, is_verbatim, resolve, spoken_in,
};
pub use logic::{Action, Control, Fallback, Learnt, LogicRequest, LogicState, Pending, difference, joined};
pub use mention::{Mention, Named, OpenMention};
pub use notice::{Availability, LOW_SCORE_MS, Notice, NoticeKind, Viewer, is_called, notice};
pub use part::Part;
pub use participant::{Participant, ParticipantKind};
pub use permission::{Permission, Permissions, Role, Scope};
pub use queue::Queue;
pub use rejection::Rejection;
pub use review::{NotAsked, Review, ReviewAnswer, ReviewEnd, ReviewPlan, ReviewWhen, Share, check_review, percent_of};
pub use round::CurrentRound;
pub use section::{Access, RETENTION_MS, Section, may_read, sections, visible};
pub use silence::is_courtesy;
pub use skills::Skills;
pub use snooze::{Over, Snooze, SnoozeEnd};
pub use state::{Conversation, LastWords, OpenTurn, PastAgent, Receipts, Status};
pub use template::{Template, TemplateButton, TemplatePart, TemplateSlot, TemplateValue};
pub use time::Time;
pub use trigger::{Trigger, trigger_of};
pub use turn::{Choice, Content, Media, Remedy, Stage, Turn, check_link_ttl};
pub use voice::{PERSON_SILENT_MS, Voice, Word};
pub use wait::{Awaited, Targets, Wait, wanted};
