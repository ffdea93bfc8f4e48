# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a token answer says, and for how long the token is good."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from .._domain.text import sanitize
from . import payloads
from .errors import PayloadError
from .settings import Secret

UNKNOWN_LIFETIME = 60.0
"""Seconds that a token is used when the answer does not say how long it is valid: short, never for ever."""

LONGEST_LIFETIME = 86400.0
MARGIN = 60.0
LONGEST_TOKEN = 32768
"""Characters. No server takes a header that long."""

SENDABLE = re.compile(r"[\x21-\x7e]+")
"""What can stand in a header; anything else in a token would be sent as something else."""

REFUSALS = ("invalid_client", "invalid_request")
"""What RFC 6749 has a server say that does not know the client, or cannot decode how it presents itself."""


class Token(NamedTuple):
    """An access token and the moment, on the caller's clock, from which it is not used any more."""

    secret: Secret
    good_until: float

    def fresh(self, now: float) -> bool:
        return now < self.good_until


def read_token(document: Any, now: float) -> Token:
    """Return the token in ``document``, the decoded body of a token answer. Raises PayloadError."""
    if not isinstance(document, dict):
        raise PayloadError("the token answer is no JSON object")
    text = document.get("access_token")
    if not isinstance(text, str) or len(text) > LONGEST_TOKEN or not SENDABLE.fullmatch(text):
        raise PayloadError("the token answer has no usable access_token")
    kind = document.get("token_type", "Bearer")
    if not isinstance(kind, str) or kind.casefold() != "bearer":
        raise PayloadError(f"the token answer has the token_type {sanitize(kind, 40)}, not Bearer")
    lifetime = _lifetime(document.get("expires_in"))
    return Token(Secret(text), now + lifetime - min(MARGIN, lifetime / 10))


def refuses_client(status: int, body: bytes) -> bool:
    """Whether a token answer is about who asked, and not about what that client may do."""
    return status == 401 or (status == 400 and payloads.error_of(body) in REFUSALS)


def _lifetime(value: Any) -> float:
    if isinstance(value, bool):
        return UNKNOWN_LIFETIME
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return UNKNOWN_LIFETIME
    if not math.isfinite(seconds):
        return UNKNOWN_LIFETIME
    return min(max(seconds, 0.0), LONGEST_LIFETIME)
