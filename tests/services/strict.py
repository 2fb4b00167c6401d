"""The Python sample, which first validates every request and its own answers against the committed schema.

strict.py ADDRESS
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples/logic-python"))
import logic  # noqa: E402

SCHEMA = json.loads((ROOT / "docs/your-logic.schema.json").read_text())
Draft202012Validator.check_schema(SCHEMA)


def validator(name):
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


REQUEST, ANSWER = validator("LogicRequestBody"), validator("LogicResponseBody")
sample = logic.answer


def strict(request):
    REQUEST.validate(request)
    actions = sample(request)
    ANSWER.validate({"requestId": request["requestId"], "actions": actions})
    assert not ANSWER.is_valid({"actions": [{"type": "DANCE"}]}), "the schema knows what is no action"
    assert ANSWER.is_valid({"actions": [{"type": "MESSAGE", "text": "x", "loud": True}]}), "unknown fields are ignored"
    return actions


logic.answer = strict
host, _, port = sys.argv[1].rpartition(":")
service = logic.Service((host, int(port)), logic.Door)
print(f"listening on http://{host}:{service.server_port}", flush=True)
service.serve_forever()
