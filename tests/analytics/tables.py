"""The tables of docs/analytics.md, made again from the raw log by somebody who has read that page and no other code.

A pass over each conversation's events, with Python's own lists and dictionaries, and what needs several conversations
(shared time, customers who come back) after it.
"""

import json
from collections import defaultdict
from datetime import datetime, timezone
from uuid import UUID

from hours import Hours

FINAL_MS = 72 * 3_600_000
CONFIRMING = 4
PERSONS = {"agent", "external_agent", "device"}
STAGES = ["queued", "accepted", "prepared", "unconfirmed", "sent", "failed", "delivered", "seen", "played"]
FAILURES = {
    "not_configured": "unreachable",
    "unreachable": "unreachable",
    "timed_out": "timed_out",
    "status": "status",
    "malformed": "malformed",
    "refused": "refused",
}
COMMON = ["row_version", "origin", "source"]


def ms(text):
    """RFC 3339 to milliseconds, exactly."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int((at.replace(microsecond=0) - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds()) * 1000 + at.microsecond // 1000


class Event:
    def __init__(self, line):
        event = line["event"]
        self.seq, self.conversation, self.position = line["seq"], event["conversation"], event["position"]
        self.time, self.cause = ms(event["time"]), event["cause"]
        self.actor, self.by = event["actor"], event["actor"]["kind"]
        body = event["body"]
        self.kind, self.body = (body, {}) if isinstance(body, str) else next(iter(body.items()))

    def agent(self):
        return self.actor.get("user")

    def person(self):
        return self.actor.get("user") or self.actor.get("link") or self.actor.get("name")


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [Event(json.loads(line)) for line in lines]


def goes_on_elsewhere(completed, same):
    """Whether a completion, among the events of one cause, says that the customer goes on in another conversation."""
    if any(event.kind == "goes_on_in" and "conversation" in event.body for event in same):
        return True
    return completed.by == "system" and completed.body["resolution"] == "The customer goes on in another conversation"


def for_customer(content):
    return content["type"] not in ("note", "suggestion")


def loud(event):
    """Whether the event is words that open a customer's wait, or end it."""
    if event.kind == "turn_added":
        turn = event.body["turn"]
        return for_customer(turn["content"]) and not turn.get("silent", False)
    # The customer's new words instead of earlier ones are their words at that time.
    return event.kind == "turn_edited" and event.by == "customer" and not event.body.get("silent", False)


def trigger(event):
    if event.kind == "turn_added":
        return "ANSWER" if event.body["turn"]["content"]["type"] == "answer" else "TURN"
    if event.kind == "engagement_ended" and event.body["was"]["kind"]["kind"] == "invitation":
        return "INVITATION_DECLINED" if event.body["end"]["reason"] == "declined" else "INVITATION_MISSED"
    return {
        "started": "CONVERSATION_STARTED",
        "turn_edited": "TURN_EDITED",
        "turn_progressed": "DELIVERY_FAILED",
        "engagement_started": "ENGAGEMENT_STARTED",
        "engagement_ended": "ENGAGEMENT_ENDED",
        "help_raised": "NEEDS_HELP_CHANGED",
        "help_widened": "NEEDS_HELP_CHANGED",
        "help_cleared": "NEEDS_HELP_CHANGED",
        "completed": "STATUS_CHANGED",
        "reopened": "STATUS_CHANGED",
        "engage_logic_changed": "ENGAGE_LOGIC_CHANGED",
        "button_pressed": "BUTTON_PRESSED",
        "feedback_given": "FEEDBACK_GIVEN",
        "handover_graded": "HANDOVER_GRADED",
        "customer_linked": "CUSTOMER_LINKED",
    }[event.kind]


class Round:
    """The events of one round, in the order of the log, and those after its completion."""

    def __init__(self, no, first):
        self.no, self.first, self.events, self.after, self.completed = no, first, [], [], None

    def everything(self):
        return self.events + self.after


