"""Your Logic in one file: greets with a menu, answers what it knows, calls a person on request, says goodbye.

TANDEM_LOGIC_SECRET=... python logic.py [ADDRESS]
"""

import hmac
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

# Maximum request: 200 turns of the longest texts.
BODY_BYTES = 16 * 1024 * 1024
SECRET = os.environ["TANDEM_LOGIC_SECRET"]
# A whsec_ secret (Standard Webhooks) is decoded; any other is the key itself.
WEBHOOK = Webhook(SECRET if SECRET.startswith("whsec_") else SECRET.encode())

MENU = [
    {"id": "order", "label": "Where is my order?"},
    {"id": "done", "label": "Nothing, thank you"},
    {"id": "person", "label": "A person, please"},
]


# A sample's phrase book; a real service would ask its translator.
PHRASES = [
    {"en": "Hello", "de": "Hallo", "pt": "Olá"},
    {"en": "Thank you", "de": "Danke", "pt": "Obrigado"},
    {"en": "Where is my order?", "de": "Wo ist meine Bestellung?", "pt": "Onde está a minha encomenda?"},
    {"en": "One moment, please.", "de": "Einen Moment, bitte.", "pt": "Um momento, por favor."},
]


def message(text):
    return {"type": "MESSAGE", "text": text}


def menu(text):
    return {"type": "QUESTION", "text": text, "choices": MENU}


def answer(request):
    """From request to actions, without state."""
    trigger, conversation, turns = request["trigger"], request["conversation"], request["turns"]
    kind = trigger["type"]
    person = any(one["kind"]["kind"] in ("agent", "external_agent") for one in request["engagements"])
    attended = person or conversation["needsHelp"] or not conversation["inProgress"]
    waits = bool(turns) and turns[-1]["by"]["kind"] == "customer"
    if kind == "PREVIEW":
        return reply((trigger.get("turn") or {}).get("content", {}), turns)
    if kind == "IMPROVE":
        return [{"type": "SUGGESTION", "text": tidy(trigger["draft"])}]
    if trigger["silent"] or attended:
        return []
    if kind in ("TURN", "ANSWER") and trigger["by"]["kind"] == "customer":
        return reply(said(trigger), turns)
    if kind in ("ENGAGE_LOGIC_CHANGED", "ENGAGEMENT_ENDED") and waits:
        return [menu("This is the assistant again. What can I do?")]
    return []


def said(trigger):
    """What the customer wrote since the last answer: several turns are one question."""
    told = [one for one in trigger.get("joined", []) if one.get("turn") and one["by"]["kind"] == "customer"]
    contents = [one["turn"]["content"] for one in [*told, trigger]]
    return {**contents[-1], "text": "\n".join(content.get("text", "") for content in contents)}


def translations(wanted):
    """One for each text that the phrase book knows."""
    to, made = wanted["to"].split("-")[0].lower(), []
    for text in wanted["texts"]:
        words = text["text"].strip().lower()
        known = [(row, tag) for row in PHRASES for tag in row if row[tag].lower() == words and to in row]
        if known:
            row, tag = known[0]
            made.append({"id": text["id"], "from": tag, "text": row[to]})
    return made


def tidy(draft):
    """An agent's draft with a capital and a full stop; a real service would ask its model."""
    text = draft.strip()
    return text[:1].upper() + text[1:] + ("." if text[-1:].isalnum() else "")


def reply(content, turns):
    text, choice = content.get("text", "").lower(), content.get("choice")
    if choice == "person" or "person" in text or "human" in text:
        reason = "The customer asked for a person."
        help_wanted = {"type": "NEEDS_HELP", "value": True, "customerAsked": True, "reason": reason}
        return [message("Let me get a colleague. One moment, please."), help_wanted]
    if choice == "order":
        return [message("Your order left the warehouse this morning. Is there anything else?")]
    if choice == "done":
        complete = {"type": "COMPLETE", "resolution": "Nothing more was needed"}
        return [message("Goodbye, and thank you for writing!"), complete]
    if any(turn["by"]["kind"] == "logic" for turn in turns):
        return [menu("I'm sorry, I know little. Would one of these help?")]
    return [menu("Hello! I'm the assistant. What can I do for you?")]


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        if length > BODY_BYTES:
            self.close_connection = True
            return self.say(413, {"error": "too large"})
        body = self.rfile.read(length)
        if not self.is_the_hub(body):
            return self.say(401, {"error": "not signed by the hub"})
        try:
            request = json.loads(body)
            asked = request["trigger"]["type"]
            said = {"translations": translations(request["trigger"]["translate"])} if asked == "TRANSLATE" else {"actions": answer(request)}
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            return self.say(400, {"error": "not a request of the protocol"})
        return self.say(200, {"requestId": request["requestId"], **said})

    def is_the_hub(self, body):
        """Accepts only what the hub signed within the last five minutes, over these exact bytes."""
        given = self.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {SECRET}".encode()):
            return False
        try:
            WEBHOOK.verify(body, dict(self.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True

    def say(self, status, answer_body):
        data = json.dumps(answer_body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Service(ThreadingHTTPServer):
    # Conversations are asked about in parallel.
    request_queue_size = 128
    daemon_threads = True


if __name__ == "__main__":
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:7701").rpartition(":")
    service = Service((host, int(port)), Door)
    print(f"listening on http://{host}:{service.server_port}", flush=True)
    service.serve_forever()
