# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of kf_adopt: the file as it is, the account as it is, and the file as it should be."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import quantity, sanitize
from .._gate.reports.grouping import MonitorEntry
from .._gate.reports.unblock import describe_problem
from .._gate.states import UNPROVED
from .._system.files import LONGEST, atomic_write, why_not
from .account import Account, read_account
from .adoption import Adoption, KnownEntry, find_slow, plan_adoption, suggest_timeout_max
from .new_policy import render_policy
from .policy_file import SELECTION, PolicyFile, PolicyFileError, edit_policy, parse_policy

LARGEST_FILE = 5_000_000
"""Bytes. Nobody writes more exceptions than that."""

RECENT = "this is no problem of long standing: it has to pass its next tests"
UNPROVABLE = "it tests so rarely that it cannot be proved in time: on_unprovable decides"
"""Why a monitor that is not clean gets no entry."""

PRIVATE = 0o600
"""Permissions of a new file: it tells what does not work in the account."""


def read_policy_file(path: str) -> PolicyFile | None:
    """Return the policy at ``path``, None when nothing is there. Raises ConfigurationError for anything else."""
    try:
        there = os.lstat(path)
        if not stat.S_ISREG(there.st_mode):
            raise PolicyFileError("it is not an ordinary file; name the file itself, not a link to it")
        if there.st_size > LARGEST_FILE:
            raise PolicyFileError(f"it is larger than {LARGEST_FILE:,} bytes")
        with open(path, encoding="utf-8", newline="") as file:
            return parse_policy(file.read())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refusal(path, error.strerror or "it cannot be read") from None
    except UnicodeDecodeError:
        raise _refusal(path, "it is not text in UTF-8") from None
    except PolicyFileError as error:
        raise _refusal(path, str(error)) from None


def _refusal(path: str, why: str) -> ConfigurationError:
    name = sanitize(path, LONGEST)
    return ConfigurationError(f"{name} was not touched: {why}; name another file or correct it", code="policy_file")


def adopt(options: Mapping[str, Any], warn: Callable[[str], None], dry_run: bool) -> dict[str, Any]:
    """Write the policy file, unless ``dry_run``, and return the task's result with ``before`` and ``after``.

    Raises KnowledgeFrontError, Unavailable and ValueError; then nothing was written.
    """
    path = options["path"]
    policy = read_policy_file(path)
    selection = _selection(options, policy, path)
    account = read_account(options, selection, warn)
    entries = policy.entries if policy is not None else []
    plan = plan_adoption(account, entries, options["expires_days"], options["prune"])
    timeout_max = options["timeout_max"] or suggest_timeout_max(account.monitors)
    slow = find_slow(account.monitors, timeout_max)
    before = policy.text if policy is not None else ""
    after = before
    try:
        if policy is not None and policy.nodes:
            after = edit_policy(policy, plan.added, plan.removed) if plan.added or plan.removed else before
        elif not options["prune"]:
            after = _comments(before) + render_policy(account.taken_at, selection, timeout_max, slow, plan.added)
    except PolicyFileError as error:
        raise _refusal(path, str(error)) from None
    if after != before and not dry_run:
        _write(path, after, new=policy is None)
    return {
        "changed": after != before,
        "before": before,
        "after": after,
        "path": path,
        "timeout_max": timeout_max,
        **_result(account, plan, slow),
    }


def _comments(text: str) -> str:
    """Return the comments of a file that holds nothing else, for the beginning of a new one."""
    lines = [line for line in text.splitlines() if line.startswith("#")]
    return "".join(f"{line}\n" for line in lines)


def _selection(options: Mapping[str, Any], policy: PolicyFile | None, path: str) -> dict[str, list[str]]:
    """Return the selection of the options, or of the file where they have none.

    Raises ConfigurationError when both have one and they differ: the entries of other monitors would seem unneeded.
    """
    given = {option: list(options[option]) for option in SELECTION}
    try:
        there = policy.selection() if policy is not None else {}
    except PolicyFileError as error:
        raise _refusal(path, str(error)) from None
    if not there or not any(given.values()):
        return {**given, **there}
    for option, patterns in given.items():
        if patterns != there.get(option, []):
            raise _refusal(path, f"it was written for other monitors: {option} differs from {SELECTION[option]} in it")
    return given


def _write(path: str, text: str, new: bool) -> None:
    try:
        atomic_write(path, text.encode(), PRIVATE if new else None)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the policy {sanitize(path, LONGEST)} was not written: {why_not(error, path)}", code="policy_file"
        ) from None


def _result(account: Account, plan: Adoption, slow: list[MonitorEntry]) -> dict[str, Any]:
    counts = Counter(monitor["state"] for monitor in plan.problems)
    summary = (
        f"{quantity(len(account.monitors), 'monitor')}, {len(plan.problems):,} with an old problem: "
        f"{quantity(len(plan.added), 'entry', 'entries')} added, {len(plan.kept):,} kept, "
        f"{len(plan.removed):,} removed; {quantity(len(slow), 'slow monitor')}"
    )
    return {
        "msg": summary,
        "summary": summary,
        "monitors": len(account.monitors),
        "problems": dict(counts),
        "added": [_entry(entry) for entry in plan.added],
        "removed": [_entry(entry) for entry in plan.removed],
        "expired": [_entry(entry) for entry in plan.expired],
        "kept": len(plan.kept),
        "not_adopted": [
            *(
                _told(monitor, "no pattern selects it alone: give it a label and id of its own")
                for monitor in plan.unnamed
            ),
            *(_told(monitor, UNPROVABLE if monitor["state"] == UNPROVED else RECENT) for monitor in plan.watched),
        ],
        "slow": [{"monitor": one["id"], "label": one["label"], "timer": one["timer"]} for one in slow],
    }


def _entry(entry: KnownEntry) -> dict[str, Any]:
    return {
        "monitor": entry.monitor,
        "states": list(entry.states or ()),
        "reason": entry.reason,
        "expires": entry.expires,
    }


def _told(monitor: MonitorEntry, why: str) -> dict[str, Any]:
    told = {"monitor": monitor["id"], "label": monitor["label"], "state": monitor["state"]}
    return {**told, "problem": describe_problem(monitor), "why": why}
