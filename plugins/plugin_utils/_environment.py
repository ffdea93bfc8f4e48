# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the controller's environment for the doctor."""

from __future__ import annotations

import os
import platform
import ssl
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from ansible import constants as C
from ansible.release import __version__ as ansible_version

from ..module_utils._api.transport import USER_AGENT
from ._connection import cache_directory
from ._doctor.context import Environment

LIBRARIES = ("requests", "urllib3", "cryptography")


def read_environment(options: Mapping[str, Any] | None) -> Environment:
    """Return the environment of this process; ``options`` is None if the options are invalid."""
    has_cache = options is not None and (options["token_cache"] == "file" or options["max_age"] > 0)
    return Environment(
        environment=dict(os.environ),
        folder=os.getcwd(),
        config_file=C.CONFIG_FILE,
        cache_folder=cache_directory(options) if has_cache and options is not None else None,
        versions=_versions(),
    )


def _versions() -> dict[str, str | None]:
    return {
        "ansible-core": ansible_version,
        "Python": platform.python_version(),
        "OpenSSL": ssl.OPENSSL_VERSION.split()[1],
        **{name: _installed(name) for name in LIBRARIES},
        "collection": USER_AGENT.partition("/")[2],
    }


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
