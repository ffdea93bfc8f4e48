# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why the service cannot be reached, or must not be trusted: names, ports, certificates, proxies; and our own clock."""

from __future__ import annotations

from .fault import ALERTING, QUIET, TOKEN, Fault, Judged, Refused

CERTIFICATE = Refused("certificate", "the certificate does not verify", rc=13)
NO_PROXY_VARIABLES = {"no_proxy": "", "NO_PROXY": ""}


def _places() -> list[Fault]:
    unknown = Refused("(unknown_host|dns|timeout)", "the host name does not resolve|no whole answer within")
    refused = Refused("connection", "the connection failed .Connection refused.")
    silent = Refused("timeout", "no whole answer within 2 s")
    odd = Refused("(connection|incomplete)", "the connection (failed|ended)")
    return [
        Fault("a name that does not resolve", unknown, TOKEN, scene="no_such_name"),
        Fault("a port that nobody listens at", refused, TOKEN, scene="nobody", fast=True),
        Fault("a half-open connection", silent, TOKEN, scene="half_open"),
        Fault("a server that speaks another protocol", odd, TOKEN, scene="other_protocol"),
        Fault("a server that hangs up", odd, TOKEN, scene="hangs_up"),
    ]


def _certificates() -> list[Fault]:
    plain = Refused("tls", "no TLS connection could be made", rc=13)
    silent = Refused("timeout", "no whole answer within 2 s")
    return [
        Fault("a certificate that is right", None, scene="tls"),
        Fault("an expired certificate", CERTIFICATE, TOKEN, scene="tls_expired", fast=True),
        Fault("a self-signed certificate", CERTIFICATE, TOKEN, scene="tls_self_signed"),
        Fault("a certificate of another name", CERTIFICATE, TOKEN, scene="tls_other_name"),
        Fault("a certificate of an unknown authority", CERTIFICATE, TOKEN, scene="tls_unknown_authority"),
        Fault("a server without TLS", plain, TOKEN, scene="tls_missing"),
        Fault("a handshake without end", silent, TOKEN, scene="tls_silent"),
        Fault(
            "a redirect from https to http",
            Refused("service", "not sent after a redirect"),
            TOKEN,
            scene="tls_downgrade",
        ),
        Fault(
            "authorities that are no certificates",
            Refused("ca_path", "ca_path holds no certificates", rc=13),
            TOKEN,
            scene="tls_no_authorities",
        ),
        Fault(
            "authorities that are not there",
            Refused("configuration", "ca_path cannot be read", rc=13),
            TOKEN,
            scene="tls_lost_authorities",
        ),
    ]


def _proxies() -> list[Fault]:
    refused = Refused("proxy", "the proxy did not let us through")
    return [
        Fault("a proxy that nobody listens at", refused, TOKEN, scene="proxy_nobody"),
        Fault("a proxy that asks for a password", refused, TOKEN, scene="proxy_denies"),
        Fault("a proxy that hangs up", Refused("(proxy|connection)", "proxy"), TOKEN, scene="proxy_hangs_up"),
        Fault(
            "a proxy that says nothing",
            Refused("(timeout|proxy)", "no whole answer|proxy"),
            TOKEN,
            scene="proxy_silent",
        ),
        Fault(
            "a proxy that is no URL",
            Refused("configuration", "a proxy variable cannot be used", rc=13),
            TOKEN,
            scene="proxy_nonsense",
        ),
    ]


WRONG_CLOCKS = {"slow": "-300", "fast": "300", "a day slow": "-86400", "a day fast": "86400"}
JUMPING_CLOCKS = {"back": "0 1:-3600", "forth": "0 1:3600", "back and forth": "0 .5:-90 1:90 1.5:-9000 2:0"}

STOPS = ("inconclusive", "error", "block")
BEFORE_AND_WHILE = {"before": ("pass",), "during": ("pass",)}
# A start that a fast clock tells is still to come for the service, and nobody waits that long here.
IN_A_WRONG_TIME = Judged({**BEFORE_AND_WHILE, "after": ("pass", "inconclusive", "error")})
WHILE_IT_JUMPS = Judged(dict.fromkeys(("before", "during", "after"), ("pass", *STOPS)))
WITHOUT_EVIDENCE = Judged({"after": STOPS})
WITH_AN_ALERT = Judged(dict.fromkeys(("before", "during", "after"), ("block",)))


def _clocks() -> list[Fault]:
    """A clock may make the gate stop, and never make it proceed without evidence: see the world of each."""
    found = []
    clocks = [(f"is {name}", schedule, IN_A_WRONG_TIME) for name, schedule in WRONG_CLOCKS.items()]
    clocks += [(f"jumps {name}", schedule, WHILE_IT_JUMPS) for name, schedule in JUMPING_CLOCKS.items()]
    for name, schedule, judged in clocks:
        for what, outcome, world in (
            ("", judged, QUIET),
            (" and there is no test since", WITHOUT_EVIDENCE, "asleep"),
            (" and there is an alert", WITH_AN_ALERT, ALERTING),
        ):
            fast = name == "is slow" and world == "asleep"
            found.append(Fault(f"our clock {name}{what}", outcome, world=world, clock=schedule, fast=fast))
    return found


def faults() -> list[Fault]:
    """Return everything that is wrong around the service."""
    return [*_places(), *_certificates(), *_proxies(), *_clocks()]
