# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an API client authenticates: its HTTP Basic headers, and the token in the response."""

from __future__ import annotations

import base64
import math
import re
from typing import Any, NamedTuple
from urllib.parse import quote

from .._domain.text import sanitize
from . import payloads
from .errors import PayloadError
from .settings import Secret, Settings

DEFAULT_LIFETIME = 60.0
"""Seconds for which a token is used when the response does not say how long it is valid."""

MAX_LIFETIME = 86400.0
MARGIN = 60.0
"""Seconds before the end of its lifetime from which a token is no longer used, at most a tenth of it."""

MAX_TOKEN_LENGTH = 32768
"""Characters. No server accepts a longer header."""

HEADER_TEXT = re.compile(r"[\x21-\x7e]+")
"""Matches a token that a header can hold. Any other would be sent altered."""

CLIENT_ERRORS = ("invalid_client", "invalid_request")
"""RFC 6749: errors of a server that does not know the client, or cannot decode its credentials."""


class Token(NamedTuple):
    """An access token, and the time on the caller's clock from which it is no longer used."""

    secret: Secret
    good_until: float

    def is_fresh(self, now: float) -> bool:
        return now < self.good_until


def parse_token(document: Any, now: float) -> Token:
    """Return the token in ``document``, the decoded body of a token response. Raises PayloadError."""
    if not isinstance(document, dict):
        raise PayloadError("the token response is not a JSON object")
    text = document.get("access_token")
    if not isinstance(text, str) or len(text) > MAX_TOKEN_LENGTH or not HEADER_TEXT.fullmatch(text):
        raise PayloadError("the token response has no usable access_token")
    kind = document.get("token_type", "Bearer")
    if not isinstance(kind, str) or kind.casefold() != "bearer":
        raise PayloadError(f"the token response has the token_type {sanitize(kind, 40)}, not Bearer")
    lifetime = _parse_lifetime(document.get("expires_in"))
    return Token(Secret(text), now + lifetime - min(MARGIN, lifetime / 10))


def rejects_client(status: int, body: bytes) -> bool:
    """Return whether a token response rejects the client itself, and not what it may do."""
    return status == 401 or (status == 400 and payloads.read_error_code(body) in CLIENT_ERRORS)


def basic_headers(settings: Settings) -> list[Secret]:
    """Return the headers to try, in this order, for a server that does not document how it decodes them.

    The vendor's own client sends id and secret unencoded. RFC 6749, section 2.3.1, encodes both first, which is also
    the only way to send an id with a colon.
    """
    plain, encoded = _plain_pair(settings), _encoded_pair(settings)
    pairs = [encoded] if ":" in settings.client_id or plain == encoded else [plain, encoded]
    return [Secret(f"Basic {_base64(pair)}") for pair in pairs]


def secret_encodings(settings: Settings) -> list[str]:
    """Return every text that would reveal the secret, without base64 padding, which a reader does not need."""
    secret = settings.client_secret.reveal()
    pairs = [_base64(pair).rstrip("=") for pair in (_plain_pair(settings), _encoded_pair(settings))]
    return [secret, _percent_encode(secret), *pairs]


def _parse_lifetime(value: Any) -> float:
    if isinstance(value, bool):
        return DEFAULT_LIFETIME
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_LIFETIME
    if not math.isfinite(seconds):
        return DEFAULT_LIFETIME
    return min(max(seconds, 0.0), MAX_LIFETIME)


def _plain_pair(settings: Settings) -> str:
    return f"{settings.client_id}:{settings.client_secret.reveal()}"


def _encoded_pair(settings: Settings) -> str:
    return f"{_percent_encode(settings.client_id)}:{_percent_encode(settings.client_secret.reveal())}"


def _percent_encode(text: str) -> str:
    """Encode as for a form, with %20 for a space: some servers do not decode a plus sign as a space."""
    return quote(text, safe="")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
