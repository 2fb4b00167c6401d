"""Recomputes every table and every figure from the raw log, and compares: recompute.py FOLDER

Twice, each in its own way: `tables.py` and `figures.py` with pandas, and `recompute.sql` with DuckDB.

FOLDER has `export` (tandem-hub export --log, Parquet), `spells.json` (the log of presence), `hours.json` (business hours
by owner) and `figures.json` (questions with the hub's answers). Says what differs, and fails if anything does.
"""

import json
import pathlib
import sys

import duckdb
import pandas as pd

import tables as recomputed
from figures import Figures, slots

HERE = pathlib.Path(__file__).parent
KEYS = {
    "conversation": ["conversation_id"],
    "round": ["conversation_id", "no"],
    "engagement": ["engagement_id"],
    "turn": ["conversation_id", "position"],
    "call": ["call_id"],
    "logic_request": ["request_id"],
    "external_agent": ["external_agent_id"],
    "tag": ["conversation_id", "position", "tag"],
    "review": ["review_id"],
    "handover": ["handover_id"],
    "activity": ["agent_id", "slot_start", "status"],
}
# Positions of the log, where rows come from, and the ledger of alerts are not in the events.
ELSEWHERE = {"row_version", "origin", "source", "decided", "sent", "shown", "muted", "clicked", "first_shown_ms"}
NAMED = 12
FILTERS = {"agent", "tag", "channel", "brand", "language", "responder"}


class Differences:
    def __init__(self):
        self.count, self.by_place = 0, {}

    def add(self, place, words):
        self.count += 1
        self.by_place.setdefault(place, []).append(words)

    def report(self):
        for place, all_words in sorted(self.by_place.items()):
            print(f"{place}: {len(all_words)} differ")
            for words in all_words[:NAMED]:
                print(f"    {words}")


def plain(value):
    """A cell of Parquet as the recomputation has it."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.value // 1_000_000
    if hasattr(value, "item"):
        return value.item()
    return str(value) if type(value).__name__ == "UUID" else value


def exported(folder, table):
    rows = duckdb.sql(f"SELECT * FROM read_parquet('{folder}/{table}.parquet')")
    names = rows.columns
    kinds = [str(kind) for kind in rows.types]
    found = []
    for cells in rows.fetchall():
        row = {}
        for name, kind, cell in zip(names, kinds, cells):
            if cell is not None and kind.startswith("TIMESTAMP"):
                cell = round(pd.Timestamp(cell).timestamp() * 1000)
            elif cell is not None and kind == "UUID":
                cell = str(cell)
            row[name] = json.loads(cell) if name == "tags" and cell is not None else cell
        found.append(row)
    return found


def compare_table(name, ours, theirs, differences):
    key = lambda row: tuple(row[column] for column in KEYS[name])
    there = {key(row): row for row in theirs}
    for row in ours:
        other = there.pop(key(row), None)
        if other is None:
            differences.add(name, f"{key(row)} is missing in the export")
            continue
        for column in row:
            if column in other and column not in ELSEWHERE and row[column] != other[column]:
                differences.add(f"{name}.{column}", f"{key(row)}: {other[column]!r} exported, {row[column]!r} recomputed")
    for missing in there:
        differences.add(name, f"{missing} is not in the log")
    if theirs:
        unchecked = set(theirs[0]) - set(ours[0] if ours else {}) - ELSEWHERE
        if unchecked:
            differences.add(name, f"columns are not recomputed: {sorted(unchecked)}")


def in_sql(folder, questions, differences):
    """The same in SQL: its tables against the exported ones, and its figures against the hub's."""
    base = duckdb.connect()
    base.execute("SET VARIABLE log = ?", [str(folder / "export/log.ndjson")])
    base.execute((HERE / "recompute.sql").read_text())
    compared = 0
    for name, sql in {
        "round": "SELECT * FROM round",
        "engagement": "SELECT * FROM shared",
        "queue": "SELECT id AS engagement_id, queue_ms, person_wait_ms, queue_outcome FROM queue",
        "turn": "SELECT conversation_id, position, response_ms FROM answered WHERE position IS NOT NULL",
        "review": "SELECT * FROM review",
    }.items():
        table = "engagement" if name == "queue" else name
        rows = base.sql(sql)
        there = {tuple(row[column] for column in KEYS[table]): row for row in exported(folder / "export", table)}
        for cells in rows.fetchall():
            row = dict(zip(rows.columns, cells))
            key = tuple(row[column] for column in KEYS[table])
            other = there.get(key, {})
            compared += 1
            for column, value in row.items():
                if other.get(column) != value:
                    differences.add(f"SQL {name}.{column}", f"{key}: {other.get(column)!r} exported, {value!r} recomputed")
    whole = [question for question in questions if question["asked"].get("by") == "day" and not FILTERS & set(question["asked"])]
    for question in whole:
        if question["asked"]["business"]:
            continue
        answer = {(row["metric"], row["day"]): row for row in question["answer"]["rows"]}
        figures = base.sql(f"FROM figures('{question['answer']['zone']}')")
        for cells in figures.fetchall():
            figure = dict(zip(figures.columns, cells))
            row = answer.get((figure["metric"], figure["day"]), {})
            names = ["count", "sum"] + (["p50", "p90", "max"] if figure["max"] is not None else [])
            for name in names:
                compared += 1
                if row.get(name) != figure[name]:
                    place = f"{figure['metric']} on {figure['day']} in {question['answer']['zone']}"
                    differences.add(f"SQL {figure['metric']} {name}", f"{place}: {row.get(name)} said, {figure[name]} recomputed")
    return compared


