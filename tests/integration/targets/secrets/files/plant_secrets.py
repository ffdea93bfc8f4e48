# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``plant_secrets.py FOLDER``: writes a file for each form in which a secret could get out, to prove the search.

The environment tells ``ID`` and ``SECRET`` of the API client. Prints the names of the files.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import os
import shlex
import sys
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote, quote_plus

TOKEN = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJzb21lYm9keSIsImV4cCI6MTcwMDAwMDAwMH0.c2lnbmF0dXJl"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def module(arguments: str) -> str:
    """Return something like a module that Ansible has packed, with its arguments in a file inside."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("ansible_collections/one.py", "print('one')\n" * 50)
        packed.writestr("args.json", json.dumps({"ANSIBLE_MODULE_ARGS": {"client_secret": arguments}}))
    return (
        f"if __name__ == '__main__':\n    _ansiballz_main(zip_data='{base64.b64encode(archive.getvalue()).decode()}')\n"
    )


def forms(client: str, secret: str) -> dict[str, str | bytes]:
    pair = f"{client}:{secret}"
    encoded_pairs = [f"{encode(client)}:{encode(secret)}" for encode in (quote_plus, lambda text: quote(text, safe=""))]
    return {
        "plain": secret,
        "cut-short": f"...{secret[-15:]}",
        "quoted": quote(secret, safe=""),
        "quoted-but-slashes": quote(secret),
        "form": quote_plus(secret),
        "json": json.dumps({"a": secret}),
        "json-slashes": json.dumps(secret).replace("/", "\\/"),
        "json-in-json": json.dumps(json.dumps(secret)),
        "repr": repr(secret),
        "repr-of-bytes": repr(secret.encode()),
        "html": html.escape(secret),
        "shell": shlex.quote(f"sh -c {shlex.quote(secret)}"),
        "base64": encoded(secret),
        "base64-url-safe": base64.urlsafe_b64encode(secret.encode()),
        "base64-in-words": f"beforeit{encoded('xy' + secret)}afterit",
        "base64-twice": encoded(encoded(secret)),
        "base64-quoted": quote(encoded(secret), safe=""),
        "base64-json-slashes": encoded(secret).replace("/", "\\/"),
        "header": f"Authorization: Basic {encoded(pair)}",
        "header-quoted": quote(f"Basic {encoded(pair)}", safe=""),
        "header-of-form": f"Basic {encoded(encoded_pairs[0])}",
        "header-of-quoted": f"Basic {encoded(encoded_pairs[1])}",
        "module": module(secret),
        "module-with-header": module(f"Basic {encoded(pair)}"),
        "gzip": gzip.compress(secret.encode()),
        "zlib": zlib.compress(pair.encode()),
        "token": f"Bearer {TOKEN}",
        "token-quoted": quote(f"Bearer {TOKEN}", safe=""),
        "token-json": json.dumps({"access_token": TOKEN}),
        "token-base64": encoded(TOKEN),
        "token-header-base64": encoded(f"Bearer {TOKEN}"),
        "token-in-module": module(TOKEN),
    }


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir()
    for name, content in forms(os.environ["ID"], os.environ["SECRET"]).items():
        around = [b"x" * 200, content.encode() if isinstance(content, str) else content]
        # Packed files are known by how they begin.
        (folder / name).write_bytes(around[1] if name in ("gzip", "zlib") else b"\n".join([*around, around[0]]))
        print(name)


if __name__ == "__main__":
    main()
