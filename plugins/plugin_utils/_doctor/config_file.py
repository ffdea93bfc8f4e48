# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in ansible.cfg, or would be if Ansible read it."""

from __future__ import annotations

import configparser
import os
import stat
from collections.abc import Iterator

from ...module_utils._domain.text import join_names, sanitize
from .finding import Finding, warning
from .patient import Environment

SECTION, NAME = "knowledgefront", "ansible.cfg"
KEYS = (
    *("api_url", "client_id", "validate_certs", "ca_path", "timeout", "retries"),
    *("token_cache", "max_age", "cache_dir"),
)


def noticed_in_files(around: Environment) -> Iterator[Finding]:
    """Yield what a person may believe to be set in a file and is not."""
    here = os.path.join(around.folder, NAME)
    read = around.config_file
    if _is_ignored(here, around) and (read is None or os.path.realpath(read) != os.path.realpath(here)):
        told = f"{sanitize(here, 300)} is not read: everybody can write in its folder"
        yield warning("config_ignored", told)
    keys = set(_keys(read)) if read else set()
    if "client_secret" in keys:
        told = f"client_secret in {sanitize(read, 300)} is not read: a secret has no place in that file"
        yield warning("secret_in_file", told)
    unknown = sorted(keys - {*KEYS, "client_secret"})
    if unknown:
        yield warning("setting_unknown", f"nothing reads {join_names(unknown)} in [{SECTION}] of {sanitize(read, 300)}")


def _is_ignored(path: str, around: Environment) -> bool:
    if around.environment.get("ANSIBLE_CONFIG") or not os.path.isfile(path):
        return False
    return bool(os.stat(around.folder).st_mode & stat.S_IWOTH)


def _keys(path: str) -> list[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(path, encoding="utf-8")
        return list(parser.options(SECTION))
    except (OSError, ValueError, configparser.Error):
        return []
