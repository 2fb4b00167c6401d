"""The metrics of docs/analytics.md with pandas, over tables that `tables.py` made. Written from that page alone."""

from math import ceil
from zoneinfo import ZoneInfo

import pandas as pd

from hours import day_of
from tables import FINAL_MS

WEEK_MS = 7 * 24 * 3_600_000
SHORT_MS = 5_000
QUARTER_MS = 15 * 60_000


def frame(rows, columns=()):
    made = pd.DataFrame(rows, dtype=object)
    for column in columns:
        if column not in made:
            made[column] = None
    return made


class Figures:
    def __init__(self, tables, activity, now):
        self.now, self.known = now, {}
        self.conversation = frame(tables["conversation"]).set_index("conversation_id", drop=False)
        self.round = frame(tables["round"])
        self.engagement = frame(tables["engagement"])
        self.turn = frame(tables["turn"])
        self.call = frame(tables["call"], ["conversation_id", "round_no", "raised_at", "claim_ms", "shown", "first_shown_ms"])
        self.request = frame(tables["logic_request"], ["conversation_id", "round_no", "asked_at", "ended_at", "outcome", "ms"])
        self.review = frame(tables["review"], ["review_id", "conversation_id", "round_no", "asked_at", "answered_at", "not_asked", "score", "agent_id"])
        self.handover = frame(tables["handover"], ["conversation_id", "round_no", "given_at", "grade", "graded_at", "graded_by"])
        self.activity = frame(activity)
        waits = self.round["provisional_until"].map(lambda until: until is not None and until > now)
        self.round["provisional"] = waits & ~self.round["reopened_later"].map(bool)
        # Rounds that go on elsewhere are counted, and part of no rate.
        self.every_round = self.round
        self.round = self.round[~self.round["elsewhere"].astype(bool)]
        agents = self.engagement[self.engagement["kind"] == "agent"]
        self.in_round = {}
        for row in agents.itertuples():
            self.in_round.setdefault(row.agent_id, set()).add((row.conversation_id, row.round_no))

    # What is counted: rows with `time`, and `size` or `hit`.

    def facts(self, metric, within, business):
        known = self.known.get((metric, within, business))
        if known is None:
            make = getattr(self, "of_" + metric)
            known = make(within, business) if metric in ("service_level", "service_level_join", "open_time") else make()
            self.known[(metric, within, business)] = known
        return known

    def rounds(self, time, column=None, hit=None, where=None):
        every = self.round if hit is not None or column else self.every_round
        rows = every[every[time].notna()]
        if where is not None:
            rows = rows[where(rows)]
        if column:
            rows = rows[rows[column].notna()]
        made = pd.DataFrame({"conversation": rows["conversation_id"], "round": rows["no"], "time": rows[time]})
        made["provisional"] = rows["provisional"]
        if column:
            made["size"] = rows[column]
        if hit is not None:
            made["hit"] = hit(rows)
        return made

    def of_conversations_started(self):
        rows = self.conversation
        return pd.DataFrame({"conversation": rows["conversation_id"], "time": rows["started_at"]}).reset_index(drop=True)

    def of_rounds_started(self):
        return self.rounds("started_at")

    def of_rounds_completed(self):
        return self.rounds("completed_at")

    def inbound(self, column):
        return self.rounds("t0", column, where=lambda rows: rows["direction"] == "inbound")

    def of_first_response(self):
        return self.inbound("first_response_ms")

    def of_first_answer(self):
        return self.inbound("first_answer_ms")

    def of_first_person_response(self):
        return self.inbound("first_person_response_ms")

    def of_person_wait(self):
        return self.rounds("wanted_at", "person_wait_ms")

    def of_open_time(self, within, business):
        return self.rounds("completed_at", "business_open_ms" if business else "open_ms")

    def of_person_time(self):
        return self.rounds("completed_at", "person_ms")

    def of_queue_time(self):
        return self.rounds("completed_at", "queue_ms")

    def of_logic_time(self):
        return self.rounds("completed_at", "logic_ms")

    def queues(self, hit):
        rows = self.engagement[self.engagement["kind"] == "queue"]
        rows = rows[rows["queue_outcome"].isin(["answered", "given_up", "left"])]
        short = (rows["queue_outcome"] != "answered") & rows["queue_ms"].map(lambda ms: ms <= SHORT_MS)
        rows = rows[~short]
        return pd.DataFrame(
            {"conversation": rows["conversation_id"], "round": rows["round_no"], "time": rows["started_at"], "hit": hit(rows)}
        )

    def of_service_level(self, within, business):
        good = lambda rows: (rows["queue_outcome"] == "answered") & rows["person_wait_ms"].map(
            lambda ms: ms is not None and ms == ms and ms <= within
        )
        return self.queues(good)

    def of_service_level_join(self, within, business):
        return self.queues(lambda rows: (rows["queue_outcome"] == "answered") & rows["queue_ms"].map(lambda ms: ms <= within))

    def of_abandonment(self):
        return self.queues(lambda rows: rows["queue_outcome"].isin(["given_up", "left"]))

    def of_response_time(self):
        rows = self.turn[self.turn["response_ms"].notna()]
        return pd.DataFrame(
            {
                "conversation": rows["conversation_id"],
                "round": rows["round_no"],
                "time": rows["at"],
                "size": rows["response_ms"],
                "agent": rows["agent_id"],
                "responder": rows["by"],
            }
        )

    def ended(self, column=None):
        rows = self.engagement[(self.engagement["kind"] == "agent") & self.engagement["ended_at"].notna()]
        made = pd.DataFrame(
            {"conversation": rows["conversation_id"], "round": rows["round_no"], "time": rows["ended_at"], "agent": rows["agent_id"]}
        )
        if column:
            made["size"] = rows[column]
        return made

    def of_conversations_handled(self):
        return self.ended()

    def of_handle_time(self):
        return self.ended("handle_ms")

    def of_shared_handle_time(self):
        return self.ended("shared_ms")

    def of_transfer_rate(self):
        return self.rounds("completed_at", hit=lambda rows: rows["transfers"] > 0, where=lambda rows: rows["persons"] > 0)

    def of_one_contact(self):
        def alone(rows):
            return (rows["outcome"] == "by_person") & (rows["persons"] == 1) & (rows["transfers"] == 0)

        final = lambda rows: ~rows["provisional"].astype(bool) & ~rows["reopened_later"].map(bool)
        return self.rounds("completed_at", hit=final, where=alone)

    def of_reopen_rate(self):
        following = {(row.conversation_id, row.no): row for row in self.every_round.itertuples()}

        def again(rows):
            def one(row):
                following_round = following.get((row["conversation_id"], row["no"] + 1))
                by_customer = following_round is not None and following_round.reopened_by == "customer"
                return by_customer and following_round.started_at - row["completed_at"] <= WEEK_MS

            return rows.apply(one, axis=1) if len(rows) else []

        return self.rounds("completed_at", hit=again)

    def of_returning(self):
        def again(rows):
            def one(row):
                mine = self.conversation.loc[row["conversation_id"]]
                others = self.conversation[
                    (self.conversation["customer_id"] == mine["customer_id"])
                    & (self.conversation["conversation_id"] != mine["conversation_id"])
                    & (self.conversation["started_by"] == "customer")
                ]
                since = others["started_at"] - row["completed_at"]
                return bool(((since >= 0) & (since <= WEEK_MS)).any())

            return rows.apply(one, axis=1) if len(rows) else []

        return self.rounds("completed_at", hit=again)

    def of_involvement(self):
        return self.rounds("t0", hit=lambda rows: rows["logic_involved"], where=lambda rows: rows["direction"] == "inbound")

    def spoken(self, column):
        return self.rounds("completed_at", hit=lambda rows: rows[column].map(bool), where=lambda rows: rows["logic_involved"].astype(bool))

    def of_containment(self):
        return self.spoken("contained")

    def of_confirmed_resolution(self):
        return self.spoken("confirmed")

    def of_automation(self):
        return self.rounds(
            "completed_at", hit=lambda rows: rows["contained"].map(bool), where=lambda rows: rows["direction"] == "inbound"
        )

    def of_deflection(self):
        return self.rounds("completed_at", hit=lambda rows: rows["persons"] == 0, where=lambda rows: rows["direction"] == "inbound")

    def of_handover_rate(self):
        rows = self.round[self.round["logic_involved"].astype(bool)]
        time = rows["wanted_at"].where(rows["wanted_at"].notna(), rows["t0"])
        made = pd.DataFrame({"conversation": rows["conversation_id"], "round": rows["no"], "time": time, "hit": rows["wanted_at"].notna()})
        made["provisional"] = rows["provisional"]
        return made[made["time"].notna()]

    def of_fallback_rate(self):
        first = self.request.groupby(["conversation_id", "round_no"])["asked_at"].min().reset_index()
        rows = first.merge(self.round, left_on=["conversation_id", "round_no"], right_on=["conversation_id", "no"])
        made = pd.DataFrame({"conversation": rows["conversation_id"], "round": rows["no"], "time": rows["asked_at"]})
        made["hit"], made["provisional"] = rows["fallback"] > 0, rows["provisional"]
        return made

    def requests(self):
        rows = self.request[self.request["ended_at"].notna()]
        made = pd.DataFrame({"conversation": rows["conversation_id"], "round": rows["round_no"], "time": rows["asked_at"]})
        return rows, made

    def of_logic_response(self):
        rows, made = self.requests()
        made["size"] = rows["ms"]
        return made

    def of_logic_failures(self):
        rows, made = self.requests()
        made["hit"] = ~rows["outcome"].isin(["answered", "ignored", "late"])
        return made

    def calls(self, column):
        rows = self.call[self.call[column].notna()]
        return rows, pd.DataFrame({"conversation": rows["conversation_id"], "round": rows["round_no"], "time": rows["raised_at"]})

    def of_alert_claim(self):
        rows, made = self.calls("claim_ms")
        made["size"] = rows["claim_ms"]
        return made

    def of_alert_shown(self):
        rows, made = self.calls("first_shown_ms")
        made["size"] = rows["first_shown_ms"]
        return made

    def of_alert_unseen(self):
        rows, made = self.calls("shown")
        made["hit"] = rows["shown"] == 0
        return made

    def packets(self, time):
        rows = self.handover[self.handover[time].notna()]
        return rows, pd.DataFrame({"conversation": rows["conversation_id"], "round": rows["round_no"], "time": rows[time]})

    def of_handover_grade(self):
        rows, made = self.packets("graded_at")
        made["hit"], made["agent"], made["word"] = rows["grade"] == "helpful", rows["graded_by"], rows["grade"]
        return made

    def of_handover_graded(self):
        rows, made = self.packets("given_at")
        made["hit"] = rows["grade"].notna()
        return made

    def turns(self, rows):
        return pd.DataFrame({"conversation": rows["conversation_id"], "round": rows["round_no"], "time": rows["at"]})

    def of_suggestion_use(self):
        rows = self.turn[self.turn["type"] == "suggestion"]
        made = self.turns(rows)
        used = set(self.turn["suggestion_id"].dropna())
        made["hit"] = [id in used for id in rows["turn_id"]]
        return made

    def of_failed_sends(self):
        ours = (self.turn["by"] != "customer") & ~self.turn["type"].isin(["note", "suggestion"])
        rows = self.turn[ours & self.turn["final_state"].notna()]
        made = self.turns(rows)
        made["hit"], made["agent"] = rows["final_state"] == "failed", rows["agent_id"]
        codes = zip(rows["failed_code"], made["hit"])
        made["word"] = [(code or "unknown") if failed else "" for code, failed in codes]
        return made

    def reviews(self, answered, time="asked_at"):
        rows = self.review[self.review["not_asked"].isna()]
        if answered:
            rows = rows[rows["score"].notna()]
        made = pd.DataFrame({"conversation": rows["conversation_id"], "round": rows["round_no"], "time": rows[time]})
        if answered:
            made["agent"] = rows["agent_id"]
        return rows, made

    def of_csat(self):
        rows, made = self.reviews(True)
        made["hit"] = rows["score"].map(lambda score: score >= 4)
        return made

    def of_csat_mean(self):
        rows, made = self.reviews(True)
        made["size"] = rows["score"]
        return made

    def of_csat_answered(self):
        rows, made = self.reviews(True, "answered_at")
        made["hit"] = rows["score"].map(lambda score: score >= 4)
        return made

    def of_csat_mean_answered(self):
        rows, made = self.reviews(True, "answered_at")
        made["size"] = rows["score"]
        return made

    def of_csat_response(self):
        rows, made = self.reviews(False)
        made["hit"] = rows["score"].notna()
        return made

    def slots(self, part, whole):
        rows = self.activity
        if not len(rows):
            return pd.DataFrame(columns=["time", "agent", "part", "whole"])
        rows = rows[rows["status"] != "offline"]
        made = pd.DataFrame({"time": rows["slot_start"], "agent": rows["agent_id"]})
        made["part"], made["whole"], made["most"] = rows[part], rows[whole], rows["most"]
        return made

    def of_occupancy(self):
        return self.slots("busy_ms", "activity_ms")

    def of_load(self):
        return self.slots("consumed_capacity_ms", "available_capacity_ms")

    def of_concurrency(self):
        return self.slots("consumed_capacity_ms", "busy_ms")

    # Groups.

    def answer(self, question):
        found = {}
        zone = ZoneInfo(question["zone"])
        dimensions = [name for name in question.get("by", "").split(",") if name]
        for metric in question["metric"].split(","):
            facts = self.facts(metric, question.get("withinMs", 20_000), question.get("business", False))
            facts = self.filtered(facts, question)
            cells = {}
            for fact in facts.to_dict("records"):
                for place in self.places(fact, dimensions, zone):
                    cells.setdefault(place, []).append(fact)
            if not dimensions:
                cells.setdefault((), [])
            parts = [name for name in dimensions if name in ("grade", "code")]
            for place, facts_there in cells.items():
                if not parts:
                    found[(metric, *place)] = figure(metric, facts_there)
                    continue
                at = dimensions.index(parts[0])
                if place[at] == "":
                    continue
                elsewhere = lambda place: place[:at] + place[at + 1 :]
                every = sum(len(facts) for other, facts in cells.items() if elsewhere(other) == elsewhere(place))
                found[(metric, *place)] = {"count": every, "sum": len(facts_there), "value": len(facts_there) / every}
        return found

    def filtered(self, facts, question):
        facts = facts[(facts["time"] >= question["from"]) & (facts["time"] < question["until"])]
        if "conversation" not in facts or not len(facts):
            if question.get("agent") and "agent" in facts:
                facts = facts[facts["agent"] == question["agent"]]
            return facts
        about = self.conversation
        for name in ("channel", "brand", "language"):
            if question.get(name):
                facts = facts[facts["conversation"].map(about[name]) == question[name]]
        if question.get("tag") is not None:
            tag = question["tag"]
            facts = facts[facts["conversation"].map(lambda id: tag in about.at[id, "tags"] if tag else not about.at[id, "tags"])]
        if question.get("responder"):
            facts = facts[facts["responder"] == question["responder"]]
        agent = question.get("agent")
        if agent:
            if "agent" in facts:
                return facts[facts["agent"] == agent]
            mine = self.in_round.get(agent, set())
            if "round" in facts:
                keep = [(id, no) in mine for id, no in zip(facts["conversation"], facts["round"])]
            else:
                conversations = {id for id, _ in mine}
                keep = [id in conversations for id in facts["conversation"]]
            facts = facts[keep]
        return facts

    def places(self, fact, dimensions, zone):
        places = [()]
        for name in dimensions:
            if name in ("day", "week", "month"):
                day = day_of(fact["time"], zone)
                if name == "week":
                    day = day.fromordinal(day.toordinal() - day.weekday())
                values = [day.isoformat() if name != "month" else day.isoformat()[:7]]
            elif name in ("agent", "responder"):
                values = [fact[name] or ""]
            elif name in ("grade", "code"):
                values = [fact["word"]]
            else:
                about = self.conversation.loc[fact["conversation"]]
                values = (list(about["tags"]) or [""]) if name == "tag" else [about[name] or ""]
            places = [(*place, value) for place in places for value in values]
        return places


