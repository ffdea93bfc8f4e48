# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an API client says who it is, and in which texts a server could say that back."""

from __future__ import annotations

import base64
from urllib.parse import quote

from .settings import Secret, Settings


def basic_headers(settings: Settings) -> list[Secret]:
    """Return the headers to try, in this order, for a server that does not say how it reads them.

    The vendor's own client sends id and secret as they are. RFC 6749, section 2.3.1, has both encoded first, which is
    also the only way for an id with a colon.
    """
    plain, encoded = _plain_pair(settings), _encoded_pair(settings)
    pairs = [encoded] if ":" in settings.client_id or plain == encoded else [plain, encoded]
    return [Secret(f"Basic {_base64(pair)}") for pair in pairs]


def secret_encodings(settings: Settings) -> list[str]:
    """Return what would give the secret away, without the padding that a reader can do without."""
    secret = settings.client_secret.reveal()
    pairs = [_base64(pair).rstrip("=") for pair in (_plain_pair(settings), _encoded_pair(settings))]
    return [secret, _encoded(secret), *pairs]


def _plain_pair(settings: Settings) -> str:
    return f"{settings.client_id}:{settings.client_secret.reveal()}"


def _encoded_pair(settings: Settings) -> str:
    return f"{_encoded(settings.client_id)}:{_encoded(settings.client_secret.reveal())}"


def _encoded(text: str) -> str:
    """Encode as for a form, with %20 for a blank: there are servers to which a plus sign is no blank."""
    return quote(text, safe="")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
