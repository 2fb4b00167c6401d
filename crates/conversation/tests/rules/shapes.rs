//! Stored and sent data survives a round trip: event → JSON → event.

use crate::limits::photo;
use crate::stage::{AEROLINX, MAYA, Stage, aerolinx, jonas, maya, opening};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, json};
use std::fmt::Debug;
use tandem_conversation::{
    Action, BrandId, CallId, CardPerson, Choice, CommandId, Contact, ContactKind, Content, Control, ConversationId,
    CustomerRef, Degrees, Dismissal, EndReason, Engagement, EngagementId, EngagementKind, Event, EventBody, Fallback,
    FormField, Former, GoesOn, HelpReason, Invitee, LinkSource, LogicFailure, LogicRequest, Mention, NeedsHelp,
    OrderLine, Participant, Permission, Position, Reach, Rejection, RequestId, Role, Side, SnoozeEnd, Stage as Step,
    TemplatePart, TemplateValue, Time, Turn, TurnId, UserId,
};
use uuid::Uuid;

const AT: Time = Time(1_793_800_951_250);

fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = serde_json::to_string(value).expect("it can be written");
    let back: T = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_eq!(&back, value, "{json}");
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn contents() -> Vec<Content> {
    vec![
        Content::Text { text: "¿Dónde está? 📦 \"\\\u{0}".into() },
        Content::Question { text: "Which?".into(), choices: vec![Choice { id: "a".into(), label: "A".into() }] },
        Content::Answer { question: TurnId(id(1)), choice: "a".into(), text: "A".into() },
        Content::Attachment { media: photo("a.png"), text: String::new() },
        Content::Template { name: "n".into(), language: "en".into(), values: values(), text: "t".into() },
        Content::Location {
            latitude: Degrees::new(52.516_274).expect("an angle"),
            longitude: Degrees::new(-0.000_000_1).expect("an angle"),
            name: String::new(),
            address: "a".into(),
            text: "t".into(),
        },
        Content::Card {
            people: vec![CardPerson { name: "Ana".into(), phones: vec!["+34600".into()], ..CardPerson::default() }],
            text: "t".into(),
        },
        Content::Order {
            lines: vec![OrderLine { product: "p".into(), quantity: 2, price: "1.50".into(), currency: "EUR".into() }],
            note: "n".into(),
            text: "t".into(),
        },
        Content::Form {
            name: "f".into(),
            fields: vec![FormField { name: "a".into(), value: "b".into() }],
            text: "t".into(),
        },
        Content::Unknown { kind: "poll".into(), detail: "d".into(), text: "t".into() },
        Content::Note { text: "n".into(), mentions: Vec::new(), handover: None },
        Content::Note { text: "n".into(), mentions: vec![Mention { user: MAYA, name: "Maya".into() }], handover: None },
        Content::Suggestion { text: "s".into(), why: None },
        Content::Suggestion { text: "s".into(), why: Some("late".into()) },
    ]
}

fn values() -> Vec<TemplateValue> {
    vec![TemplateValue { part: TemplatePart::Body, key: "1".into(), value: "v".into() }]
}

fn failures() -> Vec<LogicFailure> {
    vec![
        LogicFailure::NotConfigured,
        LogicFailure::Unreachable { detail: "refused".into() },
        LogicFailure::TimedOut { after_ms: 8000 },
        LogicFailure::Status { status: 503 },
        LogicFailure::Malformed { detail: "not JSON".into() },
        LogicFailure::Refused { action: 2, detail: "empty".into() },
    ]
}

fn kinds() -> Vec<EngagementKind> {
    let invitation = |note| {
        let transfer = false;
        EngagementKind::Invitation { invitee: jonas(), by: maya(), expires: AT, note, transfer }
    };
    let transfer = EngagementKind::Invitation {
        invitee: jonas(),
        by: maya(),
        expires: AT,
        note: Some("he knows the route".into()),
        transfer: true,
    };
    vec![
        EngagementKind::Agent { participant: maya() },
        EngagementKind::ExternalAgent { participant: aerolinx(), expires: AT },
        EngagementKind::Logic,
        EngagementKind::SelfService,
        EngagementKind::Queue,
        invitation(None),
        invitation(Some("please".into())),
        transfer,
    ]
}

