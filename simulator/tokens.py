# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access tokens: JSON Web Tokens (RFC 7519) signed with HS256 and a key of this process."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Callable
from hashlib import sha256


class InvalidTokenError(Exception):
    """An invalid token; the message does not include it."""


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Tokens:
    """Issues and checks tokens; ``lifetime`` in seconds."""

    def __init__(self, lifetime: float, clock: Callable[[], float]) -> None:
        self.lifetime = lifetime
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._serial = 0
        self._revoked_up_to = 0

    def issue(self, client_id: str) -> str:
        """Return a new token for the client."""
        self._serial += 1
        now = self._clock()
        claims = {"sub": client_id, "iat": int(now), "exp": now + self.lifetime, "jti": self._serial}
        head = _pack(b'{"alg":"HS256","typ":"JWT"}')
        signed = f"{head}.{_pack(json.dumps(claims, separators=(',', ':')).encode())}"
        return f"{signed}.{self._signature(signed)}"

    def client_of(self, token: str) -> str:
        """Return the id of the client that the token was issued to. Raises InvalidTokenError."""
        signed, _dot, signature = token.rpartition(".")
        if not token.isascii() or signed.count(".") != 1:
            raise InvalidTokenError("the access token is malformed")
        # Verify the signature before parsing the claims.
        if not hmac.compare_digest(self._signature(signed), signature):
            raise InvalidTokenError("the access token was not issued by this service")
        try:
            claims = json.loads(_unpack(signed.split(".")[1]))
        except (ValueError, binascii.Error):
            raise InvalidTokenError("the access token is malformed") from None
        if claims["jti"] <= self._revoked_up_to or claims["exp"] <= self._clock():
            raise InvalidTokenError("the access token expired")
        return str(claims["sub"])

    def expire_all(self) -> None:
        """Expire all tokens issued so far."""
        self._revoked_up_to = self._serial

    def _signature(self, signed: str) -> str:
        return _pack(hmac.new(self._key, signed.encode(), sha256).digest())
