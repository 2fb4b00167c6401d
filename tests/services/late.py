"""A slow Your Logic: answers 202 to every turn of a customer and delivers its answer later.

late.py ADDRESS HUB SECRET
"""

import hmac
import json
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

ADDRESS, HUB, SECRET = sys.argv[1:4]
WEBHOOK = Webhook(SECRET if SECRET.startswith("whsec_") else SECRET.encode())
HELLO = [{"type": "MESSAGE", "text": "I have thought about it."}]


def bring(conversation, request_id):
    time.sleep(0.05)
    answer = {"requestId": request_id, "actions": HELLO}
    url = f"{HUB}/api/v1/logic/conversations/{conversation}/responses"
    headers = {"authorization": f"Bearer {SECRET}", "content-type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(answer).encode(), headers)).close()


class Late(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            WEBHOOK.verify(body, dict(self.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            return self.say(401, {})
        if not hmac.compare_digest(self.headers.get("authorization", ""), f"Bearer {SECRET}"):
            return self.say(401, {})
        try:
            request = json.loads(body)
            trigger, conversation = request["trigger"], request["conversation"]["id"]
            by = trigger["by"]["kind"]
        except (ValueError, TypeError, KeyError):
            return self.say(400, {})
        if request.get("dryRun"):
            return self.say(200, {"actions": HELLO})
        waits = by == "customer" and not trigger["silent"] and trigger["type"] in ("TURN", "ANSWER")
        if not waits and trigger["type"] != "ENGAGE_LOGIC_CHANGED":
            return self.say(204, None)
        threading.Thread(target=bring, args=(conversation, request["requestId"])).start()
        return self.say(202, {})

    def say(self, status, answer):
        data = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        if data:
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Service(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


host, _, port = ADDRESS.rpartition(":")
service = Service((host, int(port)), Late)
print(f"listening on http://{host}:{service.server_port}", flush=True)
service.serve_forever()
