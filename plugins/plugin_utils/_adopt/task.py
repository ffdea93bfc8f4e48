# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of kf_adopt: its options, the policy file, the account, and the new policy file."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION, SELECTION
from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import quantity, sanitize
from .._gate.policy import DEFAULTS
from .._gate.reports.grouping import MonitorEntry
from .._gate.reports.unblock import describe_problem
from .._gate.states import UNPROVED
from .._system.files import MAX_PATH_LENGTH, atomic_write, describe_write_error
from .account import Account, read_account
from .adoption import Adoption, KnownEntry, find_slow, plan_adoption, suggest_timeout_max
from .policy_file import SELECTION_VARIABLES, PolicyFile, PolicyFileError, edit_policy, parse_policy, render_policy

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

ADOPT: Spec = {
    **CONNECTION,
    **SELECTION,
    "path": {"type": "path", "required": True},
    "expires_days": {"type": "float", "default": 30.0},
    "prune": {"type": "bool", "default": False},
    "timeout_max": {"type": "float"},
    "min_monitors": {"type": "int", "default": DEFAULTS["min_monitors"]},
    **{
        name: {"type": kind, "default": DEFAULTS[name]}
        for name, kind in (("alert_after", "int"), ("stale_factor", "float"), ("stale_grace", "float"))
    },
}

MAX_DAYS = 366.0

MAX_FILE_SIZE = 5_000_000
"""Bytes of a policy file."""

RECENT = "the problem is not an old one: the monitor has to pass its next tests"
UNPROVABLE = "the monitor tests too rarely to be proved in time: on_unprovable decides"
AMBIGUOUS = "no pattern selects only this monitor: give it a unique label and id"
"""Reasons why a monitor that is not clean gets no entry."""

PRIVATE = 0o600
"""Permissions of a new file, which lists the problems of the account."""


def read_policy_file(path: str) -> PolicyFile | None:
    """Return the policy at ``path``, None if there is no file. Raises ConfigurationError if it cannot be used."""
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode):
            raise PolicyFileError("it is not a regular file; name the file itself, not a link to it")
        if found.st_size > MAX_FILE_SIZE:
            raise PolicyFileError(f"it is larger than {MAX_FILE_SIZE:,} bytes")
        with open(path, encoding="utf-8", newline="") as file:
            return parse_policy(file.read())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refusal(path, error.strerror or "it cannot be read") from None
    except UnicodeDecodeError:
        raise _refusal(path, "it is not UTF-8 text") from None
    except PolicyFileError as error:
        raise _refusal(path, str(error)) from None


def _refusal(path: str, cause: str) -> ConfigurationError:
    name = sanitize(path, MAX_PATH_LENGTH)
    return ConfigurationError(
        f"{name} was not changed: {cause}; correct the file or name another one", code="policy_file"
    )


def adopt(options: Mapping[str, Any], warn: Callable[[str], None], dry_run: bool) -> dict[str, Any]:
    """Write the policy file, unless ``dry_run``, and return the result of the task with ``before`` and ``after``.

    Raises KnowledgeFrontError, Unavailable or ValueError; nothing was written then.
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
    """Return the comments of a file without variables, for the beginning of the new file."""
    lines = [line for line in text.splitlines() if line.startswith("#")]
    return "".join(f"{line}\n" for line in lines)


def _selection(options: Mapping[str, Any], policy: PolicyFile | None, path: str) -> dict[str, list[str]]:
    """Return the selection in the options, or that in the file if the options have none.

    Raises ConfigurationError if both have one and they differ: entries of other monitors would seem unneeded.
    """
    given = {option: list(options[option]) for option in SELECTION_VARIABLES}
    try:
        in_file = policy.selection() if policy is not None else {}
    except PolicyFileError as error:
        raise _refusal(path, str(error)) from None
    if not in_file or not any(given.values()):
        return {**given, **in_file}
    for option, patterns in given.items():
        if patterns != in_file.get(option, []):
            variable = SELECTION_VARIABLES[option]
            raise _refusal(path, f"it was written for other monitors: {option} differs from {variable} in it")
    return given


def _write(path: str, text: str, new: bool) -> None:
    try:
        atomic_write(path, text.encode(), PRIVATE if new else None)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the policy {sanitize(path, MAX_PATH_LENGTH)} was not written: {describe_write_error(error, path)}",
            code="policy_file",
        ) from None


def _result(account: Account, plan: Adoption, slow: list[MonitorEntry]) -> dict[str, Any]:
    counts = Counter(monitor["state"] for monitor in plan.problems)
    summary = (
        f"{quantity(len(account.monitors), 'monitor')}, {len(plan.problems):,} with an old problem: "
        f"{quantity(len(plan.added), 'entry', 'entries')} added, {len(plan.unchanged):,} kept, "
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
        "kept": len(plan.unchanged),
        "not_adopted": [
            *(_not_adopted(monitor, AMBIGUOUS) for monitor in plan.ambiguous),
            *(_not_adopted(monitor, UNPROVABLE if monitor["state"] == UNPROVED else RECENT) for monitor in plan.recent),
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


def _not_adopted(monitor: MonitorEntry, reason: str) -> dict[str, Any]:
    return {
        "monitor": monitor["id"],
        "label": monitor["label"],
        "state": monitor["state"],
        "problem": describe_problem(monitor),
        "why": reason,
    }


def check_options(options: Mapping[str, Any]) -> None:
    """Raise ValueError that names the option if a number is out of range."""
    if not 0 < options["expires_days"] <= MAX_DAYS:
        raise ValueError(f"expires_days must be more than 0 and at most {MAX_DAYS:g}, not {options['expires_days']}")
    if options["timeout_max"] is not None and not 1 <= options["timeout_max"] < float("inf"):
        raise ValueError(f"timeout_max must be 1 or more, not {options['timeout_max']}")
