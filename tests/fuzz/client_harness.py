# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness ``client``: every method of the real client against the responses of a story."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings

from .assertions import assert_error
from .story import read_story
from .story_service import StoryService

CLIENT_ID, CLIENT_SECRET = "a-client", "s3cr3t-of-the-story"
MIN_SECRET = 8
"""Characters. A shorter token, which only the fuzzer creates, occurs in messages by chance."""

TIMEOUT = 60.0


def create_client(service: StoryService) -> Client:
    """Return a client of ``service`` with one retry and a fixed backoff."""
    options = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "timeout": TIMEOUT, "retries": 1}
    return Client(Settings.from_options(options), service, service.clock, service.sleep, lambda: 0.5)


def check_client(data: bytes) -> None:
    """Check that each request succeeds or fails in time, with a one-line message without secrets."""
    service = StoryService(read_story(data).responses)
    client = create_client(service)
    questions: list[Callable[[], Any]] = [
        lambda: client.statuses(everything=True),
        client.configs,
        lambda: client.config("mon1"),
        client.version,
    ]
    for question in questions:
        began = service.elapsed
        try:
            question()
        except KnowledgeFrontError as error:
            assert_error(error)
            _prove_secrets(str(error), service)
        assert service.elapsed - began <= TIMEOUT


def _prove_secrets(said: str, service: StoryService) -> None:
    for hidden in {CLIENT_SECRET, *service.credentials}:
        assert len(hidden) < MIN_SECRET or hidden not in said, f"a secret in: {said}"
