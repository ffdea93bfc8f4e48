# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rulebook may say, and the sentence for what it may not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import checked_arguments

ACCEPTED: dict[str, tuple[dict[str, Any], dict[str, str], str, Any]] = {
    "a default": ({}, {}, "timeout", 60),
    "an environment variable": ({}, {"KF_TIMEOUT": "7"}, "timeout", 7),
    "an argument goes before it": ({"timeout": 5}, {"KF_TIMEOUT": "7"}, "timeout", 5),
    "an empty variable is none": ({}, {"KF_API_URL": ""}, "api_url", "https://api.knowledgefront.com"),
    "null is none": ({"timeout": None}, {}, "timeout", 60),
    "an alias": ({"base_url": "https://kf.example.com"}, {}, "api_url", "https://kf.example.com"),
    "selection has no variable": ({}, {"KF_INCLUDE": "x"}, "include", []),
    "one text for a list": ({"include": "Primary *"}, {}, "include", ["Primary *"]),
    "a text from a template": ({"interval": "2.5", "validate_certs": "no"}, {}, "interval", 2.5),
    "no": ({"validate_certs": "no"}, {}, "validate_certs", False),
    "no from the environment": ({}, {"KF_VALIDATE_CERTS": "False"}, "validate_certs", False),
    "a number for an id": ({"include": [5]}, {}, "include", ["5"]),
    "the queue of ansible-rulebook": ({"eda_feedback_queue": object(), "feedback": True}, {}, "feedback", True),
    "no cursor": ({"cursor": ""}, {}, "cursor", None),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_argument_is_taken(name: str) -> None:
    given, environment, option, expected = ACCEPTED[name]
    found = checked_arguments(given, environment)[option]
    assert (found, type(found)) == (expected, type(expected))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"intervall": 3, "a": 1}, "there is no argument a and intervall; the arguments are api_url, ca_path"),
    "too often": ({"interval": 0.5}, "interval must be from 1 to 86400, not 0.5"),
    "infinite": ({"interval": "inf"}, "interval 'inf' is no number"),
    "no number": ({"interval": True}, "interval 'True' is no number"),
    "no whole number": ({"retries": 1.5}, "retries '1.5' is no whole number"),
    "no answer": ({"validate_certs": "perhaps"}, "validate_certs 'perhaps' is no true or false"),
    "no choice": ({"initial": "all"}, "initial must be one of active, none, not 'all'"),
    "no list": ({"include": {"a": 1}}, "include is no list of texts"),
    "no configurations": ({"config_every": 0}, "config_every must be from 1 to 1000000, not 0"),
    "a secret that is none": ({"client_secret": ["S3cr3t"]}, "client_secret is no text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_is_told_in_one_sentence(name: str) -> None:
    given, sentence = REFUSED[name]
    with pytest.raises(ConfigurationError) as caught:
        checked_arguments(given, {})
    assert str(caught.value).startswith(sentence)
    assert "S3cr3t" not in str(caught.value)


def test_a_mistake_in_the_environment_names_the_variable() -> None:
    with pytest.raises(ConfigurationError, match="^KF_RETRIES 'many' is no whole number$"):
        checked_arguments({}, {"KF_RETRIES": "many"})


def test_a_default_list_is_nobody_elses() -> None:
    checked_arguments({}, {})["include"].append("x")
    assert checked_arguments({}, {})["include"] == []
