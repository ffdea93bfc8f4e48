# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.chapter import Chapter
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.recording_webhook import RecordingWebhook
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import Workshop

from simulator.server import Simulator
from simulator.world import world_from


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rulebook-environment", type=Path, help="the folder that run_rulebooks.py has prepared")


@pytest.fixture(scope="session")
def environment(request: pytest.FixtureRequest) -> Path:
    folder: Path | None = request.config.getoption("--rulebook-environment", default=None)
    if folder is None:
        pytest.fail("these tests need ansible-rulebook: ./run rulebooks installs it", pytrace=False)
    return folder


@pytest.fixture
def workshop(environment: Path, tmp_path: Path) -> Workshop:
    collections = os.environ.get("ANSIBLE_COLLECTIONS_PATH") or str(Path(sys.prefix) / "collections")
    return Workshop(environment, Path(collections), tmp_path)


@pytest.fixture(scope="session")
def chapter() -> Chapter:
    return Chapter()


@pytest.fixture
def webhook() -> Iterator[RecordingWebhook]:
    with RecordingWebhook() as served:
        yield served


WEB = {
    "id": "web",
    "label": "Web",
    "timer": 1,
    "violations": 2,
    "error": "HTTP status 502",
    "time_zone": "Asia/Tokyo",
    "config": {"url": "http://web.example.com/"},
}
MAIL = {"id": "mail", "label": "Mail", "timer": 1, "violations": 2, "config": {"host": "mail.example.com"}}


@pytest.fixture
def simulator(workshop: Workshop) -> Iterator[Simulator]:
    """Serve two monitors that name a host each; the environment of ``workshop`` has its address."""
    with Simulator(world_from({"monitors": [WEB, MAIL]})) as served:
        workshop.env |= {"KF_API_URL": served.url, "KF_CLIENT_ID": served.client_id}
        workshop.env |= {"KF_CLIENT_SECRET": served.client_secret}
        yield served
