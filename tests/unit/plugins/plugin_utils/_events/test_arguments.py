# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of a rulebook, and the messages for invalid ones."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import validate_arguments

ACCEPTED: dict[str, tuple[dict[str, Any], dict[str, str], str, Any]] = {
    "a default": ({}, {}, "timeout", 60),
    "an environment variable": ({}, {"KF_TIMEOUT": "7"}, "timeout", 7),
    "an argument has precedence": ({"timeout": 5}, {"KF_TIMEOUT": "7"}, "timeout", 5),
    "an empty variable is ignored": ({}, {"KF_API_URL": ""}, "api_url", "https://api.knowledgefront.com"),
    "null is the default": ({"timeout": None}, {}, "timeout", 60),
    "an alias": ({"base_url": "https://kf.example.com"}, {}, "api_url", "https://kf.example.com"),
    "selection options have no variable": ({}, {"KF_INCLUDE": "x"}, "include", []),
    "a string for a list": ({"include": "Primary *"}, {}, "include", ["Primary *"]),
    "a string from a template": ({"interval": "2.5", "validate_certs": "no"}, {}, "interval", 2.5),
    "no": ({"validate_certs": "no"}, {}, "validate_certs", False),
    "no from the environment": ({}, {"KF_VALIDATE_CERTS": "False"}, "validate_certs", False),
    "a number for an id": ({"include": [5]}, {}, "include", ["5"]),
    "the queue of ansible-rulebook": ({"eda_feedback_queue": object(), "feedback": True}, {}, "feedback", True),
    "no cursor": ({"cursor": ""}, {}, "cursor", None),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_valid_argument_is_converted(name: str) -> None:
    given, environment, option, expected = ACCEPTED[name]
    found = validate_arguments(given, environment)[option]
    assert (found, type(found)) == (expected, type(expected))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"intervall": 3, "a": 1}, "unknown argument a and intervall; valid arguments are api_url, ca_path"),
    "too often": ({"interval": 0.5}, "interval must be from 1 to 86400, not 0.5"),
    "infinite": ({"interval": "inf"}, "interval must be a number, not 'inf'"),
    "not a number": ({"interval": True}, "interval must be a number, not 'True'"),
    "not an integer": ({"retries": 1.5}, "retries must be an integer, not '1.5'"),
    "not a boolean": ({"validate_certs": "perhaps"}, "validate_certs must be true or false, not 'perhaps'"),
    "not a choice": ({"initial": "all"}, "initial must be one of active, none, not 'all'"),
    "not a list": ({"include": {"a": 1}}, "include must be a list of strings"),
    "below the minimum": ({"config_every": 0}, "config_every must be from 1 to 1000000, not 0"),
    "a secret of the wrong type": ({"client_secret": ["S3cr3t"]}, "client_secret must be a string"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_invalid_argument_is_an_error(name: str) -> None:
    given, sentence = REFUSED[name]
    with pytest.raises(ConfigurationError) as caught:
        validate_arguments(given, {})
    assert str(caught.value).startswith(sentence)
    assert "S3cr3t" not in str(caught.value)


def test_an_invalid_environment_variable_is_named() -> None:
    with pytest.raises(ConfigurationError, match="^KF_RETRIES must be an integer, not 'many'$"):
        validate_arguments({}, {"KF_RETRIES": "many"})


def test_a_default_list_is_copied() -> None:
    validate_arguments({}, {})["include"].append("x")
    assert validate_arguments({}, {})["include"] == []
