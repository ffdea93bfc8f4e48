# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_rehearse import ActionModule
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import account_fingerprint
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Observation
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action, trusted

URL = "https://monitoring.example"
SERVICE = "https://api.knowledgefront.com"
UNDEFINED = trusted("{{ absent }}")

NO_GATE = "deployment_times"
"""The error for a journal of polls without gates, which was accepted."""

REFUSED = "journal_account"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a folder for the journal and the report."""
    (tmp_path / "journals").mkdir(mode=0o700)
    return tmp_path / "journals"


def rehearse(
    folder: Path, account: tuple[str, str], given: dict[str, Any], variables: dict[str, Any], **changes: Any
) -> dict[str, Any]:
    """Rehearse on the journal of ``account``, its URL and client id, and check that there is no report."""
    now = time.time()
    path = str(folder / "journal.sqlite")
    with Journal.open(path, account_fingerprint(*account), now=now) as journal:
        journal.append(Observation(now - 2, now - 1, statuses=[], configs=[]))
    report = folder / "report.json"
    options = {"journal": path, "runs": "recorded", "reports": [str(report)], **changes, **given}
    result: dict[str, Any] = action(ActionModule, options, variables).run(task_vars=variables)
    assert (result["failed"], result["changed"], result["gate_rc"]) == (True, False, 13)
    assert not report.exists()
    return result


ACCOUNTS: dict[str, tuple[tuple[str, str], dict[str, Any], dict[str, Any], str]] = {
    "nothing is set": ((URL, "id"), {}, {}, NO_GATE),
    "only the URL is set": ((URL, "id"), {"api_url": SERVICE}, {}, NO_GATE),
    "the same account": ((URL, "id"), {"api_url": URL, "client_id": "id"}, {}, NO_GATE),
    "a slash at the end": ((URL, "id"), {"api_url": URL + "/", "client_id": "id"}, {}, NO_GATE),
    "an alias": ((URL, "id"), {"base_url": URL, "client_id": "id"}, {}, NO_GATE),
    "the default URL": ((SERVICE, "id"), {"client_id": "id"}, {}, NO_GATE),
    "variables": ((URL, "id"), {}, {"kf_api_url": URL, "kf_client_id": trusted("{{ own }}"), "own": "id"}, NO_GATE),
    "an empty id": ((URL, "id"), {"client_id": ""}, {"kf_client_id": "other"}, NO_GATE),
    "an empty variable": ((URL, "id"), {}, {"kf_client_id": ""}, NO_GATE),
    "no secret is needed": (
        *((URL, "id"), {"api_url": URL, "client_id": "id"}),
        *({"kf_client_secret": UNDEFINED, "kf_cache_dir": UNDEFINED}, NO_GATE),
    ),
    "another id": ((URL, "id"), {"api_url": URL, "client_id": "other"}, {}, REFUSED),
    "another URL": ((URL, "id"), {"client_id": "id"}, {}, REFUSED),
    "another id in a variable": ((SERVICE, "id"), {}, {"kf_client_id": "other"}, REFUSED),
    "another URL in a variable": ((SERVICE, "id"), {"client_id": "id"}, {"kf_api_url": URL}, REFUSED),
}


@pytest.mark.parametrize("runs", ["planned", "recorded"])
@pytest.mark.parametrize("name", ACCOUNTS)
def test_the_journal_of_another_account_is_refused(path: Path, name: str, runs: str) -> None:
    account, given, variables, code = ACCOUNTS[name]
    result = rehearse(path, account, given, variables, runs=runs, every="1h")
    if code == REFUSED or runs == "recorded":
        assert result["error_code"] == code, result["msg"]
    assert (result["error_code"] == REFUSED) is (code == REFUSED)
    assert ("name the journal of this account, or set client_id to an empty string" in result["msg"]) is (
        code == REFUSED
    )


@pytest.mark.parametrize("value", [("other", REFUSED), ("id", NO_GATE), ("", NO_GATE)])
def test_the_account_is_read_from_the_environment(
    path: Path, monkeypatch: pytest.MonkeyPatch, value: tuple[str, str]
) -> None:
    monkeypatch.setenv("KF_API_URL", URL)
    monkeypatch.setenv("KF_CLIENT_ID", value[0])
    assert rehearse(path, (URL, "id"), {}, {})["error_code"] == value[1]


def test_a_file_of_outages_needs_no_account(tmp_path: Path) -> None:
    variables = {"kf_api_url": UNDEFINED, "kf_client_id": UNDEFINED}
    given = {"history": str(tmp_path / "absent.csv"), "every": "1h"}
    result = action(ActionModule, given, variables).run(task_vars=variables)
    assert result["error_code"] == "history_file"
