# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--peers", type=Path, help="the folder that run_peer.py has prepared")


@pytest.fixture(scope="session")
def peers(request: pytest.FixtureRequest) -> Path:
    folder: Path | None = request.config.getoption("--peers", default=None)
    if folder is None:
        pytest.fail("these tests need servers of other authors: ./run peer installs them", pytrace=False)
    return folder
