# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a file of the store, and who could have written it: only somebody who knows the same secret."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from ...module_utils._api.cache import CacheEntry
from ...module_utils._api.settings import Settings
from .signed_files import VERSION, Timestamp, authenticate, digest, sign, verify

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Keys:
    """Names and seals that come from the secret: other credentials, services or rules of trust never meet."""

    def __init__(self, settings: Settings) -> None:
        trust = [settings.api_url, settings.client_id, settings.validate_certs, settings.ca_path]
        self._key = digest(settings.client_secret.reveal().encode(), json.dumps([VERSION, *trust]))

    def __repr__(self) -> str:
        return "Keys(...)"

    def name(self, what: str) -> str:
        return digest(self._key, f"name {what}").hex()[:32]

    def sign(self, what: str, content: bytes, written: Timestamp, lifetime: float) -> bytes:
        """Return the record of ``content``, which is good for ``lifetime`` seconds from ``written`` on."""
        return sign(self._key, what, content, written, lifetime)

    def verify(self, what: str, record: bytes, now: Timestamp, oldest: float) -> CacheEntry | None:
        """Return what ``record`` keeps; None when it is torn, forged, too old, from the future or another version."""
        found = verify(self._key, what, record, now, oldest)
        return CacheEntry(*found) if found is not None else None

    def ours(self, what: str, record: bytes) -> bool:
        """Whether ``record`` is one that was written for ``what`` with the same secret, however old it may be."""
        return authenticate(self._key, what, record) is not None

    def encrypt(self, text: bytes) -> bytes:
        """Return ``text`` encrypted, so that a file of ours is no credential."""
        return self._cipher().encrypt(text)

    def decrypt(self, ciphertext: bytes) -> bytes | None:
        from cryptography.fernet import InvalidToken

        try:
            return self._cipher().decrypt(ciphertext)
        except InvalidToken:
            return None

    def _cipher(self) -> Fernet:
        from cryptography.fernet import Fernet

        return Fernet(base64.urlsafe_b64encode(digest(self._key, "token")))
