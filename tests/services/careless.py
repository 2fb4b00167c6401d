"""A bad Your Logic: trusts everyone, forgets nothing, and fails on unknown input."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KNOWN = {"CONVERSATION_STARTED", "TURN", "ANSWER", "NEEDS_HELP_CHANGED"}
seen = []


class Careless(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            request = json.loads(body)
            kind = request["trigger"]["type"]
        except (ValueError, TypeError):
            kind, request = "TURN", {"requestId": None}
        if kind not in KNOWN:
            return self.say(500, {})
        seen.append(request["requestId"])
        if kind == "CONVERSATION_STARTED":
            return self.say(200, {"actions": []})
        text = "You again?" if seen.count(request["requestId"]) > 1 else "Hello"
        actions = [{"type": "MESSAGE", "text": text, "force": True}]
        if "a person" in json.dumps(request.get("trigger", {})):
            actions.append({"type": "INVITE_EXTERNAL_AGENT", "name": "Somebody", "ttlS": 3600})
        if seen.count(request["requestId"]) > 1:
            actions.append({"type": "COMPLETE"})
        return self.say(200, {"actions": actions})

    def say(self, status, answer):
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


host, _, port = sys.argv[1].rpartition(":")
service = ThreadingHTTPServer((host, int(port)), Careless)
print(f"listening on http://{host}:{service.server_port}", flush=True)
service.serve_forever()