fn ends() -> Vec<EndReason> {
    use EndReason as E;
    vec![
        E::Left { why: "lunch".into() },
        E::Completed,
        E::Delegated,
        E::Removed,
        E::TakenOver,
        E::Transferred,
        E::Expired,
        E::Revoked,
        E::SwitchedOff,
        E::Over,
        E::Accepted,
        E::Declined,
        E::Missed,
        E::Withdrawn,
    ]
}

fn reasons() -> Vec<HelpReason> {
    use HelpReason as H;
    let mut reasons = vec![
        H::LogicAsked { detail: "d".into() },
        H::CustomerAsked { detail: String::new() },
        H::AgentAsked { detail: "d".into() },
        H::LogicSilent,
        H::LastPersonLeft,
        H::InvitationOver,
        H::LinkOver,
        H::NobodyEngaged,
    ];
    reasons.extend(failures().into_iter().map(|failure| H::LogicFailed { failure }));
    reasons
}

fn bodies() -> Vec<EventBody> {
    use EventBody as B;
    let tandem_conversation::Opening { customer, contact, channel, .. } = opening();
    let started = |brand, language, custom| B::Started {
        customer: customer.clone(),
        contact,
        channel,
        brand,
        language,
        custom,
        engage_logic: true,
        heard_at: (brand.is_some()).then_some(AT),
        line: (brand.is_some()).then(|| "main".to_owned()),
    };
    let custom = Map::from_iter([("a".to_owned(), json!({"b": [1, null, "x", 1.5]}))]);
    let request = |silent| LogicRequest { id: RequestId(id(2)), trigger: Position(3), asked: AT, expires: AT, silent };
    let answered =
        |skipped_to, ignored| B::LogicAnswered { request: RequestId(id(2)), trigger: Position(3), skipped_to, ignored };
    let mut bodies = vec![
        started(None, None, Map::new()),
        started(Some(BrandId(id(4))), Some("es".into()), custom.clone()),
        B::TurnProgressed {
            turn: TurnId(id(1)),
            stage: Step::Failed,
            reason: Some("blocked".into()),
            remedy: None,
            code: None,
        },
        B::Received { side: Side::Customer, stage: Step::Seen, up_to: Position(9) },
        B::Received { side: Side::Desk, stage: Step::Delivered, up_to: Position(9) },
        B::HelpWidened { call: CallId(id(8)), reach: Reach::Everyone, widens_at: Some(AT) },
        B::HelpWidened { call: CallId(id(8)), reach: Reach::Logic, widens_at: None },
        B::HelpCleared { claimed_by: None, dismissed: None },
        B::HelpCleared { claimed_by: Some(maya()), dismissed: None },
        B::HelpCleared { claimed_by: None, dismissed: Some(Dismissal { goes_on: GoesOn::Logic, reason: "r".into() }) },
        B::Completed { resolution: String::new(), review_at: None },
        B::Reopened,
        B::EngageLogicChanged { engaged: false },
        B::LogicAsked { request: request(false) },
        B::LogicAsked { request: request(true) },
        answered(None, false),
        answered(Some(Position(7)), true),
        B::FallbackCleared,
        B::CustomChanged { patch: custom.clone() },
        B::CustomerChanged { patch: custom },
        B::TagsChanged { added: vec!["vip".into()], removed: Vec::new() },
        B::TagsChanged { added: Vec::new(), removed: vec!["new".into()] },
        B::LanguageChanged { language: "es".into() },
        B::CustomerRenamed { name: "Carmen".into() },
        B::CustomerNoted { contacts: Vec::new() },
        B::CustomerNoted { contacts: vec![Contact { kind: ContactKind::Email, value: "carmen@example.com".into() }] },
        B::CustomerAttested { contacts: Vec::new() },
        B::CustomerAttested { contacts: vec![Contact { kind: ContactKind::Phone, value: "+34600123456".into() }] },
        B::CustomerLinked {
            customer: CustomerRef {
                contacts: vec![Contact { kind: ContactKind::CustomerId, value: "4711".into() }],
                ..customer.clone()
            },
            contact,
            was: Former { id: customer.id, name: "Visitor".into() },
            source: LinkSource::IdentityToken { brand: BrandId(id(4)) },
        },
        B::ButtonPressed { action: "refund".into(), title: None },
        B::ButtonPressed { action: "refund".into(), title: Some("Refund".into()) },
        B::FeedbackGiven { score: 5, text: String::new(), review: None, shares: Vec::new() },
        B::GoesOnIn { conversation: None },
        B::GoesOnIn { conversation: Some(ConversationId(id(3))) },
        B::GoesOnFrom { conversation: None, waits_since: None },
        B::GoesOnFrom { conversation: Some(ConversationId(id(3))), waits_since: Some(AT) },
        B::Heard { received: AT },
        B::LinkUsed { link: AEROLINX },
        B::MailFailed { link: AEROLINX, name: "Aerolinx".into(), reason: "550 no such mailbox".into() },
        B::MentionSeen,
        B::Snoozed { until: None },
        B::Snoozed { until: Some(AT) },
        B::SnoozeEnded { user: crate::stage::MAYA, end: SnoozeEnd::Due },
        B::SnoozeEnded { user: crate::stage::MAYA, end: SnoozeEnd::CustomerWrote },
        B::SnoozeEnded { user: crate::stage::MAYA, end: SnoozeEnd::HelpNeeded },
        B::SnoozeEnded { user: crate::stage::MAYA, end: SnoozeEnd::Ended },
        B::ReminderSeen,
        B::Reacted { turn: TurnId(id(1)), emoji: Some("👍🏽".into()), received: AT },
        B::Reacted { turn: TurnId(id(1)), emoji: None, received: AT },
        B::TurnWithdrawn { turn: TurnId(id(1)) },
    ];
    for (i, content) in contents().into_iter().enumerate() {
        let engagement = (i % 2 == 0).then_some(EngagementId(id(5)));
        let (turn, silent) = (TurnId(id(6)), i == 0);
        bodies.push(B::TurnEdited { turn, content: content.clone(), silent, received: AT });
        let reply_to = (i % 3 == 0).then_some(TurnId(id(7)));
        bodies.push(B::TurnAdded {
            turn: Turn { silent, reply_to, ..Turn::new(turn, engagement, content) },
            received: AT,
        });
    }
    let (before, after) = ([Step::Queued, Step::Accepted, Step::Prepared], [Step::Delivered, Step::Seen, Step::Played]);
    for step in before.into_iter().chain([Step::Unconfirmed, Step::Sent, Step::Failed]).chain(after) {
        bodies.push(B::TurnProgressed { turn: TurnId(id(1)), stage: step, reason: None, remedy: None, code: None });
    }
    for kind in kinds() {
        let engagement = Engagement { id: EngagementId(id(7)), kind, since: AT };
        bodies.push(B::EngagementStarted { engagement: engagement.clone() });
        bodies.extend(ends().into_iter().map(|end| B::EngagementEnded {
            engagement: engagement.id,
            was: engagement.clone(),
            end,
        }));
    }
    for reason in reasons() {
        bodies.push(B::HelpRaised {
            help: NeedsHelp {
                call: CallId(id(8)),
                reason,
                by: maya(),
                since: AT,
                reach: Reach::Eligible,
                widens_at: Some(AT),
            },
            waits_since: (bodies.len() % 2 == 0).then_some(AT),
        });
    }
    for failure in failures() {
        let (request, trigger) = (RequestId(id(2)), Position(3));
        bodies.push(B::LogicFailed { request, trigger, failure: failure.clone() });
        bodies.push(B::FellBack { fallback: Fallback { failure, since: AT } });
    }
    bodies
}

