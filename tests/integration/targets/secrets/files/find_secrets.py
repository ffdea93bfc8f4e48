# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``find_secrets.py FOLDER``: exits 1 when a file below FOLDER holds a secret in any form; says where, and not what.

The environment tells: ``ID`` and ``SECRET`` of the API client. Tokens are known by their shape.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus


def escaped(text: str) -> re.Pattern[bytes]:
    """Match ``text`` with any of its characters escaped: encoders differ in what they leave as it is."""
    units = []
    for character in text:
        ways = [re.escape(character.encode()), b"(?i:%s)" % b"".join(b"%%%02x" % byte for byte in character.encode())]
        units.append(b"(?:%s)" % b"|".join([*ways, *([rb"\+"] if character == " " else [])]))
    return re.compile(b"".join(units))


def forms(client: str, secret: str) -> dict[str, re.Pattern[bytes]]:
    plain = {
        "the secret": secret,
        "the secret in JSON": json.dumps(secret)[1:-1],
        "the secret in base64": base64.b64encode(secret.encode()).decode(),
        "the header": base64.b64encode(f"{client}:{secret}".encode()).decode(),
        "the header for a URL": base64.urlsafe_b64encode(f"{client}:{secret}".encode()).decode(),
        "the encoded header": base64.b64encode(f"{quote(client, safe='')}:{quote(secret, safe='')}".encode()).decode(),
        "the encoded header with + for a blank": base64.b64encode(
            f"{quote_plus(client)}:{quote_plus(secret)}".encode()
        ).decode(),
    }
    found = {name: re.compile(re.escape(text.rstrip("=").encode())) for name, text in plain.items()}
    found["the secret in a URL or a form"] = escaped(secret)
    found["a token"] = re.compile(rb"eyJ[A-Za-z0-9_-]{10,}[.]eyJ[A-Za-z0-9_-]{10,}")
    return found


def main() -> int:
    wanted = forms(os.environ["ID"], os.environ["SECRET"])
    files = [path for path in Path(sys.argv[1]).rglob("*") if path.is_file()]
    sizes = 0
    places = []
    for path in files:
        content = path.read_bytes()
        sizes += len(content)
        places += [f"{name} is in {path.name}" for name, form in wanted.items() if form.search(content)]
    print("\n".join(places) or f"{len(files)} files with {sizes} bytes hold no secret")
    return 1 if places or sizes < 5_000 else 0


if __name__ == "__main__":
    sys.exit(main())
