# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence that the design requires for a sign-off, checked on the responses that a gate received.

Written from the design document and the API's contract, with nothing of the gate in it, so that a mistake of the gate
cannot hide here too. Answers are entries as the service sends them; times are epoch seconds. All clocks agree, and both
readings of a test's time too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Entry = Mapping[str, Any]


class Answer(NamedTuple):
    """One complete response: when it was received, and the statuses and configurations by id."""

    received_at: float
    statuses: Mapping[str, Entry]
    configs: Mapping[str, Entry]


class Terms(NamedTuple):
    """The options that affect the proof; ``anchor`` is the time from which tests are evidence."""

    anchor: float
    clean_tests: int = 1
    recovery_tests: int = 1
    failing_after: int = 2
    alert_after: int = 3
    stale_factor: float = 2.0
    stale_grace: float = 60.0
    max_masked: float = 0.5


@dataclass
class Record:
    """The tests of one monitor in the responses since the anchor."""

    owed: int
    newest: float | None = None
    clean: int = 0
    failed: int = 0
    alert: str | None = None
    is_proved: bool = False

    def pass_test(self) -> None:
        self.clean, self.failed = self.clean + 1, 0
        self.is_proved = self.is_proved or self.clean >= self.owed

    def fail_test(self, terms: Terms) -> None:
        self.clean, self.failed = 0, self.failed + 1
        self.owed = max(terms.clean_tests, terms.recovery_tests)
        if self.failed >= terms.failing_after:
            self.is_proved = False


def objections(answers: Sequence[Answer | None], baseline: Answer, terms: Terms) -> dict[str, str]:
    """Return, for each monitor that forbids a sign-off after ``answers``, why; ``""`` stands for the whole scope.

    ``answers`` are those of the task that signs off, None for a poll without a whole answer; ``baseline`` was taken
    before the deployment.
    """
    newest = answers[-1] if answers else None
    if newest is None:
        return {"": "the last poll got no whole answer"}
    scope = _scope(newest) | _scope(baseline)
    found, masked = {}, 0
    for name in sorted(scope):
        why = _objection(name, newest, record_of(name, answers, baseline, terms), terms)
        if why and _is_masked(name, newest, baseline, terms):
            masked += 1
        elif why:
            found[name] = why
    if masked > terms.max_masked * len(scope):
        found[""] = f"{masked} of {len(scope)} monitors are masked by old problems"
    return found


def unverified(answers: Sequence[Answer | None], baseline: Answer, terms: Terms) -> list[str]:
    """Return the monitors that no test since the anchor proved, which forbid to call the deployment verified."""
    newest = answers[-1] if answers else None
    scope = _scope(newest) if newest else _scope(baseline)
    return [name for name in sorted(scope) if not record_of(name, answers, baseline, terms).is_proved]


def record_of(name: str, answers: Sequence[Answer | None], baseline: Answer, terms: Terms) -> Record:
    """Return the record of the monitor ``name`` in ``answers``."""
    before = baseline.statuses.get(name)
    record = Record(terms.clean_tests, alert=_alert(before) if before else None)
    for answer in answers:
        if answer is not None and name in answer.statuses:
            _observe(record, answer.statuses[name], answer.received_at, terms)
    return record


def _observe(record: Record, status: Entry, received_at: float, terms: Terms) -> None:
    test, failure = started(status.get("last_test")), started(status.get("last_failed"))
    known = max(record.newest if record.newest is not None else terms.anchor, terms.anchor)
    alert = _alert(status)
    if alert is not None and alert != record.alert:
        record.alert, record.is_proved = alert, False
        record.fail_test(terms)
    elif test is not None and failure is not None and known <= failure < test and failure != record.newest:
        record.fail_test(terms)
    if (
        test is None
        or test > received_at
        or test < terms.anchor
        or (record.newest is not None and test <= record.newest)
    ):
        return
    record.newest = test
    if is_failed(status):
        record.fail_test(terms)
    elif not status["alert_active"]:
        record.pass_test()


def _objection(name: str, newest: Answer, record: Record, terms: Terms) -> str | None:
    status = newest.statuses.get(name)
    if status is None or name not in newest.configs:
        return "missing in the last answer"
    if status["alert_active"]:
        return "an alert is active"
    test, timer = started(status.get("last_test")), newest.configs[name]["timer"]
    if test is None or newest.received_at - test > terms.stale_factor * timer + terms.stale_grace:
        return "not tested of late"
    if test > newest.received_at + terms.stale_grace:
        return "tested in the future"
    if record.newest is not None and test < record.newest:
        return "the last answer has an older test than one before it"
    if not record.is_proved:
        return f"{record.clean} of {record.owed} clean tests"
    return None


def _is_masked(name: str, newest: Answer, baseline: Answer, terms: Terms) -> bool:
    """Whether the monitor had a problem that lasted when the baseline was taken, and has not become worse."""
    before, now = baseline.statuses.get(name), newest.statuses.get(name)
    if not _had_problem(name, baseline, terms):
        return False
    if now is None:
        return before is None
    if before is None:
        return not (now["alert_active"] or is_failed(now))
    if now["alert_active"]:
        return bool(before["alert_active"])
    return bool(is_failed(before) or not is_failed(now))


def _had_problem(name: str, baseline: Answer, terms: Terms) -> bool:
    status, config = baseline.statuses.get(name), baseline.configs.get(name)
    if status is None or config is None:
        return name in _scope(baseline)
    test = started(status.get("last_test"))
    if status["alert_active"] or test is None:
        return True
    if is_failed(status):
        return bool(status["fail_count"] == status["test_count"] >= terms.alert_after)
    return bool(baseline.received_at - test > terms.stale_factor * config["timer"] + terms.stale_grace)


def _scope(answer: Answer) -> set[str]:
    return {*answer.statuses, *answer.configs}


def _alert(status: Entry) -> str | None:
    alert = status.get("last_alert")
    return alert["alert"] if alert else None


def started(test: Any) -> float | None:
    """Return when a test of an entry started."""
    return float(test["utc_mktime"]) if test else None


def is_failed(status: Entry) -> bool:
    """Whether the newest test failed."""
    test, failure = status.get("last_test"), started(status.get("last_failed"))
    return bool(test and (test["error"] or (failure is not None and failure >= float(test["utc_mktime"]))))
