"""Asks a hub for figures in many ways, and writes questions and answers: ask.py HUB EMAIL PASSWORD FOLDER

Writes `figures.json` and `spells.json` into FOLDER, which has an export already.
"""

import json
import pathlib
import sys
import urllib.parse
import urllib.request

import duckdb

HUB, EMAIL, PASSWORD, FOLDER = sys.argv[1:5]
ZONES = ["Europe/Madrid", "Asia/Kathmandu"]
SLOTS = ["occupancy", "load", "concurrency"]
OWN = ["response_time", "conversations_handled", "handle_time", "shared_handle_time", "handover_grade", "failed_sends"]


def call(path, body=None, token=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    return json.load(urllib.request.urlopen(urllib.request.Request(f"{HUB}{path}", data, headers)))


def main():
    token = call("/api/v1/auth/login", {"email": EMAIL, "password": PASSWORD})["accessToken"]
    get = lambda path, query={}: call(f"{path}?{urllib.parse.urlencode(query)}" if query else path, token=token)
    spells, after = [], 0
    while page := get("/api/v1/activity", {"after": after}):
        spells += page
        after = page[-1]["id"]
    metrics = [metric["id"] for metric in get("/api/v1/figures/definitions")["metrics"]]
    conversations = f"read_parquet('{FOLDER}/export/conversation.parquet')"
    first, last = duckdb.sql(f"SELECT min(started_at)::DATE - 2, max(started_at)::DATE + 40 FROM {conversations}").fetchall()[0]
    brands = [str(brand) for (brand,) in duckdb.sql(f"SELECT DISTINCT brand FROM {conversations} WHERE brand IS NOT NULL ORDER BY 1").fetchall()]
    engagements = f"read_parquet('{FOLDER}/export/engagement.parquet')"
    agents = [str(agent) for (agent,) in duckdb.sql(f"SELECT agent_id FROM {engagements} WHERE kind = 'agent' GROUP BY 1 ORDER BY count(*) DESC LIMIT 2").fetchall()]
    of_conversations = [metric for metric in metrics if metric not in SLOTS]
    ways = [
        (metrics, {}),
        (metrics, {"by": "day"}),
        (metrics, {"by": "week"}),
        (metrics, {"by": "month"}),
        (of_conversations, {"by": "channel,brand"}),
        (of_conversations, {"by": "language"}),
        (of_conversations, {"by": "tag"}),
        (of_conversations, {"channel": "whatsapp", "by": "day"}),
        (of_conversations, {"tag": "vip"}),
        (of_conversations, {"tag": ""}),
        (["response_time"], {"by": "responder,day"}),
        (["response_time"], {"responder": "logic"}),
        (["handover_grade"], {"by": "grade"}),
        (["handover_grade"], {"by": "month,grade"}),
        (["failed_sends"], {"by": "code"}),
        (["failed_sends"], {"by": "code,day"}),
        (OWN + SLOTS, {"by": "agent"}),
        (["service_level", "service_level_join"], {"t": "2m", "by": "week"}),
        (["open_time"], {"business": "true"}),
        (["open_time"], {"business": "true", "by": "day"}),
    ]
    ways += [(metrics, {"agent": agent}) for agent in agents]
    asked = []
    for zone in ZONES:
        for which, way in ways:
            query = {"metric": ",".join(which), "from": first, "to": last, "zone": zone} | way
            answer = get("/api/v1/figures", query)
            question = dict(query, **{"from": str(first), "to": str(last)})
            question["business"] = way.get("business") == "true"
            question["withinMs"] = 120_000 if way.get("t") == "2m" else 20_000
            asked.append({"asked": question, "answer": answer})
    folder = pathlib.Path(FOLDER)
    (folder / "figures.json").write_text(json.dumps(asked))
    (folder / "spells.json").write_text(json.dumps(spells))
    print(f"{len(asked)} questions, {len(spells)} spells, {len(brands)} brands")


main()