def same(a, b):
    if isinstance(a, float) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))
    return a == b


def compare_figures(asked, answer, found, differences):
    dimensions = [name for name in asked.get("by", "").split(",") if name]
    there = {(row["metric"], *(row[name] for name in dimensions)): row for row in answer["rows"]}
    for place, figure in found.items():
        row = there.pop(place, None)
        if row is None:
            differences.add(place[0], f"{asked}: {place} is missing, {figure} recomputed")
            continue
        for name, value in figure.items():
            said = row.get(name, 0 if name == "provisional" else None)
            if not same(value, said):
                differences.add(f"{place[0]} {name}", f"{place} of {asked}: {said} said, {value} recomputed")
    for place, row in there.items():
        differences.add(place[0], f"{place} of {asked}: {row} said, nothing recomputed")


def main():
    folder = pathlib.Path(sys.argv[1])
    read = lambda name: json.loads((folder / name).read_text())
    events = recomputed.read(folder / "export/log.ndjson")
    schedules = {}
    for owner in read("hours.json"):
        versions = [dict(version, validFrom=recomputed.ms(version["validFrom"])) for version in owner["versions"]]
        schedules[owner.get("number") or owner.get("brand")] = versions
    made = recomputed.tables_of(events, schedules)
    meta = json.loads((folder / "export/meta.json").read_text())
    differences = Differences()
    spells = [dict(spell, at=recomputed.ms(spell["at"])) for spell in read("spells.json")]
    made_at = recomputed.ms(meta["made"])
    made["activity"] = slots(spells, made["engagement"], made_at)
    rows = 0
    for name in KEYS:
        theirs = exported(folder / "export", name)
        compare_table(name, made[name], theirs, differences)
        rows += len(theirs)
    # The ledger of alerts is not in the log.
    ledger = {row["call_id"]: row for row in exported(folder / "export", "call")}
    for row in made["call"]:
        row |= {name: ledger[row["call_id"]][name] for name in ("shown", "first_shown_ms")}
    questions = read("figures.json")
    figures = 0
    # All were asked within moments.
    now = recomputed.ms(questions[0]["answer"]["asOf"]["time"]) if questions else made_at
    last = max((recomputed.ms(question["answer"]["until"]) for question in questions), default=made_at)
    counted = Figures(made, slots(spells, made["engagement"], min(now, last)), now)
    for question in questions:
        answer = question["answer"]
        asked = dict(question["asked"], zone=answer["zone"])
        asked["from"], asked["until"] = recomputed.ms(answer["from"]), recomputed.ms(answer["until"])
        found = counted.answer(asked)
        compare_figures(question["asked"], answer, found, differences)
        figures += len(found)
    compared = in_sql(folder, questions, differences)
    differences.report()
    print(f"in SQL, {compared} cells")
    print(f"{len(events)} events, {rows} rows, {figures} figures of {len(questions)} questions: {differences.count} differ")
    sys.exit(1 if differences.count else 0)


main()