#[test]
fn every_event_by_every_actor() {
    let conversation = Stage::new().state.id;
    let phone = Participant::Device { name: "Phone of +34".into() };
    let actors = [Participant::Customer, maya(), aerolinx(), phone, Participant::Logic, Participant::System];
    for (i, body) in bodies().into_iter().enumerate() {
        let position = Position(u32::try_from(i).expect("few"));
        let actor = actors[i % actors.len()].clone();
        there_and_back(&Event { conversation, position, time: AT, actor, cause: CommandId(id(9)), body });
    }
}

#[test]
fn every_action_control_and_invitee() {
    let choices = vec![Choice { id: "a".into(), label: "A".into() }];
    let actions = [
        Action::Message { text: "t".into(), force: true, holding: false, turn: Some(TurnId(id(1))) },
        Action::Question {
            text: "t".into(),
            choices,
            force: false,
            turn: None,
            key: None,
            language: None,
            library: None,
        },
        Action::Attachment {
            media: Some(photo("a.png")),
            url: None,
            name: None,
            text: "t".into(),
            force: false,
            turn: None,
        },
        Action::Template { name: "n".into(), language: "en".into(), values: values(), force: true, turn: None },
        Action::Note { text: "t".into(), handover: None },
        Action::Suggestion { text: "t".into() },
        Action::NeedsHelp { value: true, reason: "r".into(), customer_asked: true },
        Action::InviteAgent { user: UserId(id(1)), name: None, note: Some("n".into()) },
        Action::InviteExternalAgent {
            name: "Aerolinx".into(),
            ttl_s: 60,
            note: None,
            email: None,
            secret_hash: None,
            link: None,
        },
        Action::RemoveParticipant { engagement: EngagementId(id(1)) },
        Action::EngageLogic { value: false },
        Action::Complete { resolution: "r".into() },
        Action::Reopen,
        Action::Typing { value: true },
        Action::Tag { add: vec!["a".into()], remove: vec!["b".into()] },
        Action::Feedback { text: "t".into() },
        Action::Review {
            question: "q".into(),
            score: 3,
            comment: "c".into(),
            turn: Some(TurnId(id(1))),
            said_by: Some(Participant::Logic),
        },
    ];
    actions.iter().for_each(there_and_back);
    there_and_back(&Control::default());
    there_and_back(&Control {
        skip_to_latest: true,
        skip_to_time: Some(AT),
        ignore_on_customer_action: true,
        ignore_on_agent_action: true,
    });
    there_and_back(&Invitee::Colleague { user: UserId(id(1)), name: "Jonas".into() });
    there_and_back(&Invitee::External { link: AEROLINX, name: "Aerolinx".into(), expires: AT });
    contents().iter().for_each(there_and_back);
    there_and_back(&opening());
}

