# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness ``client``: a story's answers through the real client, to every question that it can ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings

from .played_service import PlayedService
from .settled import told
from .story import read_story

CLIENT_ID, CLIENT_SECRET = "a-client", "s3cr3t-of-the-story"
SHORTEST_SECRET = 8
"""Characters. A shorter token, which only a fuzzer grants, stands in many a sentence by chance."""

TIMEOUT = 60.0


def asking(service: PlayedService) -> Client:
    """Return a client of ``service``. It tries once more, without chance."""
    options = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "timeout": TIMEOUT, "retries": 1}
    return Client(Settings.from_options(options), service, service.clock, service.sleep, lambda: 0.5)


def client_answers_or_says_why(data: bytes) -> None:
    """Prove that a question is answered or refused in time, with one sentence and without what was sent."""
    service = PlayedService(read_story(data).answers)
    client = asking(service)
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
            told(error)
            _prove_secrets(str(error), service)
        assert service.elapsed - began <= TIMEOUT


def _prove_secrets(said: str, service: PlayedService) -> None:
    for hidden in {CLIENT_SECRET, *service.credentials}:
        assert len(hidden) < SHORTEST_SECRET or hidden not in said, f"a secret in: {said}"
