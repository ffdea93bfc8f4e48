# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names, signatures and encryption of the store's files, all derived from the secret of the API client."""

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
    """File names and keys from the secret, so that other credentials, services or TLS settings never share files."""

    def __init__(self, settings: Settings) -> None:
        trust = [settings.api_url, settings.client_id, settings.validate_certs, settings.ca_path]
        self._key = digest(settings.client_secret.reveal().encode(), json.dumps([VERSION, *trust]))

    def __repr__(self) -> str:
        return "Keys(...)"

    def name(self, what: str) -> str:
        """Return the file name for ``what``, which reveals nothing about it."""
        return digest(self._key, f"name {what}").hex()[:32]

    def sign(self, what: str, content: bytes, written: Timestamp, lifetime: float) -> bytes:
        """Return the record of ``content``, which is valid for ``lifetime`` seconds from ``written`` on."""
        return sign(self._key, what, content, written, lifetime)

    def verify(self, what: str, record: bytes, now: Timestamp, max_age: float) -> CacheEntry | None:
        """Return the content of ``record``; None if it is damaged, forged, outdated or of another version."""
        found = verify(self._key, what, record, now, max_age)
        return CacheEntry(*found) if found is not None else None

    def is_authentic(self, what: str, record: bytes) -> bool:
        """Return whether ``record`` was signed for ``what`` with the same secret, whatever its age."""
        return authenticate(self._key, what, record) is not None

    def encrypt(self, text: bytes) -> bytes:
        """Return ``text`` encrypted, so that a cache file is not a credential."""
        return self._cipher().encrypt(text)

    def decrypt(self, ciphertext: bytes) -> bytes | None:
        """Return the decrypted text; None if it was encrypted with another secret."""
        from cryptography.fernet import InvalidToken

        try:
            return self._cipher().decrypt(ciphertext)
        except InvalidToken:
            return None

    def _cipher(self) -> Fernet:
        from cryptography.fernet import Fernet

        return Fernet(base64.urlsafe_b64encode(digest(self._key, "token")))
