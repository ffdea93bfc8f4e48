# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.options import check_options
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.check_contexts import (
    SECRET,
    create_context,
    problem_codes,
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
def test_an_insecure_or_invalid_url_fails(url: str, code: str) -> None:
    found = check_options(create_context(url, valid=False))
    assert problem_codes(found) == {code: "failed"}
    assert "hunter2" not in str(found)


@pytest.mark.parametrize("url", ["https://api.example.com/v2", "https://gateway.example.com/kf/"])
def test_a_path_in_the_url_is_a_warning(url: str) -> None:
    context = create_context(url, valid=False)
    assert problem_codes(check_options(context)) == {"url_path": "warning"}
    assert context.settings is not None


@pytest.mark.parametrize("url", ["https://api.example.com/", "http://localhost:8000", "http://[::1]:8000", ""])
def test_a_valid_url_is_ok(url: str) -> None:
    assert problem_codes(check_options(create_context(url, valid=False))) == {} or not url


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
def test_mistakes_in_credentials_have_codes_and_show_no_text(options: dict[str, Any], codes: dict[str, str]) -> None:
    found = check_options(create_context(valid=False, **options))
    assert problem_codes(found) == codes
    assert "hunter2" not in str(found)


def test_a_credential_is_described_by_length_and_source_only() -> None:
    context = create_context(valid=False, origins={"client_secret": "var: kf_client_secret", "client_id": "Direct"})
    messages = [one.message for one in check_options(context)]
    assert any(f" {len(SECRET)} characters" in message and "kf_client_secret" in message for message in messages)
    assert SECRET not in str(messages)


@pytest.mark.parametrize(
    ("environment", "overridden"),
    [("another-secret", True), (SECRET, False), ("", False)],
    ids=["different", "same", "empty"],
)
def test_an_overridden_secret_is_reported(environment: str, overridden: bool) -> None:
    context = create_context(
        environment={"KF_CLIENT_SECRET": environment},
        origins={"client_secret": "var: kf_client_secret"},
        valid=False,
    )
    messages = str(check_options(context))
    assert ("overrides a different value in KF_CLIENT_SECRET" in messages) is overridden
    assert "another-secret" not in messages


def test_an_option_that_is_set_is_listed_with_its_source() -> None:
    context = create_context(
        valid=False, origins={"timeout": "/etc/ansible/ansible.cfg", "retries": "default"}, timeout=7
    )
    assert "timeout 7 (the file /etc/ansible/ansible.cfg); all others have their default" in [
        one.message for one in check_options(context)
    ]


def test_invalid_options_fail_with_the_reason() -> None:
    context = create_context(valid=False)
    context.options, context.mistake = None, "timeout from env: KF_TIMEOUT is no whole number"
    found = check_options(context)
    assert problem_codes(found) == {"option_wrong": "failed"}
    assert found[-1].message == context.mistake
    assert context.settings is None


def test_an_invalid_number_fails_once() -> None:
    assert problem_codes(check_options(create_context(valid=False, timeout=0))) == {"option_wrong": "failed"}


@pytest.mark.parametrize(
    ("name", "is_similar"),
    [("KF_CLIENT_SECRT", True), ("KF_API_URI", True), ("KF_SOMETHING_ELSE", False), ("KF_TIMEOUT", False)],
)
def test_a_misspelled_environment_variable_is_a_warning(name: str, is_similar: bool) -> None:
    found = check_options(create_context(valid=False, environment={name: "hunter2"}))
    assert problem_codes(found) == ({"setting_unknown": "warning"} if is_similar else {})
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
def test_settings_without_effect_in_ansible_cfg_are_a_warning(tmp_path: Path, text: str, codes: dict[str, str]) -> None:
    path = tmp_path / "ansible.cfg"
    path.write_text(text, encoding="utf-8")
    found = check_options(create_context(valid=False, environment_facts={"config_file": str(path)}))
    assert problem_codes(found) == codes
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("mode", "config", "is_ignored"),
    [(0o777, None, True), (0o755, None, False), (0o777, "/etc/other.cfg", False)],
    ids=["open", "private", "named"],
)
def test_an_ignored_ansible_cfg_is_a_warning(tmp_path: Path, mode: int, config: str | None, is_ignored: bool) -> None:
    (tmp_path / "ansible.cfg").touch()
    tmp_path.chmod(mode)
    environment = {"ANSIBLE_CONFIG": config} if config else {}
    found = check_options(
        create_context(valid=False, environment=environment, environment_facts={"folder": str(tmp_path)})
    )
    assert problem_codes(found) == ({"config_ignored": "warning"} if is_ignored else {})
