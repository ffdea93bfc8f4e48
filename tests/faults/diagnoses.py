# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows that the doctor must report for each fault: ``check.code`` of every failure and warning."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .fault import ANSWERS, Fault


@dataclass(frozen=True)
class Diagnosis:
    """Patterns of ``check.code``: all of ``must`` are required, those of ``may`` are optional, others are wrong."""

    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()

    def find_differences(self, found: Sequence[str]) -> str:
        """Return a sentence about missing and unexpected findings, empty if there are none."""
        missing = [one for one in self.must if not any(re.fullmatch(one, other) for other in found)]
        odd = [one for one in found if not any(re.fullmatch(other, one) for other in (*self.must, *self.may))]
        message = [f"missing: {' and '.join(missing)}"] if missing else []
        return "; ".join(message + ([f"unexpected: {' and '.join(odd)}"] if odd else []))


HEALTHY = Diagnosis()

CHECKS = {"status": "status", "config_monitors": "configurations", "version": "version", "token": "token"}
"""The check that calls an endpoint."""


def _expect(*must: str, may: tuple[str, ...] = ()) -> Diagnosis:
    return Diagnosis(must, may)


# The first pattern that matches the name of a fault applies. ``@`` is the check of each endpoint of the fault.
DIAGNOSES: tuple[tuple[str, Diagnosis], ...] = (
    ("no fault*", HEALTHY),
    # Bodies that are not JSON objects.
    ("an empty 200, *", _expect("@.empty")),
    ("a web page with 200, *", _expect("@.web_page")),
    ("half a document, *", _expect("@.no_json")),
    ("a list, *", _expect("@.no_object")),
    ("a string, *", _expect("@.no_object")),
    ("a number, *", _expect("@.no_object")),
    ("null, *", _expect("@.no_object")),
    ("NaN in it, *", _expect("@.no_json")),
    ("invalid UTF-8, *", _expect("@.no_json")),
    ("a duplicate member, *", _expect("@.no_json")),
    ("deep nesting, *", _expect("@.no_json")),
    ("204, *", _expect("@.unexpected_status")),
    ("202", _expect("@.unexpected_status")),
    # Invalid documents.
    ("error is *", _expect("@.answered_error")),
    ("an error with *", _expect("@.answered_error")),
    ("monitor_list is missing", _expect("@.contract", "contract.contract_missing")),
    ("monitor_list is null", _expect("@.contract", "contract.contract_missing")),
    ("monitor_list is *", _expect("@.contract", "contract.contract_type")),
    ("* in monitor_list", _expect("@.contract", "contract.contract_type")),
    ("duplicate ids", _expect("@.contract", "contract.contract_duplicate")),
    ("* is missing", _expect("@.contract", "contract.contract_missing")),
    ("monitor is null", _expect("@.contract", "contract.contract_missing")),
    ("id is null", _expect("@.contract", "contract.contract_missing")),
    ("alert_active is null", _expect("@.contract", "contract.contract_missing")),
    ("monitor is empty", _expect("@.contract", "contract.contract_value")),
    ("id is empty", _expect("@.contract", "contract.contract_value")),
    ("fail_count is negative", _expect("@.contract", "contract.contract_value")),
    ("last_test.utc_time_init is words", _expect("@.contract", "contract.contract_value")),
    ("last_test.utc_time_init is in the year *", _expect("@.contract", "contract.contract_value")),
    ("last_test.utc_mktime is huge", _expect("@.contract", "contract.contract_value")),
    ("timer is zero", _expect("@.contract", "contract.contract_value")),
    ("timer is negative", _expect("@.contract", "contract.contract_value")),
    ("timer is huge", _expect("@.contract", "contract.contract_value")),
    *(
        (f"{field} is *", _expect("@.contract", "contract.contract_type"))
        for field in (
            *("monitor", "alert_active", "fail_count", "last_test", "last_test.utc_time_init"),
            *("last_test.utc_mktime", "last_test.error", "label", "id", "timer", "active", "config"),
        )
    ),
    ("labels with *", HEALTHY),
    ("ids with *", HEALTHY),
    ("times in the future", _expect("monitors.tests_ahead")),
    ("times before 1970", _expect("monitors.tests_old")),
    ("times in the year 70", _expect("monitors.tests_old")),
    ("times that contradict each other", _expect("monitors.tests_old", "monitors.tests_contradict")),
    ("a last_test that is null", _expect("monitors.tests_absent")),
    ("a last_test that is without a time", _expect("monitors.tests_absent", "contract.contract_missing")),
    ("an empty status", _expect("monitors.join_differs")),
    ("an answer from yesterday", _expect("@.old_answer", "contract.contract_missing", "contract.contract_new")),
    # Transfer.
    ("reset before the answer, *", _expect("@.connection")),
    ("reset *", _expect("@.incomplete")),
    ("no answer, *", _expect("@.timeout")),
    ("dripping *", _expect("@.timeout")),
    ("a length that is too long, *", _expect("@.incomplete")),
    ("a length that is too short, *", _expect("@.no_json")),
    ("truncated gzip, *", _expect("@.(incomplete|no_json)")),
    ("a decompression bomb of tiny lists, *", _expect("@.(answer_too_large|timeout)")),
    ("gzip in gzip, *", _expect("@.encoding")),
    ("an encoding that was not requested, *", _expect("@.encoding")),
    ("gzip with trailing data, *", _expect("@.incomplete")),
    ("a decompression bomb, *", _expect("@.(answer_too_large|timeout)")),
    ("a body larger than the bound, *", _expect("@.(answer_too_large|timeout)")),
    # Tokens.
    ("another token_type", _expect("token.token_unusable")),
    ("a token_type that is a number", _expect("token.token_unusable", "contract.contract_type")),
    ("no access_token", _expect("token.token_unusable", "contract.contract_missing")),
    ("an empty access_token", _expect("token.token_unusable")),
    ("a number as access_token", _expect("token.token_unusable", "contract.contract_type")),
    ("a token with a line break", _expect("token.token_unusable")),
    ("a token with non-ASCII characters", _expect("token.token_unusable")),
    ("a list instead of a token", _expect("token.no_object")),
    ("no token_type", _expect("contract.contract_missing")),
    ("a token_type in other case", HEALTHY),
    ("no expires_in", _expect("token.token_lifetime", "contract.contract_missing")),
    ("expires_in is a float", HEALTHY),
    ("expires_in is null", _expect("token.token_lifetime", "contract.contract_missing")),
    ("expires_in is negative", _expect("token.token_lifetime")),
    ("expires_in is zero", _expect("token.token_lifetime")),
    ("expires_in is huge", _expect("token.token_lifetime")),
    ("expires_in is *", _expect("token.token_lifetime", "contract.contract_type")),
    ("400 invalid_client", _expect("token.credentials")),
    ("400 unauthorized_client", _expect("token.credentials")),
    ("401 for the client", _expect("token.credentials")),
    ("403 for the client", _expect("token.forbidden")),
    ("401 once", _expect("status.retried")),
    ("401 in the middle of a wait", _expect("configuration.retried")),
    ("401 always", _expect("@.credentials")),
    ("403 for the question", _expect("@.forbidden")),
    # HTTP statuses.
    ("404, *", _expect("@.not_there")),
    ("408, *", _expect("@.server_error")),
    ("4[0-9][0-9], *", _expect("@.refused")),
    ("5[0-9][0-9], *", _expect("@.server_error")),
    ("a 500 with an empty body", _expect("@.server_error")),
    ("a 502 with a web page", _expect("@.server_error")),
    ("429 with *", _expect("@.rate_limited")),
    ("429 once", _expect("@.retried")),
    ("503 once", _expect("@.retried")),
    ("a reset once", _expect("@.retried")),
    ("a redirect from HTTPS to HTTP", _expect("token.redirect", "tls.tls_expires_soon")),
    ("a redirect *", _expect("@.redirect")),
    # Network.
    ("a name that does not resolve", _expect("dns.name_(unknown|server_failing|server_silent)")),
    ("a closed port", _expect("tcp.port_refused")),
    ("a half-open connection", _expect("token.timeout")),
    ("a server of another protocol", _expect("token.(connection|incomplete)")),
    ("a server that closes the connection", _expect("token.(connection|incomplete)")),
    # The certificate is valid for two days.
    ("a valid certificate", _expect("tls.tls_expires_soon")),
    ("an expired certificate", _expect("tls.tls_expired")),
    ("a self-signed certificate", _expect("tls.tls_self_signed")),
    ("a certificate of another name", _expect("tls.tls_other_name")),
    ("a certificate of an unknown authority", _expect("tls.tls_untrusted")),
    ("a server without TLS", _expect("tls.tls_absent")),
    ("an endless handshake", _expect("tls.tls_silent")),
    ("a CA file without certificates", _expect("tls.ca_path_useless")),
    ("a missing CA file", _expect("tls.ca_path_missing")),
    ("a proxy with a closed port", _expect("proxy.proxy_unreachable")),
    ("a proxy that requires authentication", _expect("proxy.proxy_authentication")),
    ("a proxy that closes the connection", _expect("proxy.proxy_nonsense")),
    ("a proxy that does not respond", _expect("proxy.proxy_silent")),
    ("an invalid proxy URL", _expect("proxy.proxy_no_url")),
    ("our clock is slow*", _expect("clock.clock_behind")),
    ("our clock is a day slow*", _expect("clock.clock_behind")),
    ("our clock is fast*", _expect("clock.clock_ahead")),
    ("our clock is a day fast*", _expect("clock.clock_ahead")),
    # The run may end before the clock jumps.
    ("our clock jumps *", _expect(may=("clock.clock_(ahead|behind)",))),
    # Cache.
    ("a working cache", HEALTHY),
    ("a cache folder that is open to others", _expect("cache.cache_open")),
    (
        "a cache folder of another user",
        _expect("cache.cache_of_another" if os.geteuid() == 0 else "cache.cache_open"),
    ),
    (
        "a cache folder that is read-only",
        HEALTHY if os.geteuid() == 0 else _expect("cache.cache_not_writable"),
    ),
    ("a cache folder that is a *", _expect("cache.cache_no_folder")),
    # A missing file is not a fault, and a renamed one looks like the entry of another secret.
    ("a cache with files that are removed", HEALTHY),
    ("a cache with files that are swapped", _expect(may=("cache.cache_spoilt",))),
    ("a cache with files that are *", _expect("cache.cache_spoilt")),
)


def diagnosis(fault: Fault) -> Diagnosis:
    """Return the expected rows for ``fault``. Raises LookupError if none are defined."""
    for pattern, found in DIAGNOSES:
        if fnmatchcase(fault.name, pattern):
            return Diagnosis(_expand_checks(found.must, fault), _expand_checks(found.may, fault))
    raise LookupError(f"no diagnosis is defined for the fault {fault.name!r}")


def _expand_checks(patterns: tuple[str, ...], fault: Fault) -> tuple[str, ...]:
    places = [CHECKS[endpoint] for endpoint in sorted(fault.endpoints or ANSWERS)]
    return tuple(one.replace("@", place) for one in patterns for place in (places if "@" in one else [""]))
