# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events from Knowledge Front: alerts, silent monitors, changes of monitors, and outages of the API."""

from __future__ import annotations

DOCUMENTATION = r"""
short_description: Emit events for changes of Knowledge Front monitors and alerts
description:
  - An ansible-rulebook event source that polls Knowledge Front and emits events for the changes since the last poll.
    Each event has a C(kind), a stable C(id), a C(message), the C(monitor), its state C(before) and C(after), and in
    C(meta.hosts) the hosts that its configuration names, so that C(run_playbook) is limited to them.
  - The kinds are C(alert_raised), C(alert_cleared), C(monitor_silent), C(monitor_back), C(monitor_added),
    C(monitor_removed), C(monitor_changed), C(api_lost) and C(api_back).
  - With O(cursor), no event is lost or repeated over restarts. Without it, a restart is a first start.
  - An outage of the API is an event, and its end another. The source runs until it is cancelled; only an invalid
    argument ends it with an error.
options:
  api_url:
    description:
      - Base URL of the service. Plain C(http) is accepted for a loopback address only.
      - The default is the environment variable E(KF_API_URL), if it is set.
    type: str
    default: https://api.knowledgefront.com
    aliases: [base_url]
  client_id:
    description:
      - Id of an API client. The default is the environment variable E(KF_CLIENT_ID).
    type: str
  client_secret:
    description:
      - Secret of the API client. The default is the environment variable E(KF_CLIENT_SECRET).
    type: str
  validate_certs:
    description:
      - Whether to verify the certificate of the service. The environment variable E(KF_VALIDATE_CERTS) is used if
        this is not set.
    type: bool
    default: true
  ca_path:
    description:
      - File or folder with the certificates of the authorities to trust, instead of the system's. The default is the
        environment variable E(KF_CA_PATH).
    type: path
  timeout:
    description:
      - Total seconds per request, including authentication, retries and a slow response. The environment variable
        E(KF_TIMEOUT) is used if this is not set.
    type: int
    default: 60
  retries:
    description:
      - Number of retries if there is no response, or one that asks for a retry. The environment variable
        E(KF_RETRIES) is used if this is not set.
    type: int
    default: 4
  token_cache:
    description:
      - Whether to cache the token for restarts, other sources and other tasks of the same user until shortly before it
        expires. The file is encrypted with the secret, for which the library C(cryptography) is required.
      - A cache that cannot be used is logged as a warning once; then the source requests a token of its own.
      - The environment variable E(KF_TOKEN_CACHE) is used if this is not set.
    type: str
    choices: [file, none]
    default: file
  cache_dir:
    description:
      - Folder for cached tokens, by default C(knowledgefront) below the environment variable E(ANSIBLE_HOME) or
        C(~/.ansible). It is created if necessary. The environment variable E(KF_CACHE_DIR) is used if this is not set.
      - A folder that other users own or can access is not used, with a warning.
    type: path
  include:
    description:
      - Patterns that select monitors. Without patterns, all monitors are selected. A pattern is an id, a label, or a
        glob for either, such as C(Primary *). A pattern that starts with C(~) is a regular expression that matches
        the beginning of an id or a label.
    type: list
    elements: str
    default: []
  exclude:
    description:
      - Patterns, as in O(include), of monitors to exclude from the selection. A pattern that matches no monitor
        causes a warning.
    type: list
    elements: str
    default: []
  types:
    description:
      - Types of monitors to select, such as C(http), not case-sensitive.
    type: list
    elements: str
    default: []
  on_unmatched:
    description:
      - What to do if a pattern in O(include) matches no monitor at the start. Later, events report removed monitors.
    type: str
    choices: [fail, warn, ignore]
    default: fail
  interval:
    description:
      - Seconds between two polls, at least 1. The default is the shortest timer of the monitors, between 15 and 60.
    type: float
  cursor:
    description:
      - Path of the file that stores the state and the pending events, so that a restart continues there.
      - The file is readable for its user only, and one source at a time can use it. The folder must exist.
    type: path
  journal:
    description:
      - Path of a journal, an SQLite file to which the source appends every response of the service, for rehearsals and
        other reports. It is created, readable by its owner only, if it does not exist.
      - A journal that cannot be written is logged as a warning. It changes no event.
    type: path
  journal_days:
    description:
      - Number of days after which entries of the journal are deleted, from 0.01 to 36500. By default, they are not
        deleted.
    type: float
  initial:
    description:
      - Whether a first start emits events for active alerts.
    type: str
    choices: [active, none]
    default: active
  config_every:
    description:
      - Number of polls between two requests for configurations. A status with an unknown monitor causes an earlier
        request.
    type: int
    default: 10
  stale_factor:
    description:
      - Multiple of the timer, plus O(stale_grace), after which the newest test is too old and the monitor is silent.
    type: float
    default: 2.0
  stale_grace:
    description:
      - Tolerance in seconds for test duration, reporting delay and clock skew.
    type: float
    default: 60.0
  feedback:
    description:
      - An argument of ansible-rulebook, which needs its persistence. An event then counts as acknowledged when the
        rules have received it, not when it has left the queue.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: React to alerts
  hosts: all
  sources:
    - name: Knowledge Front
      knowledgefront.monitoring.kf_alerts:
        include: ["Primary *"]
        cursor: /var/lib/rulebook/alerts.json
  rules:
    - name: Print the alert
      condition: event.kind == "alert_raised"
      action:
        debug:
          msg: "{{ event.message }}"
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

# ansible-rulebook runs this file by its path. The path is not resolved because a checkout is often a symbolic link.
sys.path.insert(0, str(Path(__file__).absolute().parents[7]))

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import (
    FEEDBACK_QUEUE,
    validate_arguments,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.source import run_source


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Publish events until cancelled. Raises ConfigurationError if an argument is invalid."""
    await run_source(queue, validate_arguments(args), args.get(FEEDBACK_QUEUE))
