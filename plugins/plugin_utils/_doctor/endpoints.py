# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the service with the plugins' own client: a token, the clock, and a response of each endpoint."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

from ...module_utils._api.client import Client
from ...module_utils._api.errors import KnowledgeFrontError
from ...module_utils._api.timeouts import Deadline
from ...module_utils._api.transport import RequestsTransport
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import duration
from .context import CheckContext, Exchange, Recorder
from .responses import classify_refused, describe_response, read_document
from .results import OK, CheckResult, failed, ok, skipped, warning
from .tls import is_tls_port

A = TypeVar("A")

PATHS = {
    "token": "/v2/token",
    "status": "/v2/status",
    "configurations": "/v2/config/monitor",
    "version": "/v2/version",
    "configuration": "/v2/config/monitor/",
}
"""The path that each check requests."""

SLOW = 10.0
"""Seconds from which a response is slow: a gate that polls every 15 s would do little else."""

COMPRESSIBLE = 65536
"""Bytes from which a response should be compressed."""

TOKEN_LIFETIMES = 120, 86400
"""Seconds. A shorter lifetime ends before a gate polls twice; the client ignores what exceeds a day."""

CLOCK_TOLERANCE = 30.0
"""Seconds by which the clocks may differ; the gate allows the same."""

RESULT_CODES = {
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
"""The result's code for a code of the client's errors, where they differ."""

URL_SAFE = re.compile(r"[A-Za-z0-9_-]{1,80}")
"""An ID that no URL encodes."""

PRINTABLE_VERSION = re.compile(r"[A-Za-z0-9_.:-]{1,25}")


def check_token(context: CheckContext) -> list[CheckResult]:
    """Request a token, and check its lifetime."""
    context.recorder = context.recorder or Recorder(RequestsTransport(context.valid_settings))
    client = context.client = Client(context.valid_settings, context.recorder)
    results, _nothing = _request(context, "token", client.authenticate)
    document = read_document(context.responses["token"]) if results[0].outcome == OK else None
    return [*results, _check_lifetime(document)] if document is not None else results


def check_status(context: CheckContext) -> list[CheckResult]:
    """Request the status of every monitor, as the gate does."""
    client = context.authenticated_client
    results, context.statuses = _request(context, "status", lambda deadline: client.statuses(True, deadline=deadline))
    return results


def check_configurations(context: CheckContext) -> list[CheckResult]:
    """Request the configuration of every monitor."""
    results, context.configs = _request(context, "configurations", context.authenticated_client.configs)
    return results


def check_configuration(context: CheckContext) -> list[CheckResult]:
    """Request the configuration of one monitor, without naming it in the result."""
    ids = [config.id for config in context.configs or []]
    if not ids:
        return [ok("there is no monitor to request")]
    monitor = next((one for one in ids if URL_SAFE.fullmatch(one)), ids[0])
    client = context.authenticated_client
    return _request(context, "configuration", lambda deadline: client.config(monitor, deadline), hide=monitor)[0]


def check_version(context: CheckContext) -> list[CheckResult]:
    """Request the version of the API."""
    results, document = _request(context, "version", context.authenticated_client.version)
    if document is None:
        return results
    texts = [(name, str(value)) for name, value in document.items() if not isinstance(value, (dict, list))]
    parts = [f"{name} {value}" for name, value in texts if all(map(PRINTABLE_VERSION.fullmatch, (name, value)))]
    return [*results, ok(", ".join(parts[:6]) or "the response contains no version that can be displayed")]


def check_clock(context: CheckContext, now: Callable[[], float] = time.time) -> list[CheckResult]:
    """Compare this machine's clock with the header ``Date`` of the responses."""
    if context.client is None or context.recorder is None or not context.recorder.has_response:
        return [skipped("there is no response with the service's time")]
    service_time = context.client.service_time()
    if service_time is None:
        return [warning("clock_untold", "no response has the header Date, so the clocks cannot be compared")]
    local = now()
    behind, ahead = service_time[0] - local, local - service_time[1]
    if behind > CLOCK_TOLERANCE:
        return [warning("clock_behind", f"this machine's clock is {duration(behind)} behind the service's")]
    if ahead > CLOCK_TOLERANCE:
        return [warning("clock_ahead", f"this machine's clock is {duration(ahead)} ahead of the service's")]
    difference = max(abs(service_time[0] - local), abs(service_time[1] - local))
    return [ok(f"this machine's clock and the service's agree within {int(difference) + 1} s")]


def _request(
    context: CheckContext, check: str, send: Callable[[Deadline], A], hide: str | None = None
) -> tuple[list[CheckResult], A | None]:
    """Return the results of a request, and its parsed response unless the plugins refuse it."""
    deadline = Deadline(min(context.valid_settings.timeout, context.total.left()))
    mark = context.exchanges.mark()
    try:
        parsed, error = send(deadline), None
    except KnowledgeFrontError as problem:
        parsed, error = None, problem
    made = context.exchanges.since(mark, PATHS[check])
    if made and made[-1].response is not None:
        context.responses[check] = made[-1].response
    return [_explain_error(context, error, made, hide)] if error is not None else describe_success(made), parsed


def describe_success(made: list[Exchange]) -> list[CheckResult]:
    """Return the results for the attempts of a request that succeeded."""
    response = [one.response for one in made if one.response is not None][-1]
    seconds = made[-1].seconds
    results = [ok(describe_response(response, seconds))]
    if len(made) > 1:
        before = ", ".join(dict.fromkeys(one.outcome for one in made[:-1]))
        results.append(warning("retried", f"the request took {len(made)} attempts; outcome before: {before}"))
    if seconds > SLOW:
        results.append(warning("slow", f"the response took {seconds:.1f} s"))
    if len(response.body) >= COMPRESSIBLE and "content-encoding" not in response.headers:
        message = f"{len(response.body)} bytes arrived uncompressed, although the request accepts gzip"
        results.append(warning("uncompressed", message))
    return results


def _explain_error(
    context: CheckContext, error: KnowledgeFrontError, made: list[Exchange], hide: str | None
) -> CheckResult:
    """Return the result for an error. The error's own message may quote a monitor, which must not be displayed."""
    last = made[-1] if made else None
    if last is not None and last.response is not None and error.code in ("payload", "service", "not_found"):
        code, reason = classify_refused(last.response)
        if code == "contract" and last.request.method == "POST":
            code, reason = "token_unusable", str(error)
        elif code == "redirect" and not hide:
            reason = str(error)
        return failed(code, f"{describe_response(last.response, last.seconds)}: {reason}")
    message = str(error)
    if hide:
        message = message.replace(hide, "...") if URL_SAFE.fullmatch(hide) else f"there is no response ({error.code})"
    is_cut_off = error.code in ("connection", "incomplete") and not context.is_encrypted
    if is_cut_off and is_tls_port(context.host, context.port, context.network_timeout()):
        return failed("tls_expected", f"the port speaks TLS, but api_url starts with http: {sanitize(message, 300)}")
    return failed(RESULT_CODES.get(error.code, error.code), message)


def _check_lifetime(document: dict[str, Any]) -> CheckResult:
    seconds = document.get("expires_in")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        return warning("token_lifetime", "the response does not contain the token's lifetime as a number")
    shortest, longest = TOKEN_LIFETIMES
    if not shortest <= seconds <= longest:
        return warning("token_lifetime", f"the token is valid for {seconds:.6g} s; {shortest} to {longest} s are usual")
    return ok(f"the token is valid for {seconds:.6g} s")