def rounds_of(events):
    rounds = []
    for event in events:
        if event.kind in ("started", "reopened"):
            rounds.append(Round(len(rounds) + 1, event))
        current = rounds[-1]
        (current.after if current.completed else current.events).append(event)
        if event.kind == "completed":
            current.completed = event
    return rounds


class Conversation:
    """One conversation's rows. `rows` has the tables by name."""

    def __init__(self, events, schedules):
        self.events, self.start = events, events[0]
        self.id = self.start.conversation
        self.causes = defaultdict(list)
        for event in events:
            self.causes[event.cause].append(event)
        self.rounds = rounds_of(events)
        self.no_of = {event.position: r.no for r in self.rounds for event in r.everything()}
        self.brand = self.start.body.get("brand")
        self.imported = self.start.body["channel"] == "imported"
        of_number = schedules.get(self.start.body["line"]) if "line" in self.start.body else None
        self.schedule = of_number or schedules.get(self.brand) or schedules.get(None)
        self.rows = defaultdict(list)
        self.engagements()
        self.waits()
        for number, one in enumerate(self.rounds):
            self.round(one)
        self.conversation()
        self.turns()
        self.calls()
        self.requests()
        self.externals()
        self.tags()
        self.reviews()
        self.handovers()

    def continues(self):
        said = [event for event in self.events if event.kind == "goes_on_from"]
        return said[-1].body.get("conversation") if said else None

    def together(self, event, kind):
        return [other for other in self.causes[event.cause] if other.kind == kind]

    def add(self, table, row):
        self.rows[table].append({"conversation_id": self.id, **row})

    # Engagements.

    def engagements(self):
        self.engaged = {}
        for event in self.events:
            if event.kind == "engagement_started":
                engagement = event.body["engagement"]
                self.engaged[engagement["id"]] = {"start": event, "end": None, "kind": engagement["kind"]}
            elif event.kind == "engagement_ended":
                self.engaged[event.body["engagement"]]["end"] = event

    def people_at(self, position):
        """Who is engaged after the event at a position."""
        return [
            identity(one["kind"])
            for one in self.engaged.values()
            if one["kind"]["kind"] in ("agent", "external_agent")
            and one["start"].position <= position
            and (one["end"] is None or one["end"].position > position)
        ]

    # Waits.

    def waits(self):
        """From the customer's loud words to our next, or to the completion: who ended which with what."""
        self.ended, self.waiting = {}, {}
        opened = None
        for event in self.events:
            before = opened
            if event.kind == "completed":
                opened = None
            elif loud(event):
                if event.by == "customer":
                    opened = opened or event
                elif opened:
                    self.ended[event.position] = opened
                    opened = None
            self.waiting[event.position] = (before, opened)

    # Rounds.

    def round(self, one):
        words = [event for event in one.events if loud(event)]
        first = words[0] if words else None
        t0 = next((event for event in words if event.by == "customer"), None)
        after = [event for event in words if t0 and event.position > t0.position and event.by != "customer"]
        people = [event for event in after if event.by in PERSONS]
        queues = [e for e in self.engaged.values() if e["kind"]["kind"] == "queue" and self.is_in(e, one)]
        wanted = queues[0]["start"] if queues else None
        served = wanted and next(
            (event for event in words if event.by in PERSONS and event.position > wanted.position), None
        )
        completed = one.completed
        elsewhere = bool(completed and goes_on_elsewhere(completed, self.causes[completed.cause]))
        persons = {
            identity(e["kind"])
            for e in self.engaged.values()
            if e["kind"]["kind"] in ("agent", "external_agent") and self.is_in(e, one)
        }
        parts = self.parts(one, first) if completed and first else None
        responses = [
            (event.time - self.ended[event.position].time, event.by)
            for event in one.events
            if event.position in self.ended
        ]
        by_person = [length for length, by in responses if by in PERSONS]
        spoke = any(event.by == "logic" for event in words)
        answers = [event for event in after if not event.body["turn"].get("holding")]
        outcomes = [self.queue_outcome(e) for e in queues]
        contained = None
        if completed and not elsewhere:
            contained = spoke and not persons and not queues
        row = {
            "no": one.no,
            "started_at": one.first.time,
            "reopened_by": one.first.by if one.first.kind == "reopened" else None,
            "t0": t0 and t0.time,
            "completed_at": completed and completed.time,
            "completed_by": completed and completed.by,
            "direction": first and ("inbound" if first.by == "customer" else "outbound"),
            "first_response_ms": after[0].time - t0.time if after else None,
            "first_response_by": after[0].by if after else None,
            "first_answer_ms": answers[0].time - t0.time if answers else None,
            "first_person_response_ms": people[0].time - t0.time if people else None,
            "wanted_at": wanted and wanted.time,
            "person_wait_ms": served and served.time - wanted.time,
            "queue_ms": parts and parts["queue"],
            "person_ms": parts and parts["person"],
            "logic_ms": parts and parts["logic"],
            "idle_ms": parts and parts["idle"],
            "open_ms": parts and completed.time - first.time,
            "business_open_ms": self.schedule.within(first.time, completed.time) if parts and self.schedule else None,
            "replies": len(responses),
            "reply_sum_ms": sum(length for length, _ in responses),
            "reply_max_ms": max((length for length, _ in responses), default=None),
            "person_replies": len(by_person),
            "person_reply_sum_ms": sum(by_person),
            "persons": len(persons),
            "transfers": self.transfers(one),
            "fallback": sum(event.kind == "fell_back" for event in one.events),
            "logic_involved": spoke,
            "contained": contained,
            "provisional_until": completed.time + FINAL_MS if completed and not elsewhere else None,
            "confirmed": None if contained is None else contained and self.confirmed(one),
            "outcome": self.outcome(one, t0, after, people, outcomes, elsewhere),
            "review_id": next((event.body["review"] for event in reversed(list(one.everything())) if event.kind == "review_asked"), None),
            "elsewhere": elsewhere,
        }
        self.add("round", row)

    def is_in(self, engagement, one):
        return self.no_of[engagement["start"].position] == one.no

    def parts(self, one, first):
        parts = {"person": 0, "queue": 0, "logic": 0, "idle": 0}
        held, fallen, last = {}, False, None
        # What was engaged before the round's first words counts from them on.
        for event in self.events:
            if event.position > one.completed.position:
                break
            if last is not None and event.position > first.position:
                kinds = set(held.values())
                if kinds & {"agent", "external_agent"}:
                    part = "person"
                elif "queue" in kinds:
                    part = "queue"
                else:
                    part = "logic" if "logic" in kinds and not fallen else "idle"
                parts[part] += event.time - max(last, first.time)
            last = event.time
            if event.kind == "engagement_started":
                held[event.body["engagement"]["id"]] = event.body["engagement"]["kind"]["kind"]
            elif event.kind == "engagement_ended":
                held.pop(event.body["engagement"], None)
            elif event.kind == "fell_back":
                fallen = True
            elif event.kind == "fallback_cleared":
                fallen = False
        return parts

    def transfers(self, one):
        count = 0
        mine = [
            e
            for e in self.engaged.values()
            if e["kind"]["kind"] in ("agent", "external_agent") and self.is_in(e, one)
        ]
        for e in mine:
            end = e["end"]
            if end is None or end.body["end"]["reason"] == "completed":
                continue
            who = identity(e["kind"])
            others = [o for o in mine if identity(o["kind"]) != who]
            count += any(o["end"] is None or o["end"].position > end.position for o in others)
        return count

    def confirmed(self, one):
        said = [
            event
            for event in one.everything()
            if event.by == "customer" and (event.kind == "turn_added" or event.kind == "turn_edited")
        ]
        last = said[-1] if said else None
        silent = last and (last.body["turn"] if last.kind == "turn_added" else last.body).get("silent", False)
        scores = [event.body["score"] for event in one.everything() if event.kind == "feedback_given"]
        return bool(silent or any(score >= CONFIRMING for score in scores))

    def outcome(self, one, t0, after, people, queues, elsewhere):
        if elsewhere:
            return "goes_on_elsewhere"
        if people:
            return "by_person"
        if "given_up" in queues:
            return "given_up"
        if one.completed and self.waiting[one.completed.position][0]:
            return "abandoned_by_us"
        return "by_logic" if any(event.by == "logic" for event in after) else "open"

    # The other tables.

    def queue_outcome(self, engagement):
        end = engagement["end"]
        if end is None:
            return "open"
        same = self.causes[end.cause]
        if self.people_at(end.position):
            return "answered"
        completed = next((event for event in same if event.kind == "completed"), None)
        if completed and goes_on_elsewhere(completed, same):
            return None
        if completed and completed.by in ("customer", "system", "logic"):
            return "given_up"
        return "returned"

    def engagement_rows(self):
        for id, e in self.engaged.items():
            start, end, about = e["start"], e["end"], e["kind"]
            kind = about["kind"]
            who = about.get("participant") or about.get("invitee") or {}
            length = end.time - start.time if end else None
            is_person = kind in ("agent", "external_agent")
            no = self.no_of[start.position]
            words = [event for event in self.rounds[no - 1].events if loud(event)]
            first = next((w for w in words if w.kind == "turn_added" and w.body["turn"].get("engagement") == id), None)
            wait = None
            if is_person and first:
                since = [start.time] + ([self.ended[first.position].time] if first.position in self.ended else [])
                wait = first.time - max(since)
            served = next((w for w in words if w.by in PERSONS and w.position > start.position), None)
            shown = [
                event
                for event in self.events
                if event.kind == "turn_added"
                and event.body["turn"].get("engagement") == id
                and for_customer(event.body["turn"]["content"])
            ]
            yield {
                "engagement_id": id,
                "conversation_id": self.id,
                "round_no": no,
                "kind": kind,
                "agent_id": who.get("user"),
                "external_agent_id": who.get("link"),
                "started_at": start.time,
                "ended_at": end and end.time,
                "start_cause": self.start_cause(e),
                "end_reason": end and end.body["end"]["reason"],
                "end_detail": end and end.body["end"].get("why"),
                "queue_ms": length if kind == "queue" else None,
                "queue_outcome": self.queue_outcome(e) if kind == "queue" else None,
                "person_wait_ms": served.time - start.time if kind == "queue" and served else None,
                "invitation_ms": length if kind == "invitation" else None,
                "engagement_ms": length if kind not in ("queue", "invitation") else None,
                "wrap_up_ms": None,
                "handle_ms": length if is_person else None,
                "agent_first_reply_ms": wait,
                "turns": len(shown),
                "left_waiting": bool(is_person and end and self.waits_at(end)),
            }

    def waits_at(self, end):
        # A completion ends the engagement in the same command: what counts is whether the customer waited before it.
        waits = self.waiting[end.position][0]
        for completed in self.together(end, "completed"):
            waits = waits or self.waiting[completed.position][0]
        return waits is not None

    def start_cause(self, e):
        kind, start = e["kind"]["kind"], e["start"]
        if kind == "invitation":
            return "invitation"
        if kind == "external_agent":
            return "link"
        if kind != "agent":
            return "auto"
        ended = self.together(start, "engagement_ended")
        if self.together(start, "reopened"):
            return "reopening"
        if any(
            event.body["end"]["reason"] == "accepted" and event.body["was"]["kind"]["kind"] == "invitation"
            for event in ended
        ):
            return "invitation"
        if any(event.body["end"]["reason"] == "taken_over" for event in ended):
            return "takeover"
        if any(event.body.get("claimed_by") or event.body.get("claimedBy") for event in self.together(start, "help_cleared")):
            return "claim"
        return "join"

    def conversation(self):
        customer, contact, language = self.start.body["customer"]["id"], self.start.body["contact"], self.start.body.get("language")
        tags = []
        counts = defaultdict(int)
        for event in self.events:
            if event.kind == "customer_linked":
                customer, contact = event.body["customer"]["id"], event.body["contact"]
            elif event.kind == "language_changed":
                language = event.body["language"]
            elif event.kind == "tags_changed":
                tags = [tag for tag in tags if tag not in event.body.get("removed", [])] + event.body.get("added", [])
            elif event.kind == "turn_added":
                kind = event.body["turn"]["content"]["type"]
                if for_customer(event.body["turn"]["content"]):
                    by = "agent" if event.by == "device" else event.by
                    counts["turns_" + by.replace("external_agent", "external")] += 1
                else:
                    counts[kind + "s"] += 1
        last = self.rounds[-1]
        first = next((event for event in self.events if loud(event)), None)
        persons = {identity(e["kind"]) for e in self.engaged.values() if e["kind"]["kind"] in ("agent", "external_agent")}
        by = "imported" if self.imported else self.start.by
        self.customer = customer
        self.add(
            "conversation",
            {
                "customer_id": customer,
                "contact_id": contact,
                "channel": self.start.body["channel"],
                "number": self.start.body.get("line"),
                "brand": self.brand,
                "language": language,
                "started_at": self.start.time,
                "first_loud_at": first and first.time,
                "completed_at": last.completed and last.completed.time,
                "status": "completed" if last.completed else "in_progress",
                "started_by": by if by in ("customer", "agent", "logic", "imported") else None,
                "rounds": len(self.rounds),
                "reopened": len(self.rounds) - 1,
                "persons": len(persons),
                **{
                    name: counts[name]
                    for name in ["turns_customer", "turns_agent", "turns_external", "turns_logic", "notes", "suggestions"]
                },
                "suggestions_used": len(self.used_suggestions()),
                "tags": tags,
                "resolution": last.completed and (last.completed.body["resolution"] or None),
                "continues": self.continues(),
                "cost_messages": None,
            },
        )
        for row in self.engagement_rows():
            self.rows["engagement"].append(row)

    def turns(self):
        reports = defaultdict(list)
        ours, theirs, asked = [], [], {}
        for event in self.events:
            if event.kind == "turn_added":
                turn = event.body["turn"]
                library = turn.get("library") or {}
                if turn["content"]["type"] == "question":
                    asked[turn["id"]] = (library.get("questionId"), library.get("version"))
                if for_customer(turn["content"]):
                    (theirs if event.by == "customer" else ours).append((event.position, turn["id"]))
            elif event.kind == "turn_progressed":
                reports[event.body["turn"]].append((event.body["stage"], event.time, event.body.get("code"), True))
            elif event.kind == "received":
                turns = ours if event.body["side"] == "customer" else theirs
                for position, id in turns:
                    if position <= event.body["upTo"]:
                        reports[id].append((event.body["stage"], event.time, None, False))
        edited = {event.body["turn"] for event in self.events if event.kind == "turn_edited" and event.by != "system"}
        withdrawn = {event.body["turn"] for event in self.events if event.kind == "turn_withdrawn"}
        for event in self.events:
            if event.kind != "turn_added":
                continue
            turn = event.body["turn"]
            content, library = turn["content"], turn.get("library") or {}
            media = content.get("media") if content["type"] == "attachment" else None
            wait = self.ended.get(event.position)
            answers = content["type"] == "answer"
            own = (library.get("questionId"), library.get("version") if library.get("questionId") else None)
            question = asked.get(content["question"], (None, None)) if answers else own
            self.add(
                "turn",
                {
                    "turn_id": turn["id"],
                    "round_no": self.no_of[event.position],
                    "engagement_id": turn.get("engagement"),
                    "position": event.position,
                    "at": event.time,
                    "received_at": ms(event.body["received"]),
                    "by": event.by,
                    "agent_id": event.agent(),
                    "type": content["type"],
                    "silent": turn.get("silent", False),
                    "holding": turn.get("holding", False),
                    "quick_reply": bool(library.get("quickReplies")),
                    "from_suggestion": "suggestion" in library,
                    "suggestion_id": library.get("suggestion"),
                    "edited": turn["id"] in edited,
                    "withdrawn": turn["id"] in withdrawn,
                    "length": len(content.get("text", "")),
                    "media_kind": media and media["contentType"].split("/")[0],
                    "media_bytes": media and media["bytes"],
                    "question_id": question[0],
                    "question_version": question[1],
                    "choice": content["choice"] if answers else None,
                    "reply_to": content["question"] if answers else turn.get("replyTo"),
                    "response_ms": wait and event.time - wait.time,
                    "response_to": wait and (wait.body["turn"]["id"] if wait.kind == "turn_added" else wait.body["turn"]),
                    "cost_category": None,
                    "billable": None,
                    **progress(reports[turn["id"]]),
                },
            )

    def used_suggestions(self):
        """Suggestions with whose words a later turn began."""
        given, used = set(), set()
        for event in self.events:
            if event.kind == "turn_added":
                turn = event.body["turn"]
                used |= {(turn.get("library") or {}).get("suggestion")} & given
                if turn["content"]["type"] == "suggestion":
                    given.add(turn["id"])
        return used

    def handovers(self):
        newest = None
        for event in self.events:
            if event.kind == "turn_added" and event.body["turn"]["content"].get("handover"):
                row = {"handover_id": event.body["turn"]["id"], "round_no": self.no_of[event.position], "given_at": event.time}
                self.add("handover", {**row, "grade": None, "graded_at": None, "graded_by": None})
                newest = self.rows["handover"][-1]
            elif event.kind == "handover_graded" and newest and newest["handover_id"] == event.body["turn"]:
                newest |= {"grade": event.body["grade"], "graded_at": event.time, "graded_by": event.agent()}

    def calls(self):
        raised = {}
        for event in self.events:
            if event.kind == "help_raised":
                help = event.body["help"]
                row = {
                    "call_id": help["call"],
                    "round_no": self.no_of[event.position],
                    "raised_at": event.time,
                    "by": help["by"]["kind"],
                    "reason": help["reason"]["reason"],
                    "reach": help.get("reach", "eligible"),
                    "ended_at": None,
                    "end": None,
                    "claimed_by": None,
                    "claim_ms": None,
                }
                raised = row
                self.add("call", row)
                raised = self.rows["call"][-1]
            elif event.kind == "help_widened":
                raised["reach"] = event.body["reach"]
            elif event.kind == "help_cleared":
                claimed = event.body.get("claimedBy")
                raised["ended_at"] = event.time
                if claimed:
                    raised["end"], raised["claimed_by"] = "claimed", claimed.get("user")
                    raised["claim_ms"] = event.time - raised["raised_at"]
                elif event.body.get("dismissed") is None and self.together(event, "completed"):
                    raised["end"] = "completed"
                else:
                    raised["end"] = "dismissed"

    def requests(self):
        asked = {}
        at = {event.position: event for event in self.events}
        for event in self.events:
            if event.kind == "logic_asked":
                request = event.body["request"]
                self.add(
                    "logic_request",
                    {
                        "request_id": request["id"],
                        "round_no": self.no_of[event.position],
                        "asked_at": event.time,
                        "trigger": trigger(at[request["trigger"]]),
                        "ended_at": None,
                        "outcome": None,
                        "ms": None,
                        "actions": None,
                        "said_something": False,
                    },
                )
                asked[request["id"]] = self.rows["logic_request"][-1]
                continue
            row, outcome = None, None
            if event.kind == "logic_answered":
                row = asked.get(event.body["request"])
                outcome = "ignored" if event.body.get("ignored") else "answered"
            elif event.kind == "logic_failed":
                row, outcome = asked.get(event.body["request"]), FAILURES[event.body["failure"]["failure"]]
            elif event.kind == "engage_logic_changed" and not event.body["engaged"]:
                row, outcome = next((one for one in asked.values() if one["ended_at"] is None), None), "late"
            if row is None or row["ended_at"] is not None:
                continue
            row["ended_at"], row["outcome"], row["ms"] = event.time, outcome, event.time - row["asked_at"]
            if event.kind == "logic_answered":
                said = [
                    other
                    for other in self.together(event, "turn_added")
                    if other.by == "logic" and for_customer(other.body["turn"]["content"])
                ]
                row["said_something"] = bool(said)

    def externals(self):
        links = {}
        for event in self.events:
            if event.kind == "engagement_started":
                kind = event.body["engagement"]["kind"]
                who = kind.get("invitee") or kind.get("participant") or {}
                if who.get("kind") == "external_agent" and who["link"] not in links:
                    self.add(
                        "external_agent",
                        {
                            "external_agent_id": who["link"],
                            "name": who["name"],
                            "invited_at": event.time,
                            "opened_at": None,
                            "ended_at": None,
                            "end": None,
                        },
                    )
                    links[who["link"]] = self.rows["external_agent"][-1]
            elif event.kind == "link_used":
                row = links.get(event.body["link"])
                if row and row["opened_at"] is None:
                    row["opened_at"] = event.time
            elif event.kind == "engagement_ended":
                kind = event.body["was"]["kind"]
                who = kind.get("invitee") or kind.get("participant") or {}
                row = links.get(who.get("link"))
                reason = event.body["end"]["reason"]
                if row and reason != "accepted":
                    row["ended_at"], row["end"] = event.time, reason

    def tags(self):
        held = {}
        for event in self.events:
            if event.kind != "tags_changed":
                continue
            for tag in event.body.get("removed", []):
                if tag in held:
                    held.pop(tag)["removed_at"] = event.time
            for tag in event.body.get("added", []):
                self.add(
                    "tag",
                    {"tag": tag, "position": event.position, "added_at": event.time, "removed_at": None, "by": event.by},
                )
                held[tag] = self.rows["tag"][-1]

    def reviews(self):
        requests = {}
        for event in self.events:
            if event.kind not in ("review_asked", "review_not_asked", "review_ended", "feedback_given"):
                continue
            if event.kind == "review_ended":
                row = requests.get(event.body["review"])
                if row is not None:
                    self.ended(row, event)
                continue
            if event.kind == "feedback_given":
                row = requests.get(event.body.get("review"))
                if row is not None:
                    self.answered(row, event)
                continue
            asked = event.kind == "review_asked"
            row = {
                "round_no": self.no_of[event.position],
                "asked_at": event.time,
                "not_asked": None if asked else event.body["reason"],
                "expires_at": ms(event.body["expires"]) if asked else None,
            }
            row |= dict.fromkeys(("declined_at", "answered_at", "edited_at", "score", "comment_length", "by", "agent_id", "sharing"))
            if asked:
                row["review_id"] = event.body["review"]
            else:
                row["review_id"] = at_position(self.id, event.position)
            self.add("review", row)
            if asked:
                requests[row["review_id"]] = self.rows["review"][-1]

    def ended(self, row, event):
        if event.body["end"] == "undelivered":
            row["not_asked"] = "undelivered"
        elif row["declined_at"] is None:
            row["declined_at"] = event.time

    def answered(self, row, event):
        # An answer shows that the request had arrived.
        row["not_asked"] = None
        if row["answered_at"] is None:
            row["answered_at"] = event.time
        else:
            row["edited_at"] = event.time
        row["score"], row["comment_length"] = event.body["score"], len(event.body.get("text", ""))
        one = next(r for r in self.rounds if r.no == row["round_no"])
        # Whoever wrote in its round, until this answer.
        spoken = {}
        for said in one.everything():
            if said.kind != "turn_added" or said.position > event.position or not loud(said):
                continue
            if said.by in ("agent", "external_agent", "device", "logic"):
                who = (said.by, said.actor.get("user") or said.actor.get("link"))
                turns, _ = spoken.get(who, (0, 0))
                spoken[who] = (turns + 1, said.position)
        persons = {who: count for who, count in spoken.items() if who[0] != "logic"}
        counted = persons or spoken
        main = max(counted, key=lambda who: counted[who], default=(None, None))
        row["by"], row["agent_id"] = main[0], main[1] if main[0] == "agent" else None
        row["sharing"] = len(counted)