#[test]
fn every_rejection_with_its_stable_code() {
    use Rejection as R;
    let table = [
        (R::Unknown, "conversation.unknown"),
        (R::Exists, "conversation.exists"),
        (R::NotEngaged, "conversation.not_engaged"),
        (R::AlreadyEngaged, "conversation.already_engaged"),
        (R::Completed, "conversation.completed"),
        (R::InProgress, "conversation.in_progress"),
        (R::CallTaken { by: maya() }, "conversation.call_taken"),
        (R::CallOver, "conversation.call_over"),
        (R::UndoOver, "conversation.undo_over"),
        (R::MovedOn { since: Position(4) }, "conversation.moved_on"),
        (R::CustomerWrote { since: Position(4) }, "conversation.customer_wrote"),
        (R::WentBack { to: Position(4) }, "conversation.went_back"),
        (R::CustomerAlone, "conversation.customer_alone"),
        (R::NoCall, "conversation.no_call"),
        (R::NoEngagement, "conversation.no_engagement"),
        (R::NoTurn, "conversation.no_turn"),
        (R::NoButton, "conversation.no_button"),
        (R::LinkOver, "conversation.link_over"),
        (R::LogicUnavailable, "logic.unavailable"),
        (R::LogicBusy, "logic.busy"),
        (R::NoRequest, "logic.no_request"),
        (R::Forbidden { permission: Permission::Handle }, "permission.missing"),
        (R::NotYours, "permission.participant"),
        (R::invalid("text", "empty"), "input.invalid"),
    ];
    for (rejection, code) in table {
        there_and_back(&rejection);
        assert_eq!(serde_json::to_value(&rejection).expect("it can be written")["code"], code);
        assert!(!rejection.to_string().is_empty());
    }
}

#[test]
fn times_permissions_and_roles() {
    assert_eq!(AT.to_string(), "2026-11-04T14:02:31.250Z");
    there_and_back(&AT);
    for role in Role::ALL {
        there_and_back(&role);
        there_and_back(&role.permissions());
        assert_eq!(role.name().parse(), Ok(role));
    }
    assert!(serde_json::from_str::<Time>("\"yesterday\"").is_err());
    let newer = r#"{"type":"text","text":"x","html":"y"}"#;
    assert!(serde_json::from_str::<Content>(newer).is_ok(), "a newer hub may tell more; commands are read strictly");
}

#[test]
fn a_state_with_everything_in_it() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage.aerolinx_comes();
    stage.maya_invites_jonas();
    stage.logic_fails();
    stage.maya_replies("Hello");
    stage.ask();
    there_and_back(&stage.state);
    stage.maya(tandem_conversation::Command::Complete { resolution: "done".into() }).expect("Maya is engaged");
    there_and_back(&stage.state);
}
