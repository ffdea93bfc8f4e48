# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clocks, random values and cipher of a simulated machine, and all its modules by name.

The cipher is not secure; it is authenticated as the real one is, and gives the same text each time.
"""

from __future__ import annotations

import hashlib
import hmac
import time as system_time
from typing import Any

from .file_system import failure
from .system_modules import Current, ModelFcntl, ModelOs


class ModelTime:
    CLOCK_BOOTTIME = system_time.CLOCK_BOOTTIME

    def __init__(self, current: Current) -> None:
        self._machine = current

    def time(self) -> float:
        return self._machine().wall

    def monotonic(self) -> float:
        return self._machine().scheduler.now

    def clock_gettime(self, clock: int) -> float:
        if not self._machine().hazards.boot_clock:
            raise failure(22)
        return self._machine().boot

    def sleep(self, seconds: float) -> None:
        self._machine().sleep(seconds)


class ModelRandom:
    @staticmethod
    def random() -> float:
        return 0.5


class ModelSecrets:
    def __init__(self, current: Current) -> None:
        self._machine = current

    def token_hex(self, size: int) -> str:
        return self._machine().random_text().zfill(2 * size)[-2 * size :]


class InvalidToken(Exception):
    pass


class ModelFernet:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def encrypt(self, text: bytes) -> bytes:
        ciphertext = self._mix(text).hex().encode()
        return self._tag(ciphertext) + ciphertext

    def decrypt(self, token: bytes) -> bytes:
        if self._tag(token[64:]) != token[:64]:
            raise InvalidToken
        return self._mix(bytes.fromhex(token[64:].decode()))

    def _tag(self, text: bytes) -> bytes:
        return hmac.new(self._key, text, hashlib.sha256).hexdigest().encode()

    def _mix(self, text: bytes) -> bytes:
        stream = hashlib.shake_256(self._key).digest(len(text))
        return bytes(a ^ b for a, b in zip(text, stream, strict=True))


class ModelFernetModule:
    Fernet, InvalidToken = ModelFernet, InvalidToken


def system_modules(current: Current) -> dict[str, Any]:
    """Return the modules by name. ``current`` returns the machine of the run."""
    return {
        "os": ModelOs(current),
        "fcntl": ModelFcntl(current),
        "time": ModelTime(current),
        "random": ModelRandom(),
        "secrets": ModelSecrets(current),
        "cryptography.fernet": ModelFernetModule(),
    }
