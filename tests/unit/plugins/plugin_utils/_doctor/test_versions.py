# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.versions import (
    OLDEST,
    examine,
    numbers,
    versions_judged,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.patients_at_hand import (
    RECENT,
    bad,
    patient,
)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, {}),
        ({"ansible-core": "2.16.0"}, {}),
        ({"ansible-core": "2.22.0rc1"}, {}),
        ({"OpenSSL": "1.1.1w"}, {}),
        ({"ansible-core": "2.15.13"}, {"version_old": "warning"}),
        ({"Python": "3.9.18"}, {"version_old": "warning"}),
        ({"OpenSSL": "1.0.2k-fips"}, {"version_old": "warning"}),
        ({"urllib3": "1.25.11", "requests": "2.9"}, {"version_old": "warning"}),
        ({"requests": "odd"}, {"version_old": "warning"}),
        ({"requests": None}, {"library_missing": "failed"}),
        ({"cryptography": None}, {"library_missing": "failed"}),
    ],
)
def test_each_version_is_held_against_the_oldest(change: dict[str, Any], codes: dict[str, str]) -> None:
    assert bad(versions_judged({**RECENT, **change})) == codes


def test_what_is_at_work_is_told() -> None:
    (found,) = examine(patient())
    assert found.found.startswith("ansible-core 2.19.14, Python 3.11.7, OpenSSL 3.0.19, requests 2.34.2")


def test_the_oldest_ansible_core_is_the_one_that_the_collection_demands() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    demanded = numbers(runtime["requires_ansible"].removeprefix(">="))
    assert demanded[:2] == numbers(OLDEST["ansible-core"])
