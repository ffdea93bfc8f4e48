# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the vendor's page "API Version 2" says of each answer, field by field.

What the page does not say stands here as free. A field that is documented and that the plugins rest on is one that
they NEED or READ; one that they hand on as it is, they only PASS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...module_utils._api.payloads import SHORTEST_TIMER
from ...module_utils._domain.timestamps import EARLIEST, LATEST

SOURCE = 'the vendor\'s page "API Version 2"'

NEED, READ, PASS = "need", "read", "pass"
"""Without it there is no answer; it may be absent but not be of another type; nobody looks at it."""

TEXT, BOOLEAN, WHOLE, NUMBER, OBJECT, LIST, UTC = (
    *("a text", "true or false", "a whole number", "a number", "an object", "a list", "a UTC time"),
)


@dataclass(frozen=True)
class Field:
    """``inside`` are the fields of an object, or of each object in a list; None is for what the page leaves open.

    An ``occasional`` field may be null or absent without a word, as the page does not say when it is there.
    """

    kind: str
    use: str = PASS
    occasional: bool = False
    least: float | None = None
    most: float | None = None
    inside: Mapping[str, Field] | None = None
    identity: bool = False
    path: str | None = None


ALERT = {
    "alert": Field(TEXT, READ),
    "monitor": Field(TEXT),
    "time": Field(TEXT),
    "utc_time": Field(UTC, READ),
}

TEST = {
    "error": Field(TEXT, READ, occasional=True),
    "flag": Field(BOOLEAN),
    "time_init": Field(TEXT),
    "utc_mktime": Field(NUMBER, READ, least=EARLIEST, most=LATEST),
    "utc_time_init": Field(UTC, READ),
}

MONITOR_STATUS = {
    "alert_active": Field(BOOLEAN, NEED),
    "alert_count": Field(WHOLE, READ, least=0),
    "fail_count": Field(WHOLE, READ, least=0),
    "label": Field(TEXT, READ),
    "last_alert": Field(OBJECT, READ, occasional=True, inside=ALERT),
    "last_failed": Field(OBJECT, READ, occasional=True, inside=TEST),
    "last_test": Field(OBJECT, READ, occasional=True, inside=TEST),
    "monitor": Field(TEXT, NEED, identity=True),
    "test_count": Field(WHOLE, READ, least=0),
}

MONITOR_CONFIGURATION = {
    "id": Field(TEXT, NEED, identity=True),
    "label": Field(TEXT, READ),
    "description": Field(TEXT),
    "type": Field(TEXT, READ),
    "timer": Field(NUMBER, READ, least=SHORTEST_TIMER, most=LATEST),
    "time_zone": Field(TEXT),
    "active": Field(BOOLEAN, READ),
    "config": Field(OBJECT, READ),
}

ERROR = Field(TEXT, occasional=True)

TOKEN = {
    "access_token": Field(TEXT, NEED),
    "token_type": Field(TEXT, READ),
    "expires_in": Field(NUMBER, PASS),
}

STATUS = {
    "error": ERROR,
    "monitor_list": Field(LIST, NEED, inside=MONITOR_STATUS),
    "path": Field(TEXT, path="/status"),
    "t": Field(WHOLE),
}

CONFIGURATIONS = {
    "monitor_list": Field(LIST, NEED, inside=MONITOR_CONFIGURATION),
    "path": Field(TEXT, path="/config/monitor"),
}

CONFIGURATION = {
    "monitor": Field(OBJECT, NEED, inside=MONITOR_CONFIGURATION),
    "path": Field(TEXT, path="/config/monitor/"),
}

ANSWERS: dict[str, Mapping[str, Field]] = {
    "token": TOKEN,
    "status": STATUS,
    "configurations": CONFIGURATIONS,
    "configuration": CONFIGURATION,
}
"""By the check that asks for it. The page names no field of the version's answer."""

OLD_FIELDS = frozenset({"global_alert_active", "monitors"})
"""Fields of the status that an earlier edition of the page had in place of monitor_list."""