def percentile(sizes, p):
    """The smallest value that at least that part of the values does not exceed."""
    return sizes[max(0, ceil(round(p * len(sizes), 9)) - 1)]


def figure(metric, facts):
    made = {"count": len(facts), "provisional": sum(bool(fact.get("provisional")) for fact in facts)}
    if metric == "conversations_handled":
        made["count"] = len({fact["conversation"] for fact in facts})
        made["value"] = float(made["count"])
    elif metric in ("csat_mean", "csat_mean_answered") and facts:
        scores = [int(fact["size"]) for fact in facts]
        made |= {"sum": sum(scores), "value": sum(scores) / len(scores)}
    elif facts and "size" in facts[0]:
        sizes = sorted(int(fact["size"]) for fact in facts)
        made |= {"sum": sum(sizes), "max": sizes[-1], "value": sum(sizes) / len(sizes)}
        made |= {name: percentile(sizes, p) for name, p in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)]}
    elif facts and "hit" in facts[0]:
        hits = sum(bool(fact["hit"]) for fact in facts)
        made |= {"sum": hits, "value": hits / len(facts)}
    elif facts and "part" in facts[0]:
        part, whole = sum(int(fact["part"]) for fact in facts), sum(int(fact["whole"]) for fact in facts)
        made |= {"sum": part, "of": whole, "value": part / whole if whole else None}
        if metric == "concurrency":
            made["max"] = max(int(fact["most"]) for fact in facts)
    elif metric in ("conversations_started", "rounds_started", "rounds_completed"):
        made["value"] = float(len(facts))
    else:
        made["value"] = None
    return made


