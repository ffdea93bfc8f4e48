# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plugins' own client gets of the service: a token, and an answer of each endpoint."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from ...module_utils._api.client import Client
from ...module_utils._api.deadline import Deadline
from ...module_utils._api.errors import KnowledgeFrontError
from ...module_utils._api.transport import RequestsTransport
from ...module_utils._domain.text import sanitize
from .bodies import document_of, told_of, what_is_wrong
from .exchanges import Exchange, Recorder
from .finding import OK, Finding, failed, fine, warning
from .patient import Patient
from .trusted import speaks_tls

A = TypeVar("A")

PATHS = {
    "token": "/v2/token",
    "status": "/v2/status",
    "configurations": "/v2/config/monitor",
    "version": "/v2/version",
    "configuration": "/v2/config/monitor/",
}
"""By the check that asks there."""

SLOW = 10.0
"""Seconds after which an answer is called slow: a gate that looks every 15 s would hardly do anything else."""

WORTH_PACKING = 65536
"""Bytes from which on an answer should come compressed."""

USUAL_LIFETIMES = 120, 86400
"""Seconds. A shorter one is over before a gate has looked twice; what is said beyond a day is not gone by."""

NAMED = {
    "unknown_host": "name_unknown",
    "dns": "name_server_failing",
    "certificate": "tls_untrusted",
    "tls": "tls_failed",
    "proxy": "proxy_refuses",
    "configuration": "option_wrong",
    "ca_path": "ca_path_useless",
    "requests_missing": "library_missing",
    "requests_broken": "library_missing",
    "not_found": "not_there",
}
"""Codes of the client's errors that have another name here."""

PLAIN = re.compile(r"[A-Za-z0-9_-]{1,80}")
"""An id that looks the same in every URL."""


def token(patient: Patient) -> list[Finding]:
    """Get a token, and look how long it lasts."""
    patient.recorder = patient.recorder or Recorder(RequestsTransport(patient.known))
    client = patient.client = Client(patient.known, patient.recorder)
    found, _nothing = _asked(patient, "token", client.authenticate)
    document = document_of(patient.answers["token"]) if found[0].outcome == OK else None
    return [*found, *_lifetime(document)] if document is not None else found


def status(patient: Patient) -> list[Finding]:
    """Ask for the status of every monitor, as the gate does."""
    found, patient.statuses = _asked(patient, "status", lambda left: patient.asking.statuses(True, deadline=left))
    return found


def configurations(patient: Patient) -> list[Finding]:
    """Ask for every monitor's configuration."""
    found, patient.configs = _asked(patient, "configurations", patient.asking.configs)
    return found


def configuration(patient: Patient) -> list[Finding]:
    """Ask for the configuration of one of the monitors; which one is nobody's business."""
    ids = [config.id for config in patient.configs or []]
    if not ids:
        return [fine("there is no monitor to ask for")]
    chosen = next((one for one in ids if PLAIN.fullmatch(one)), ids[0])
    found, _config = _asked(patient, "configuration", lambda left: patient.asking.config(chosen, left), hide=chosen)
    return found


def version(patient: Patient) -> list[Finding]:
    """Ask for the version of the API."""
    found, answer = _asked(patient, "version", patient.asking.version)
    if answer is None:
        return found
    short = {name: str(value) for name, value in answer.items() if not isinstance(value, (dict, list))}
    told = [f"{name} {value}" for name, value in short.items() if _harmless(name) and _harmless(value)]
    return [*found, fine(", ".join(told[:6]) or "it tells no version in words that can be shown")]


def _harmless(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9_.:-]{1,25}", text))


def _asked(
    patient: Patient, check: str, ask: Callable[[Deadline], A], hide: str | None = None
) -> tuple[list[Finding], A | None]:
    """Return what came of a question, and its answer if it is one that the plugins would go by."""
    deadline = Deadline(min(patient.known.timeout, patient.total.left()))
    mark = patient.recorded.mark()
    try:
        answer, error = ask(deadline), None
    except KnowledgeFrontError as problem:
        answer, error = None, problem
    made = patient.recorded.since(mark, PATHS[check])
    if made and made[-1].response is not None:
        patient.answers[check] = made[-1].response
    return [_failed(patient, error, made, hide)] if error is not None else _answered(made), answer


def _answered(made: list[Exchange]) -> list[Finding]:
    response = [one.response for one in made if one.response is not None][-1]
    seconds = made[-1].seconds
    found = [fine(told_of(response, seconds))]
    if len(made) > 1:
        before = ", ".join(dict.fromkeys(one.came for one in made[:-1]))
        found.append(warning("retried", f"it took {len(made)} attempts; before the answer came {before}"))
    if seconds > SLOW:
        found.append(warning("slow", f"the answer took {seconds:.1f} s"))
    if len(response.body) >= WORTH_PACKING and "content-encoding" not in response.headers:
        found.append(
            warning("uncompressed", f"{len(response.body)} bytes came as they are, although gzip was asked for")
        )
    return found


def _failed(patient: Patient, error: KnowledgeFrontError, made: list[Exchange], hide: str | None) -> Finding:
    """Return the finding for an error. Its own sentence may quote a monitor, which is not ours to tell."""
    last = made[-1] if made else None
    if last is not None and last.response is not None and error.code in ("payload", "service", "not_found"):
        code, words = what_is_wrong(last.response)
        if code == "contract" and last.request.method == "POST":
            code, words = "token_unusable", str(error)
        elif code == "redirect" and not hide:
            words = str(error)
        return failed(code, f"{told_of(last.response, last.seconds)}: {words}")
    code, told = NAMED.get(error.code, error.code), str(error)
    if hide:
        told = told.replace(hide, "...") if PLAIN.fullmatch(hide) else f"there is no answer ({error.code})"
    cut_off = error.code in ("connection", "incomplete") and not patient.encrypted
    if cut_off and speaks_tls(patient.host, patient.port, patient.short()):
        return failed("tls_expected", f"the port speaks TLS, and api_url says http: {sanitize(told, 300)}")
    return failed(code, told)


def _lifetime(document: dict[str, Any]) -> list[Finding]:
    told = document.get("expires_in")
    if isinstance(told, bool) or not isinstance(told, (int, float)):
        return [warning("token_lifetime", "the answer does not say in a number how long the token lasts")]
    shortest, longest = USUAL_LIFETIMES
    if not shortest <= told <= longest:
        return [warning("token_lifetime", f"the token lasts {told:.6g} s, and {shortest} to {longest} would be usual")]
    return [fine(f"the token lasts {told:.6g} s")]