def at_position(conversation, position):
    """The id of what begins at a position: that of the conversation, its last four bytes changed by the position."""
    head = UUID(conversation).bytes
    return str(UUID(bytes=head[:12] + bytes(a ^ b for a, b in zip(head[12:], position.to_bytes(4, "big")))))


def identity(kind):
    who = kind.get("participant") or kind.get("invitee") or {}
    return who.get("user") or who.get("link")


def progress(reports):
    """The furthest stage of one turn, and when each was first reported."""
    row = {
        "final_state": None,
        "sent_at": None,
        "delivered_at": None,
        "inferred": None,
        "seen_at": None,
        "failed_code": None,
    }
    for stage, time, code, of_this_turn in reports:
        # What the channel refused was not seen, even if later turns were.
        if row["final_state"] == "failed" and not of_this_turn:
            continue
        if row["final_state"] is None or STAGES.index(stage) > STAGES.index(row["final_state"]):
            row["final_state"] = stage
        if stage == "sent":
            row["sent_at"] = row["sent_at"] or time
        if stage in ("delivered", "seen", "played") and row["delivered_at"] is None:
            row["delivered_at"] = time
            row["inferred"] = stage != "delivered"
        if stage in ("seen", "played"):
            row["seen_at"] = row["seen_at"] or time
        if stage == "failed":
            row["failed_code"] = row["failed_code"] or code
    return row


