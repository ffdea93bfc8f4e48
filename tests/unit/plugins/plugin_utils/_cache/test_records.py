# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret, Settings
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache import signed_files
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.records import Keys
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._cache.signed_files import Timestamp

CONNECTION: dict[str, Any] = {
    "api_url": "https://api.example",
    "client_id": "id",
    "client_secret": Secret("s3cr3t-s3cr3t"),
}
SETTINGS = Settings(**CONNECTION)
KEYS = Keys(SETTINGS)
WRITTEN = Timestamp(1_800_000_000.0, 5_000.0)
RECORD = KEYS.sign("what", b"content\nof it", WRITTEN, 100.0)


def later(wall: float, boot: float | None = None) -> Timestamp:
    return Timestamp(WRITTEN.wall + wall, WRITTEN.boot + (wall if boot is None else boot))


@pytest.mark.parametrize(
    ("rule", "now", "oldest", "left"),
    [
        ("at once", later(0), 10, 10),
        ("a little later", later(4), 10, 6),
        ("for as long as it lives", later(60), 1000, 40),
        ("not when it is too old", later(10), 10, None),
        ("not when its life is over", later(100), 1000, None),
        ("not from the future", later(-0.001), 10, None),
        ("not when the clock was put back", later(-3600, 5), 10, None),
        ("nor when it was put forth", later(3600, 5), 10, None),
        ("not when the clock was put back and has caught up", later(5, 3605), 10, None),
        ("not from before the machine began anew", later(5, -4000), 10, None),
    ],
)
def test_how_long_a_record_may_still_be_used(rule: str, now: Timestamp, oldest: float, left: float | None) -> None:
    entry = KEYS.verify("what", RECORD, now, oldest)
    assert (entry and (entry.content, entry.ttl)) == (left and (b"content\nof it", left)), rule


@pytest.mark.parametrize("cut", range(len(RECORD)))
def test_a_torn_record_is_none(cut: int) -> None:
    assert KEYS.verify("what", RECORD[:cut], later(1), 10) is None


@pytest.mark.parametrize("place", range(len(RECORD)))
def test_a_record_with_one_wrong_bit_is_none(place: int) -> None:
    wrong = RECORD[:place] + bytes([RECORD[place] ^ 1]) + RECORD[place + 1 :]
    assert KEYS.verify("what", wrong, later(1), 10) is None


@pytest.mark.parametrize("record", [b"", b"\n", b"\n\n", b"x\n[]\ny", b"\x00" * 100, b"{}\n{}\n{}"])
def test_an_invalid_record_is_none(record: bytes) -> None:
    assert KEYS.verify("what", record, later(1), 10) is None


def test_a_record_of_another_version_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(signed_files, "VERSION", signed_files.VERSION + 1)
        other = KEYS.sign("what", b"content", WRITTEN, 100.0)
    assert KEYS.verify("what", other, later(1), 10) is None


def test_a_record_under_another_name_is_none() -> None:
    assert KEYS.verify("something else", RECORD, later(1), 10) is None


@pytest.mark.parametrize(
    "change",
    [
        {"api_url": "https://api.example/v3"},
        {"client_id": "other"},
        {"client_secret": Secret("s3cr3t-s3cr3T")},
        {"validate_certs": False},
        {"ca_path": "/etc/authority.pem"},
    ],
)
def test_other_credentials_services_and_rules_of_trust_never_meet(change: dict[str, Any]) -> None:
    other = Keys(Settings(**{**CONNECTION, **change}))
    assert other.name("what") != KEYS.name("what")
    assert other.verify("what", RECORD, later(1), 10) is None
    assert other.decrypt(KEYS.encrypt(b"token")) is None


def test_waiting_longer_or_trying_harder_is_no_other_connection() -> None:
    assert Keys(Settings(**CONNECTION, timeout=1, retries=0)).name("what") == KEYS.name("what")


def test_a_file_name_reveals_nothing_and_is_stable() -> None:
    assert KEYS.name("token") == Keys(SETTINGS).name("token") != KEYS.name("tokens")
    assert len(KEYS.name("\ud800")) == 32
    assert "s3cr3t" not in repr(KEYS)


def test_an_encrypted_text_is_decrypted_with_the_same_secret_only() -> None:
    ciphertext = KEYS.encrypt(b"a-token")
    assert b"a-token" not in ciphertext
    assert KEYS.decrypt(ciphertext) == b"a-token"
    assert KEYS.decrypt(ciphertext[:-4] + b"AAA=") is None
    assert KEYS.decrypt(b"") is None


def test_now_reads_both_clocks() -> None:
    first, second = Timestamp.now(), Timestamp.now()
    age = second.age(first.wall, first.boot)
    assert age is not None
    assert 0 <= age < 60


@pytest.mark.parametrize(
    ("what", "record", "is_holder"),
    [
        ("what", RECORD, True),
        ("something else", RECORD, False),
        ("what", RECORD[:-1], False),
        ("what", RECORD + b"x", False),
        ("what", RECORD.partition(b"\n")[0], False),
        ("what", b"", False),
    ],
)
def test_a_record_is_authentic_at_any_age_unless_it_is_changed(what: str, record: bytes, is_holder: bool) -> None:
    assert KEYS.is_authentic(what, record) is is_holder
