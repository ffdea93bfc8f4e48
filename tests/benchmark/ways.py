# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: our ways to ask, what people write today, and the floors under both.

A new way is one more entry in WAYS; comparisons.py says against what it is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.large import large_world

Task = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """``tasks`` are asked by each host; ``asks`` says whether the service must notice; ``needs`` are programs.

    ``source`` is an inventory source of its own, whose hosts do nothing. ``files`` says what is in the folder that the
    environment variable KF_BENCH_FILES names: nothing (``new``), or what the same tasks wrote before (``written``).
    """

    label: str
    tasks: tuple[Task, ...] = ()
    asks: bool = False
    needs: tuple[str, ...] = ()
    source: dict[str, Any] | None = None
    files: str = ""


def task(action: str, register: str | None = None, **arguments: Any) -> Task:
    return {"name": f"Run {action}", action: arguments, **({"register": register} if register else {})}


def debug(expression: str) -> tuple[Task, ...]:
    return (task("ansible.builtin.debug", msg="{{ " + expression + " }}"),)


ONE = large_world(1).monitors[0].label
"""The label of a monitor that every large world has."""

FOUR: dict[str, Any] = {"include": [ONE], "all": True, "window": 600, "fields": ["id", "label", "alert_active"]}
KF = "knowledgefront.monitoring"
URL, ID, SECRET = (
    f"{{{{ lookup('ansible.builtin.env', 'KF_{name}') }}}}" for name in ("API_URL", "CLIENT_ID", "CLIENT_SECRET")
)

URI = (
    task(
        "ansible.builtin.uri",
        register="token",
        url=f"{URL}/v2/token",
        method="POST",
        url_username=ID,
        url_password=SECRET,
        force_basic_auth=True,
        body_format="form-urlencoded",
        body={"grant_type": "client_credentials"},
    ),
    task(
        "ansible.builtin.uri",
        register="status",
        url=f"{URL}/v2/status?all=true",
        headers={"Authorization": "Bearer {{ token.json.access_token }}"},
        timeout=300,
    ),
    task(
        "ansible.builtin.assert",
        that=["status.json.monitor_list | selectattr('alert_active') | length == 0"],
    ),
)

# Secrets go through pipes, as an argument is there for every user of the machine to read.
CURL = r"""
set -eu
token=$(printf 'user = "%s:%s"\n' "$KF_CLIENT_ID" "$KF_CLIENT_SECRET" |
  curl -sSf -K - -d grant_type=client_credentials "$KF_API_URL/v2/token" | jq -er .access_token)
printf 'header = "Authorization: Bearer %s"\n' "$token" |
  curl -sSf --compressed -K - "$KF_API_URL/v2/status?all=true" |
  jq -e '.monitor_list | length > 0 and all(.alert_active | not)'
"""

NEW, WRITTEN = "new", "written"
PER_MONITOR = (
    task(
        f"{KF}.kf_monitor_files",
        path="{{ lookup('ansible.builtin.env', 'KF_BENCH_FILES') }}",
        layout="per_monitor",
        policy=[{"name": "timers", "timer_max": 600}],
    ),
)

WAYS: dict[str, Way] = {
    "empty": Way("an empty play"),
    "debug": Way("`debug`", debug("'nothing'")),
    "ping": Way("`ping`", (task("ansible.builtin.ping"),)),
    "list": Way("`debug` with a `list` lookup", debug("query('ansible.builtin.list', 'nothing') | length")),
    "assert": Way(
        "`assert`",
        (task("ansible.builtin.assert", that=["true"], quiet=True, fail_msg="no", success_msg="yes"),),
    ),
    "nothing": Way("an action plugin that does nothing", (task("nothing", **FOUR),)),
    "uri": Way("`uri` + `uri` + `assert`", URI, asks=True),
    "curl": Way("`curl` and `jq`", (task("ansible.builtin.shell", cmd=CURL),), asks=True, needs=("curl", "jq")),
    "kf_status": Way("`kf_status`, all", debug(f"query('{KF}.kf_status', all=true) | length"), asks=True),
    "kf_status_one": Way("`kf_status`, one", debug(f"query('{KF}.kf_status', '{ONE}', all=true) | length"), asks=True),
    "kf_status_info": Way("`kf_status_info`, one", (task(f"{KF}.kf_status_info", **FOUR),), asks=True),
    "kf_status_info_all": Way(
        "`kf_status_info`, all", (task(f"{KF}.kf_status_info", register="status", all=True),), asks=True
    ),
    "kf_gate": Way("`kf_gate`", (task(f"{KF}.kf_gate"),), asks=True),
    "kf_monitor_files_first": Way("`kf_monitor_files`, first run", PER_MONITOR, asks=True, files=NEW),
    "kf_monitor_files_again": Way("`kf_monitor_files`, repeated run", PER_MONITOR, asks=True, files=WRITTEN),
    "kf_monitors": Way(
        "`kf_monitors`, two keyed groups",
        asks=True,
        source={
            "plugin": f"{KF}.kf_monitors",
            "keyed_groups": [{"key": "kf_type", "prefix": "is"}, {"key": "kf_time_zone", "prefix": "in"}],
        },
    ),
    "kf_alerting": Way(
        "`kf_monitors`, only what alerts", asks=True, source={"plugin": f"{KF}.kf_monitors", "statuses": ["alerting"]}
    ),
    "plain": Way("an inventory of the same hosts and variables", source={"plugin": "plain"}),
}
"""By the name to type; ``told`` is how a table calls it."""
