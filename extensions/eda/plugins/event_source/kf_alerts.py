# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events from Knowledge Front: alerts, silence, monitors that come, go and change, and the API itself."""

from __future__ import annotations

DOCUMENTATION = r"""
short_description: Events when Knowledge Front alerts, clears, falls silent or is configured otherwise
description:
  - An ansible-rulebook event source that polls Knowledge Front and tells what happened since the last poll. Each event
    has a C(kind), a stable C(id), a C(message), the C(monitor), what was known C(before) and C(after), and in
    C(meta.hosts) the hosts that a configuration names, so that C(run_playbook) is limited to them.
  - The kinds are C(alert_raised), C(alert_cleared), C(monitor_silent), C(monitor_back), C(monitor_added),
    C(monitor_removed), C(monitor_changed), C(api_lost) and C(api_back).
  - With O(cursor), nothing is lost and nothing told twice over restarts. Without, a restart is a first start.
  - An outage of the API is one event and its end another. The source goes on until it is cancelled; only a mistake in
    the arguments ends it, with one sentence.
options:
  api_url:
    description:
      - Where the service is. Plain C(http) is accepted for a loopback address only.
      - Without it the environment variable E(KF_API_URL) is taken.
    type: str
    default: https://api.knowledgefront.com
    aliases: [base_url]
  client_id:
    description:
      - The id of an API client. Without it the environment variable E(KF_CLIENT_ID) is taken.
    type: str
  client_secret:
    description:
      - The secret of that API client. Without it the environment variable E(KF_CLIENT_SECRET) is taken.
    type: str
  validate_certs:
    description:
      - Whether the service's certificate has to verify. Without it the environment variable E(KF_VALIDATE_CERTS) is
        taken.
    type: bool
    default: true
  ca_path:
    description:
      - A file or a folder with the certificates of the authorities to trust instead of the usual ones. Without it the
        environment variable E(KF_CA_PATH) is taken.
    type: path
  timeout:
    description:
      - Seconds that one question may take in all, with its token, its retries and a slow answer. Without it the
        environment variable E(KF_TIMEOUT) is taken.
    type: int
    default: 60
  retries:
    description:
      - Attempts after the first one when there is no answer, or one that asks to come again. Without it the environment
        variable E(KF_RETRIES) is taken.
    type: int
    default: 4
  include:
    description:
      - Patterns that select monitors. Without any, all are meant. A pattern is an id, a label, or a glob over either
        such as C(Primary *). After C(~) it is a regular expression that an id or a label begins with.
    type: list
    elements: str
    default: []
  exclude:
    description:
      - Patterns, as in O(include), of monitors to leave out again. A pattern that matches no monitor is
        warned of.
    type: list
    elements: str
    default: []
  types:
    description:
      - Types of monitors to keep, such as C(http), without regard to case.
    type: list
    elements: str
    default: []
  on_unmatched:
    description:
      - What to do when a pattern in O(include) matches no monitor at the start. Later, that monitors are gone is told
        in events.
    type: str
    choices: [fail, warn, ignore]
    default: fail
  interval:
    description:
      - Seconds from one poll to the next, 1 at least. By default as long as the shortest timer of the monitors, within
        15 and 60.
    type: float
  cursor:
    description:
      - The path of a file that remembers what was known and what is still to be told, so that a restart resumes there.
      - It is private to the user and held by one source at a time. The folder must exist.
    type: path
  initial:
    description:
      - Whether the alerts that are active at a first start are told.
    type: str
    choices: [active, none]
    default: active
  config_every:
    description:
      - In how many polls the configurations are asked for once. They are asked for earlier when a status names a
        monitor that is not known yet.
    type: int
    default: 10
  stale_factor:
    description:
      - A monitor is silent when its newest test is older than this many times its timer and O(stale_grace).
    type: float
    default: 2.0
  stale_grace:
    description:
      - Seconds to add to that.
    type: float
    default: 60.0
  feedback:
    description:
      - An argument of ansible-rulebook itself, which needs its persistence. An event then counts as told when the rules
        have taken it, not when the queue has.
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
    - name: Say what alerts
      condition: event.kind == "alert_raised"
      action:
        debug:
          msg: "{{ event.message }}"
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

# It is run by its path, with nothing set up. The path is not resolved, as a checkout is often a link.
sys.path.insert(0, str(Path(__file__).absolute().parents[7]))

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import (
    FEEDBACK_QUEUE,
    checked_arguments,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.watching import watch


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Tell events until cancelled. Raises ConfigurationError, with one sentence, for a mistake in the arguments."""
    await watch(queue, checked_arguments(args), args.get(FEEDBACK_QUEUE))
