"""What a website's server does for a known visitor: signs their identity. The secret comes on standard input."""

import json
import sys
import time

import jwt

claims = json.loads(sys.argv[1]) | {"exp": int(time.time()) + 600}
print(jwt.encode(claims, sys.stdin.read().strip(), algorithm="HS256"))
