# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the network and the local clock: names, ports, certificates, proxies."""

from __future__ import annotations

from .fault import ALERTING, QUIET, TOKEN, ExpectedError, ExpectedVerdicts, Fault

CERTIFICATE = ExpectedError("certificate", rc=13)
NO_PROXY_VARIABLES = {"no_proxy": "", "NO_PROXY": ""}


def _places() -> list[Fault]:
    unknown = ExpectedError("(unknown_host|dns|timeout)")
    error = ExpectedError("connection")
    silent = ExpectedError("timeout")
    odd = ExpectedError("(connection|incomplete)")
    return [
        Fault("a name that does not resolve", unknown, TOKEN, scene="no_such_name"),
        Fault("a closed port", error, TOKEN, scene="nobody", fast=True),
        Fault("a half-open connection", silent, TOKEN, scene="half_open"),
        Fault("a server of another protocol", odd, TOKEN, scene="other_protocol"),
        Fault("a server that closes the connection", odd, TOKEN, scene="hangs_up"),
    ]


def _certificates() -> list[Fault]:
    plain = ExpectedError("tls", rc=13)
    silent = ExpectedError("timeout")
    return [
        Fault("a valid certificate", None, scene="tls"),
        Fault("an expired certificate", CERTIFICATE, TOKEN, scene="tls_expired", fast=True),
        Fault("a self-signed certificate", CERTIFICATE, TOKEN, scene="tls_self_signed"),
        Fault("a certificate of another name", CERTIFICATE, TOKEN, scene="tls_other_name"),
        Fault("a certificate of an unknown authority", CERTIFICATE, TOKEN, scene="tls_unknown_authority"),
        Fault("a server without TLS", plain, TOKEN, scene="tls_missing"),
        Fault("an endless handshake", silent, TOKEN, scene="tls_silent"),
        Fault(
            "a redirect from HTTPS to HTTP",
            ExpectedError("service"),
            TOKEN,
            scene="tls_downgrade",
        ),
        Fault(
            "a CA file without certificates",
            ExpectedError("ca_path", "ca_path", rc=13),
            TOKEN,
            scene="tls_no_authorities",
        ),
        Fault(
            "a missing CA file",
            ExpectedError("configuration", "ca_path", rc=13),
            TOKEN,
            scene="tls_lost_authorities",
        ),
    ]


def _proxies() -> list[Fault]:
    error = ExpectedError("proxy")
    return [
        Fault("a proxy with a closed port", error, TOKEN, scene="proxy_nobody"),
        Fault("a proxy that requires authentication", error, TOKEN, scene="proxy_denies"),
        Fault("a proxy that closes the connection", ExpectedError("(proxy|connection)"), TOKEN, scene="proxy_hangs_up"),
        Fault(
            "a proxy that does not respond",
            ExpectedError("(timeout|proxy)"),
            TOKEN,
            scene="proxy_silent",
        ),
        Fault(
            "an invalid proxy URL",
            ExpectedError("configuration", rc=13),
            TOKEN,
            scene="proxy_nonsense",
        ),
    ]


WRONG_CLOCKS = {"slow": "-300", "fast": "300", "a day slow": "-86400", "a day fast": "86400"}
JUMPING_CLOCKS = {"back": "0 1:-3600", "forth": "0 1:3600", "back and forth": "0 .5:-90 1:90 1.5:-9000 2:0"}

STOPS = ("inconclusive", "error", "block")
BEFORE_AND_WHILE = {"before": ("pass",), "during": ("pass",)}
# With a fast local clock, the start is in the future of the service, and the wait is too short for it.
IN_A_WRONG_TIME = ExpectedVerdicts({**BEFORE_AND_WHILE, "after": ("pass", "inconclusive", "error")})
WHILE_IT_JUMPS = ExpectedVerdicts(dict.fromkeys(("before", "during", "after"), ("pass", *STOPS)))
WITHOUT_EVIDENCE = ExpectedVerdicts({"after": STOPS})
WITH_AN_ALERT = ExpectedVerdicts(dict.fromkeys(("before", "during", "after"), ("block",)))


def _clocks() -> list[Fault]:
    """Return the clock faults: they may stop the gate but never let it proceed without evidence."""
    found = []
    clocks = [(f"is {name}", schedule, IN_A_WRONG_TIME) for name, schedule in WRONG_CLOCKS.items()]
    clocks += [(f"jumps {name}", schedule, WHILE_IT_JUMPS) for name, schedule in JUMPING_CLOCKS.items()]
    for name, schedule, expected in clocks:
        for what, outcome, world in (
            ("", expected, QUIET),
            (" and there is no test since", WITHOUT_EVIDENCE, "asleep"),
            (" and there is an alert", WITH_AN_ALERT, ALERTING),
        ):
            fast = name == "is slow" and world == "asleep"
            found.append(Fault(f"our clock {name}{what}", outcome, world=world, clock=schedule, fast=fast))
    return found


def faults() -> list[Fault]:
    """Return the faults of the network and the clock."""
    return [*_places(), *_certificates(), *_proxies(), *_clocks()]
