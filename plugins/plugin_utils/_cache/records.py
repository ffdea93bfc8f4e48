# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a file of the store, and who could have written it: only somebody who knows the same secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING

from ...module_utils._api.cache import CacheEntry
from ...module_utils._api.settings import Settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

VERSION = 2


def _seconds_since_boot() -> float:
    """Return the seconds of a clock that starts with the machine: one that counts a suspended machine, if there is."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    except (AttributeError, OSError):
        return time.monotonic()


class Timestamp:
    """Now by two clocks, in seconds: one that can be set, and one that begins anew with the machine.

    An age counts only when both agree that it is none below zero, and then the greater one.
    """

    def __init__(self, wall: float, boot: float) -> None:
        self.wall = wall
        self.boot = boot

    @classmethod
    def now(cls) -> Timestamp:
        return cls(time.time(), _seconds_since_boot())

    def age(self, wall: float, boot: float) -> float | None:
        ages = self.wall - wall, self.boot - boot
        return max(ages) if min(ages) >= 0 else None


class Keys:
    """Names and seals that come from the secret: other credentials, services or rules of trust never meet."""

    def __init__(self, settings: Settings) -> None:
        trust = [settings.api_url, settings.client_id, settings.validate_certs, settings.ca_path]
        self._key = _digest(settings.client_secret.reveal().encode(), json.dumps([VERSION, *trust]))

    def __repr__(self) -> str:
        return "Keys(...)"

    def name(self, what: str) -> str:
        return _digest(self._key, f"name {what}").hex()[:32]

    def sign(self, what: str, content: bytes, written: Timestamp, lifetime: float) -> bytes:
        """Return the record of ``content``, which is good for ``lifetime`` seconds from ``written`` on."""
        head = json.dumps([VERSION, written.wall, written.boot, lifetime]).encode("ascii")
        return b"\n".join([self._seal(what, head, content), head, content])

    def verify(self, what: str, record: bytes, now: Timestamp, oldest: float) -> CacheEntry | None:
        """Return what ``record`` keeps; None when it is torn, forged, too old, from the future or another version."""
        parts = self._unsealed(what, record)
        if parts is None:
            return None
        head, content = parts
        version, wall, boot, lifetime = json.loads(head)
        age = now.age(wall, boot)
        if version != VERSION or age is None:
            return None
        left = min(lifetime, oldest) - age
        return CacheEntry(content, left) if left > 0 else None

    def ours(self, what: str, record: bytes) -> bool:
        """Whether ``record`` is one that was written for ``what`` with the same secret, however old it may be."""
        return self._unsealed(what, record) is not None

    def encrypt(self, text: bytes) -> bytes:
        """Return ``text`` encrypted, so that a file of ours is no credential."""
        return self._cipher().encrypt(text)

    def decrypt(self, ciphertext: bytes) -> bytes | None:
        from cryptography.fernet import InvalidToken

        try:
            return self._cipher().decrypt(ciphertext)
        except InvalidToken:
            return None

    def _unsealed(self, what: str, record: bytes) -> tuple[bytes, bytes] | None:
        seal, _line, rest = record.partition(b"\n")
        head, line, content = rest.partition(b"\n")
        return (head, content) if line and hmac.compare_digest(seal, self._seal(what, head, content)) else None

    def _cipher(self) -> Fernet:
        from cryptography.fernet import Fernet

        return Fernet(base64.urlsafe_b64encode(_digest(self._key, "token")))

    def _seal(self, what: str, head: bytes, content: bytes) -> bytes:
        seal = hmac.new(self._key, head, hashlib.sha256)
        seal.update(what.encode("utf-8", "surrogatepass") + b"\n")
        seal.update(content)
        return seal.hexdigest().encode("ascii")


def _digest(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