def slots(spells, engagements, until):
    """Quarter hours of agents by status, from the log of presence."""
    rows = {}
    by_agent = {}
    for spell in spells:
        by_agent.setdefault(spell["user"], []).append(spell)
    held = {}
    for e in engagements:
        if e["kind"] == "agent":
            held.setdefault(e["agent_id"], []).append((e["started_at"], until if e["ended_at"] is None else e["ended_at"]))
    for agent, log in by_agent.items():
        for spell, following in zip(log, log[1:] + [None]):
            begin, end = spell["at"], min(following["at"], until) if following else until
            while begin < end:
                slot = begin - begin % QUARTER_MS
                stop = min(end, slot + QUARTER_MS)
                row = rows.setdefault(
                    (agent, slot, spell["status"]),
                    {
                        "agent_id": agent,
                        "slot_start": slot,
                        "status": spell["status"],
                        "activity_ms": 0,
                        "available_capacity_ms": 0,
                        "consumed_capacity_ms": 0,
                        "busy_ms": 0,
                        "most": 0,
                    },
                )
                row["activity_ms"] += stop - begin
                if spell["status"] in ("available", "busy"):
                    row["available_capacity_ms"] += spell["capacity"] * (stop - begin)
                inside = sorted((max(a, begin), min(b, stop)) for a, b in held.get(agent, []) if a < stop and b > begin)
                row["consumed_capacity_ms"] += sum(b - a for a, b in inside)
                row["most"] = max([row["most"]] + [sum(x <= a < y for x, y in inside) for a, _ in inside])
                last = begin
                for a, b in inside:
                    row["busy_ms"] += max(0, b - max(a, last))
                    last = max(last, b)
                begin = stop
    return list(rows.values())
