# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts are called: names that are safe in patterns and paths, one for each monitor, whatever came first."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Container, Mapping

from ...module_utils._domain.text import join_names

UNSAFE = re.compile(r"[^\w.-]+")
"""What would split a pattern, lead out of a folder, begin a range or a template, or reach a terminal."""

AT_THE_ENDS = "._-"

LONGEST, LONGEST_ID = 120, 60
"""Bytes of each part: both together still are a name of a file in host_vars or a cache."""


class Collision(ValueError):
    """Several monitors would be one host. Its text is a sentence."""


def safe(text: str, longest: int = LONGEST) -> str:
    """Return ``text`` with underscores for all that is neither a letter, a digit, a dot nor a dash; perhaps empty."""
    name = UNSAFE.sub("_", unicodedata.normalize("NFC", text)).strip(AT_THE_ENDS)
    return name.encode()[:longest].decode("utf-8", "ignore").rstrip(AT_THE_ENDS)


def distinct(wanted: Mapping[str, str], taken: Container[str], may_append: bool = True) -> dict[str, str]:
    """Return a host name by id for the names that are ``wanted`` by id, which may be equal, empty or ``taken``.

    All that want the same name get their id appended, so that none depends on the order of the answer. Raises
    Collision when that is not what the user wants.
    """
    if not may_append:
        _refuse_equal(wanted)
    steps = dict.fromkeys(wanted, 0)
    while True:
        names = {identity: _spelt(wanted[identity], identity, step) for identity, step in steps.items()}
        contested = [
            identity
            for name, claimants in _claims(names).items()
            if not name or name in taken or len(claimants) > 1
            for identity in claimants
            if steps[identity] < LAST_STEP
        ]
        if not contested:
            break
        for identity in contested:
            steps[identity] += 1
    _refuse_equal(names)
    return names


LAST_STEP = 2


def _spelt(base: str, identity: str, step: int) -> str:
    """Return the ``step``th choice: as wanted, with the id, and with a digest, as two ids may look alike when safe."""
    if step == 0:
        return base
    appended = safe(identity, LONGEST_ID) if step == 1 else hashlib.sha256(_bytes(identity)).hexdigest()[:16]
    return "_".join(part for part in (base, appended) if part)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _claims(names: Mapping[str, str]) -> dict[str, list[str]]:
    claims = defaultdict(list)
    for identity, name in names.items():
        claims[name].append(identity)
    return claims


def _refuse_equal(names: Mapping[str, str]) -> None:
    for name, claimants in _claims(names).items():
        if name and len(claimants) > 1:
            raise Collision(
                f"the monitors {join_names(sorted(claimants))} would all be the host {join_names([name])}: choose "
                "other hostnames, such as id, or set on_collision to append_id"
            )
