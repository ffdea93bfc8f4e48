# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.options_found import examine
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.patients_at_hand import (
    SECRET,
    bad,
    patient,
)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://api.example.com", "url_plain"),
        ("http://[2001:db8::1]", "url_plain"),
        ("https://user:hunter2@api.example.com", "url_credentials"),
        ("https://user:hunter2/more@api.example.com", "url_credentials"),
        ("https://user:?hunter2@api.example.com", "url_credentials"),
        ("https://api.example.com/?key=hunter2", "url_query"),
        ("https://api.example.com/#hunter2", "url_query"),
        ("ftp://api.example.com", "url_no_url"),
        ("api.example.com", "url_no_url"),
        ("https://", "url_no_url"),
        ("https://[::1", "url_no_url"),
        ("https://api.example.com:port", "url_no_url"),
        ("https://api example.com", "url_no_url"),
        ("https://api.\x1bexample.com", "url_no_url"),
    ],
)
def test_an_address_that_credentials_must_not_be_sent_to_fails(url: str, code: str) -> None:
    found = examine(patient(url, settled=False))
    assert bad(found) == {code: "failed"}
    assert "hunter2" not in str(found)


@pytest.mark.parametrize("url", ["https://api.example.com/v2", "https://gateway.example.com/kf/"])
def test_a_path_is_warned_of(url: str) -> None:
    made = patient(url, settled=False)
    assert bad(examine(made)) == {"url_path": "warning"}
    assert made.settings is not None


@pytest.mark.parametrize("url", ["https://api.example.com/", "http://localhost:8000", "http://[::1]:8000", ""])
def test_a_right_address_is_no_news(url: str) -> None:
    assert bad(examine(patient(url, settled=False))) == {} or not url


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({"client_id": None}, {"client_id_missing": "failed"}),
        ({"client_id": "  "}, {"client_id_missing": "failed"}),
        ({"client_secret": ""}, {"client_secret_missing": "failed"}),
        ({"client_id": "", "client_secret": ""}, {"client_id_missing": "failed", "client_secret_missing": "failed"}),
        ({"client_secret": "hunter2\n"}, {"credential_characters": "failed"}),
        ({"client_secret": "hun\tter2"}, {"credential_characters": "failed"}),
        ({"client_secret": " hunter2"}, {"credential_blanks": "warning"}),
        ({"client_secret": '"hunter2"'}, {"credential_quotes": "warning"}),
        ({"client_secret": "\u201chunter2\u201d"}, {"credential_quotes": "warning"}),
        ({"client_secret": " 'hunter2' "}, {"credential_blanks": "warning", "credential_quotes": "warning"}),
        ({"client_secret": "{{ hunter2 }}"}, {"credential_template": "warning"}),
        ({"client_id": "$KF_ID"}, {"credential_template": "warning"}),
        ({"client_id": "%KF_ID%"}, {"credential_template": "warning"}),
        ({"client_secret": "${hunter2}"}, {"credential_template": "warning"}),
        ({"client_secret": "$(cat hunter2)"}, {"credential_template": "warning"}),
        ({"client_secret": "<hunter2>"}, {"credential_template": "warning"}),
        ({"client_secret": "your-client-secret"}, {"credential_template": "warning"}),
        ({"client_secret": "'{{ hunter2 }}'"}, {"credential_quotes": "warning", "credential_template": "warning"}),
        ({"client_secret": "hun${t}er2{{"}, {}),
        ({"client_id": "jane@example.com"}, {"credential_person": "warning"}),
        ({"client_id": "hunter2", "client_secret": "hunter2"}, {"credentials_alike": "warning"}),
        ({"client_secret": "'"}, {}),
    ],
)
def test_the_faults_of_credentials_have_names_and_no_text(options: dict[str, Any], codes: dict[str, str]) -> None:
    found = examine(patient(settled=False, **options))
    assert bad(found) == codes
    assert "hunter2" not in str(found)


def test_a_credential_is_told_by_its_length_and_source_only() -> None:
    made = patient(settled=False, origins={"client_secret": "var: kf_client_secret", "client_id": "Direct"})
    told = [one.found for one in examine(made)]
    assert "client_id is set, 2 characters, from the task" in told
    assert f"client_secret is set, {len(SECRET)} characters, from the variable kf_client_secret" in told
    assert SECRET not in str(told)


@pytest.mark.parametrize(
    ("environment", "shadowed"), [("another", True), (SECRET, False), ("", False)], ids=["another", "same", "empty"]
)
def test_a_weaker_source_with_another_secret_is_told(environment: str, shadowed: bool) -> None:
    made = patient(
        environment={"KF_CLIENT_SECRET": environment},
        origins={"client_secret": "var: kf_client_secret"},
        settled=False,
    )
    told = str(examine(made))
    assert ("not the other one from KF_CLIENT_SECRET" in told) is shadowed
    assert "another" not in told.replace("another character", "")


def test_what_is_not_a_default_is_told_with_its_source() -> None:
    made = patient(settled=False, origins={"timeout": "/etc/ansible/ansible.cfg", "retries": "default"}, timeout=7)
    assert "timeout 7 (the file /etc/ansible/ansible.cfg); the rest by default" in [one.found for one in examine(made)]


def test_options_that_could_not_be_read_fail_with_the_sentence_why() -> None:
    made = patient(settled=False)
    made.options, made.mistake = None, "timeout from env: KF_TIMEOUT is no whole number"
    found = examine(made)
    assert bad(found) == {"option_wrong": "failed"}
    assert found[-1].found == made.mistake
    assert made.settings is None


def test_a_number_that_cannot_be_fails_once() -> None:
    assert bad(examine(patient(settled=False, timeout=0))) == {"option_wrong": "failed"}


@pytest.mark.parametrize(
    ("name", "told"),
    [("KF_CLIENT_SECRT", True), ("KF_API_URI", True), ("KF_SOMETHING_ELSE", False), ("KF_TIMEOUT", False)],
)
def test_an_environment_variable_that_is_misspelt_is_told(name: str, told: bool) -> None:
    found = examine(patient(settled=False, environment={name: "hunter2"}))
    assert bad(found) == ({"setting_unknown": "warning"} if told else {})
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[knowledgefront]\napi_url = https://x.example\n", {}),
        ("[defaults]\nforks = 5\n", {}),
        ("[knowledgefront]\nclient_secret = hunter2\n", {"secret_in_file": "warning"}),
        ("[knowledgefront]\nsecret = hunter2\nurl = x\n", {"setting_unknown": "warning"}),
        ("no ini at all", {}),
    ],
)
def test_what_nobody_reads_in_ansible_cfg_is_told(tmp_path: Path, text: str, codes: dict[str, str]) -> None:
    path = tmp_path / "ansible.cfg"
    path.write_text(text, encoding="utf-8")
    found = examine(patient(settled=False, around={"config_file": str(path)}))
    assert bad(found) == codes
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("mode", "config", "ignored"),
    [(0o777, None, True), (0o755, None, False), (0o777, "/etc/other.cfg", False)],
    ids=["open", "private", "named"],
)
def test_an_ansible_cfg_that_ansible_ignores_is_told(
    tmp_path: Path, mode: int, config: str | None, ignored: bool
) -> None:
    (tmp_path / "ansible.cfg").touch()
    tmp_path.chmod(mode)
    environment = {"ANSIBLE_CONFIG": config} if config else {}
    found = examine(patient(settled=False, environment=environment, around={"folder": str(tmp_path)}))
    assert bad(found) == ({"config_ignored": "warning"} if ignored else {})