def share(rows):
    """The shared time of agents' engagements, in whole milliseconds."""
    of_agent = defaultdict(list)
    for row in rows:
        row["shared_ms"] = None
        if row["kind"] == "agent":
            of_agent[row["agent_id"]].append(row)
    for engagements in of_agent.values():
        changes = sorted({t for e in engagements for t in (e["started_at"], e["ended_at"]) if t is not None})
        shared = defaultdict(int)
        for begin, end in zip(changes, changes[1:]):
            held = [
                e for e in engagements if e["started_at"] <= begin and (e["ended_at"] is None or e["ended_at"] >= end)
            ]
            held.sort(key=lambda e: (e["started_at"], e["engagement_id"]))
            for place, e in enumerate(held):
                each, rest = divmod(end - begin, len(held))
                shared[e["engagement_id"]] += each + (place < rest)
        for e in engagements:
            if e["ended_at"] is not None:
                e["shared_ms"] = shared[e["engagement_id"]]


def come_back(tables):
    """Whether the customer came back after each round: here, or in another conversation."""
    started = defaultdict(list)
    customer = {}
    for row in tables["conversation"]:
        customer[row["conversation_id"]] = row["customer_id"]
        if row["started_by"] == "customer":
            started[row["customer_id"]].append((row["started_at"], row["conversation_id"]))
    reopened = {(row["conversation_id"], row["no"]): row for row in tables["round"]}
    for row in tables["round"]:
        row["reopened_later"] = None
        if row["completed_at"] is None or row["elsewhere"]:
            continue
        id = row["conversation_id"]
        following = reopened.get((id, row["no"] + 1))
        here = following is not None and following["reopened_by"] == "customer"
        there = any(at >= row["completed_at"] and other != id for at, other in started[customer[id]])
        row["reopened_later"] = True if here or there else None


def tables_of(events, schedules):
    """All tables by their names, each a list of rows. `schedules` has versions of business hours by brand, and none for
    the account's."""
    schedules = {brand: Hours(versions) for brand, versions in schedules.items()}
    by_conversation = defaultdict(list)
    for event in events:
        by_conversation[event.conversation].append(event)
    tables = defaultdict(list)
    for of_one in by_conversation.values():
        conversation = Conversation(of_one, schedules)
        for table, rows in conversation.rows.items():
            tables[table].extend(rows)
    share(tables["engagement"])
    come_back(tables)
    return tables
