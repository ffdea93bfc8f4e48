# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The expected result of the doctor for each fault: ``check.code`` of every failure and warning."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .fault import ANSWERS, Fault


@dataclass(frozen=True)
class Diagnosis:
    """Patterns of results: each in ``must`` matches a result, and each result matches one in ``must`` or ``may``."""

    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()

    def wrong_with(self, found: Sequence[str]) -> str:
        """Return what differs from the expectation, an empty text if nothing does."""
        missing = [one for one in self.must if not any(re.fullmatch(one, other) for other in found)]
        unexpected = [one for one in found if not any(re.fullmatch(other, one) for other in (*self.must, *self.may))]
        complaints = [f"it did not find {' and '.join(missing)}"] if missing else []
        return "; ".join(complaints + ([f"it found {' and '.join(unexpected)}"] if unexpected else []))


WELL = Diagnosis()

CHECKS = {"status": "status", "config_monitors": "configurations", "version": "version", "token": "token"}
"""The check that requests an endpoint."""


def _only(*must: str, may: tuple[str, ...] = ()) -> Diagnosis:
    return Diagnosis(must, may)


# The first pattern that matches the name of a fault applies. ``@`` is the check of each endpoint of the fault.
DIAGNOSES: tuple[tuple[str, Diagnosis], ...] = (
    ("nothing*", WELL),
    # Bodies that are not documents.
    ("an empty 200, *", _only("@.empty")),
    ("a web page with 200, *", _only("@.web_page")),
    ("half a document, *", _only("@.no_json")),
    ("a list, *", _only("@.no_object")),
    ("a string, *", _only("@.no_object")),
    ("a number, *", _only("@.no_object")),
    ("null, *", _only("@.no_object")),
    ("NaN in it, *", _only("@.no_json")),
    ("bytes of no alphabet, *", _only("@.no_json")),
    ("a member told twice, *", _only("@.no_json")),
    ("nesting without end, *", _only("@.no_json")),
    ("204, *", _only("@.unexpected_status")),
    ("202", _only("@.unexpected_status")),
    # Wrong documents.
    ("error is *", _only("@.answered_error")),
    ("an error with *", _only("@.answered_error")),
    ("monitor_list is missing", _only("@.contract", "contract.contract_missing")),
    ("monitor_list is null", _only("@.contract", "contract.contract_missing")),
    ("monitor_list is *", _only("@.contract", "contract.contract_type")),
    ("* in monitor_list", _only("@.contract", "contract.contract_type")),
    ("duplicate ids", _only("@.contract", "contract.contract_duplicate")),
    ("* is missing", _only("@.contract", "contract.contract_missing")),
    ("monitor is null", _only("@.contract", "contract.contract_missing")),
    ("id is null", _only("@.contract", "contract.contract_missing")),
    ("alert_active is null", _only("@.contract", "contract.contract_missing")),
    ("monitor is empty", _only("@.contract", "contract.contract_value")),
    ("id is empty", _only("@.contract", "contract.contract_value")),
    ("fail_count is negative", _only("@.contract", "contract.contract_value")),
    ("last_test.utc_time_init is words", _only("@.contract", "contract.contract_value")),
    ("last_test.utc_time_init is in the year *", _only("@.contract", "contract.contract_value")),
    ("last_test.utc_mktime is huge", _only("@.contract", "contract.contract_value")),
    ("timer is zero", _only("@.contract", "contract.contract_value")),
    ("timer is negative", _only("@.contract", "contract.contract_value")),
    ("timer is huge", _only("@.contract", "contract.contract_value")),
    *(
        (f"{field} is *", _only("@.contract", "contract.contract_type"))
        for field in (
            *("monitor", "alert_active", "fail_count", "last_test", "last_test.utc_time_init"),
            *("last_test.utc_mktime", "last_test.error", "label", "id", "timer", "active", "config"),
        )
    ),
    ("labels with *", WELL),
    ("ids with *", WELL),
    ("times in the future", _only("monitors.tests_ahead")),
    ("times before 1970", _only("monitors.tests_old")),
    ("times in the year 70", _only("monitors.tests_old")),
    ("times that contradict each other", _only("monitors.tests_old", "monitors.tests_contradict")),
    ("a last_test that is null", _only("monitors.tests_absent")),
    ("a last_test that is without a time", _only("monitors.tests_absent", "contract.contract_missing")),
    ("an empty status", _only("monitors.join_differs")),
    ("an answer from yesterday", _only("@.old_answer", "contract.contract_missing", "contract.contract_new")),
    # Transfer of responses.
    ("reset before the answer, *", _only("@.connection")),
    ("reset *", _only("@.incomplete")),
    ("no answer, *", _only("@.timeout")),
    ("dripping *", _only("@.timeout")),
    ("a length that is too long, *", _only("@.incomplete")),
    ("a length that is too short, *", _only("@.no_json")),
    ("truncated gzip, *", _only("@.(incomplete|no_json)")),
    ("a bomb of tiny lists, *", _only("@.(answer_too_large|timeout)")),
    ("gzip in gzip, *", _only("@.encoding")),
    ("an encoding that nobody asked for, *", _only("@.encoding")),
    ("gzip with something behind it, *", _only("@.incomplete")),
    ("a decompression bomb, *", _only("@.(answer_too_large|timeout)")),
    ("a body larger than the bound, *", _only("@.(answer_too_large|timeout)")),
    # Tokens.
    ("another token_type", _only("token.token_unusable")),
    ("a token_type that is no text", _only("token.token_unusable", "contract.contract_type")),
    ("no access_token", _only("token.token_unusable", "contract.contract_missing")),
    ("an empty access_token", _only("token.token_unusable")),
    ("a number as access_token", _only("token.token_unusable", "contract.contract_type")),
    ("a token that would end the header", _only("token.token_unusable")),
    ("a token of another alphabet", _only("token.token_unusable")),
    ("a list instead of a token", _only("token.no_object")),
    ("no token_type", _only("contract.contract_missing")),
    ("a token_type in other letters", WELL),
    ("no expires_in", _only("token.token_lifetime", "contract.contract_missing")),
    ("expires_in is a float", WELL),
    ("expires_in is null", _only("token.token_lifetime", "contract.contract_missing")),
    ("expires_in is negative", _only("token.token_lifetime")),
    ("expires_in is zero", _only("token.token_lifetime")),
    ("expires_in is huge", _only("token.token_lifetime")),
    ("expires_in is *", _only("token.token_lifetime", "contract.contract_type")),
    ("400 invalid_client", _only("token.credentials")),
    ("400 unauthorized_client", _only("token.credentials")),
    ("401 for the client", _only("token.credentials")),
    ("403 for the client", _only("token.forbidden")),
    ("401 once", _only("status.retried")),
    ("401 in the middle of a wait", _only("configuration.retried")),
    ("401 always", _only("@.credentials")),
    ("403 for the question", _only("@.forbidden")),
    # Statuses.
    ("404, *", _only("@.not_there")),
    ("408, *", _only("@.server_error")),
    ("4[0-9][0-9], *", _only("@.refused")),
    ("5[0-9][0-9], *", _only("@.server_error")),
    ("a 500 without a body", _only("@.server_error")),
    ("a 502 with a web page", _only("@.server_error")),
    ("429 with *", _only("@.rate_limited")),
    ("429 once", _only("@.retried")),
    ("503 once", _only("@.retried")),
    ("a reset once", _only("@.retried")),
    ("a redirect from https to http", _only("token.redirect", "tls.tls_expires_soon")),
    ("a redirect *", _only("@.redirect")),
    # Network.
    ("a name that does not resolve", _only("dns.name_(unknown|server_failing|server_silent)")),
    ("a port that nobody listens at", _only("tcp.port_refused")),
    ("a half-open connection", _only("token.timeout")),
    ("a server that speaks another protocol", _only("token.(connection|incomplete)")),
    ("a server that hangs up", _only("token.(connection|incomplete)")),
    # It is valid for two days only.
    ("a certificate that is right", _only("tls.tls_expires_soon")),
    ("an expired certificate", _only("tls.tls_expired")),
    ("a self-signed certificate", _only("tls.tls_self_signed")),
    ("a certificate of another name", _only("tls.tls_other_name")),
    ("a certificate of an unknown authority", _only("tls.tls_untrusted")),
    ("a server without TLS", _only("tls.tls_absent")),
    ("a handshake without end", _only("tls.tls_silent")),
    ("authorities that are no certificates", _only("tls.ca_path_useless")),
    ("authorities that are not there", _only("tls.ca_path_missing")),
    ("a proxy that nobody listens at", _only("proxy.proxy_unreachable")),
    ("a proxy that asks for a password", _only("proxy.proxy_authentication")),
    ("a proxy that hangs up", _only("proxy.proxy_nonsense")),
    ("a proxy that says nothing", _only("proxy.proxy_silent")),
    ("a proxy that is no URL", _only("proxy.proxy_no_url")),
    ("our clock is slow*", _only("clock.clock_behind")),
    ("our clock is a day slow*", _only("clock.clock_behind")),
    ("our clock is fast*", _only("clock.clock_ahead")),
    ("our clock is a day fast*", _only("clock.clock_ahead")),
    # The checks may finish before the clock jumps.
    ("our clock jumps *", _only(may=("clock.clock_(ahead|behind)",))),
    # The cache.
    ("tasks share what they know", WELL),
    ("what tasks share is in a folder that is open to others", _only("cache.cache_open")),
    (
        "what tasks share is in a folder of somebody else",
        _only("cache.cache_of_another" if os.geteuid() == 0 else "cache.cache_open"),
    ),
    (
        "what tasks share is in a folder that is read-only",
        WELL if os.geteuid() == 0 else _only("cache.cache_not_writable"),
    ),
    ("what tasks share is in a folder that is a *", _only("cache.cache_no_folder")),
    # A removed file is not a fault, and a renamed one is like the record of another secret.
    ("what tasks share is in files that are removed", WELL),
    ("what tasks share is in files that are swapped", _only(may=("cache.cache_spoilt",))),
    ("what tasks share is in files that are *", _only("cache.cache_spoilt")),
)


def diagnosis(fault: Fault) -> Diagnosis:
    """Return the expected result for ``fault``. Raises LookupError for an unknown fault."""
    for pattern, found in DIAGNOSES:
        if fnmatchcase(fault.name, pattern):
            return Diagnosis(_placed(found.must, fault), _placed(found.may, fault))
    raise LookupError(f"no expected result of the doctor for {fault.name}")


def _placed(patterns: tuple[str, ...], fault: Fault) -> tuple[str, ...]:
    places = [CHECKS[endpoint] for endpoint in sorted(fault.endpoints or ANSWERS)]
    return tuple(one.replace("@", place) for one in patterns for place in (places if "@" in one else [""]))
