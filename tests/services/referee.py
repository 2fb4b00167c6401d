"""A Cloud API client that somebody else wrote (pywa), as a referee of ours.

`referee.py send URL TOKEN NUMBER ACCOUNT` sends one message of each kind and prints what became of it.
`referee.py read SECRET NUMBER` reads webhooks, one JSON a line with `body` and `signature`, and prints what each says.
"""

import json
import sys

import httpx
from pywa import WhatsApp, errors, types
from pywa.types.templates import BodyText, TemplateLanguage

CUSTOMER = "34600999888"
PNG = b"\x89PNG\r\n\x1a\n and so on"


def say(value):
    print(json.dumps(value), flush=True)


def client(url, token, number, account):
    session = httpx.Client(timeout=30)
    wa = WhatsApp(phone_id=number, token=token, waba_id=account, session=session)
    # It knows Meta's own address alone.
    session.base_url = f"{url}/v25.0"
    return wa


def buttons(count):
    return [types.Button(f"Choice {at}", f"turn:{at}") for at in range(count)]


def rows(count):
    all_rows = [types.SectionRow(f"Row {at}", f"turn:{at}", "More") for at in range(count)]
    return types.SectionList("Choose", [types.Section("Choose", all_rows)])


def send(url, token, number, account):
    wa = client(url, token, number, account)
    sent = wa.send_message(CUSTOMER, "Hello")
    template = dict(name="found", language=TemplateLanguage.ENGLISH)
    intents = {
        "text": lambda: wa.send_message(CUSTOMER, "Hello", tracker="turn"),
        "quote": lambda: wa.send_message(CUSTOMER, "This one", reply_to_message_id="wamid.1"),
        "long text": lambda: wa.send_message(CUSTOMER, "x" * 4096),
        "buttons": lambda: wa.send_message(CUSTOMER, "Which?", buttons=buttons(3)),
        "list": lambda: wa.send_message(CUSTOMER, "Which?", buttons=rows(10)),
        "image": lambda: wa.send_image(CUSTOMER, PNG, caption="Look", mime_type="image/png"),
        "document": lambda: wa.send_document(CUSTOMER, b"%PDF-1.7", filename="bill.pdf", mime_type="application/pdf"),
        "audio": lambda: wa.send_audio(CUSTOMER, b"OggS and so on", mime_type="audio/ogg"),
        "reaction": lambda: wa.send_reaction(CUSTOMER, "👍", "wamid.1"),
        "unreaction": lambda: wa.remove_reaction(CUSTOMER, "wamid.1"),
        "template": lambda: wa.send_template(CUSTOMER, **template, params=[BodyText.params("Carmen")]),
        "read mark": lambda: wa.mark_message_as_read("wamid.1"),
        "typing": lambda: wa.indicate_typing("wamid.1"),
        "too long a text": lambda: wa.send_message(CUSTOMER, "x" * 4097),
        "four buttons": lambda: wa.send_message(CUSTOMER, "Which?", buttons=buttons(4)),
        "eleven rows": lambda: wa.send_message(CUSTOMER, "Which?", buttons=rows(11)),
    }
    say({"intent": "first", "accepted": str(sent.id)})
    for intent, act in intents.items():
        try:
            accepted = act()
            say({"intent": intent, "accepted": str(getattr(accepted, "id", accepted))})
        except errors.WhatsAppError as error:
            say({"intent": intent, "refused": error.code})
    about = wa.get_business_phone_number()
    say({"intent": "number", "accepted": about.display_phone_number})
    names = [template.name for template in wa.get_templates()]
    say({"intent": "templates", "accepted": ",".join(names)})
    wrong = client(url, "another token", number, account)
    try:
        wrong.send_message(CUSTOMER, "Hello")
        say({"intent": "wrong token", "accepted": ""})
    except errors.WhatsAppError as error:
        say({"intent": "wrong token", "refused": error.code})


def read(secret, number):
    wa = WhatsApp(phone_id=number, token="none", app_secret=secret, server=None, verify_token="none")
    heard = []

    def hears(kind, more=lambda update: {}):
        def handler(_, update):
            heard.append({"kind": kind, "id": update.id, "from": update.from_user.wa_id, **more(update)})

        return handler

    def message(update):
        media = update.media
        quoted = update.reply_to_message
        return {
            "type": str(update.type.value),
            "text": update.text or update.caption,
            "reaction": update.reaction.emoji if update.reaction else None,
            "quotes": quoted.id if quoted else None,
            "media": media.id if media else None,
            "name": update.from_user.name,
        }

    wa.on_message(hears("message", message))
    wa.on_callback_button(hears("button", lambda update: {"type": str(update.data), "text": update.title}))
    wa.on_callback_selection(hears("selection", lambda update: {"type": str(update.data), "text": update.title}))
    wa.on_edited_message(hears("edit"))
    wa.on_deleted_message(hears("withdrawal"))
    wa.on_message_status(
        lambda _, update: heard.append({"kind": "status", "id": update.id, "type": str(update.status.value), "text": update.tracker})
    )
    wa.on_template_status_update(lambda _, update: heard.append({"kind": "template", "text": update.template_name}))
    wa.on_user_marketing_preferences(lambda _, update: heard.append({"kind": "preference", "text": str(update.value)}))
    wa.on_outgoing_message(lambda _, update: heard.append({"kind": "echo", "id": update.id, "text": update.text}))
    for line in sys.stdin:
        posted = json.loads(line)
        body = posted["body"].encode()
        refused = wa.webhook_update_validator(body, posted["signature"])
        heard.clear()
        if not refused:
            try:
                wa.webhook_update_handler(body)
            except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
                # It gives up on shapes that it does not know, and then hears nothing.
                print(f"not read: {error!r}", file=sys.stderr)
        say({"refused": bool(refused), "heard": heard})


{"send": send, "read": read}[sys.argv[1]](*sys.argv[2:])
