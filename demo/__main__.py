# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask, list, gate: what the collection does, acted out in under a minute. Exits 0 only if each step did that."""

from __future__ import annotations

import sys
import time

from .stage import Stage, Unexpected, stage

MONITOR = "Primary Web"
WAITING = "kf_gate waits"


def main() -> int:
    started = time.monotonic()
    try:
        with stage() as theatre:
            for number, step in enumerate((ask, list_web, deploy, stop, wait_out), 1):
                say(f"{number}. {step.__doc__}")
                step(theatre)
    except Unexpected as surprise:
        print(f"\nThe demonstration failed: {surprise}.", file=sys.stderr)
        return 1
    say(f"All of it worked, in {time.monotonic() - started:.0f} seconds. The same against a real account:")
    print("    export KF_CLIENT_ID=... KF_CLIENT_SECRET=...")
    print("    ansible-playbook knowledgefront.monitoring.gate")
    return 0


def ask(theatre: Stage) -> None:
    """A web shop has six monitors. We ask what is alerting: nothing is."""
    expect(theatre.play("ask"), 0, "0 alerts")


def list_web(theatre: Stage) -> None:
    """We list what is configured for the web."""
    expect(theatre.play("list"), 0, "Primary Checkout tests every 3 s")


def deploy(theatre: Stage) -> None:
    """We deploy. The gate looks at every monitor, finds nothing against it, and lets the deployment through."""
    expect(theatre.play("deploy"), 0, "the new version is live")


def stop(theatre: Stage) -> None:
    """The front page breaks, and after three failed tests its alert is active. The next deployment is stopped."""
    theatre.control.fail(MONITOR)
    theatre.until(MONITOR, alerting=True)
    expect(theatre.play("deploy"), 2, f"{MONITOR} has an active alert", never="the new version is live")


def wait_out(theatre: Stage) -> None:
    """The next deployment may wait 30 seconds. While it waits, somebody repairs the front page, and it goes ahead."""

    def repair(line: str) -> None:
        if WAITING in line:
            theatre.control.repair(MONITOR)

    ended = theatre.play("deploy", hear=repair, deploy_gate_timeout=30, deploy_gate_poll=1)
    expect(ended, 0, WAITING, "the new version is live")


def expect(outcome: tuple[int, str], code: int, *told: str, never: str = "") -> None:
    """Raise Unexpected unless a playbook ended with ``code`` and told, or never told, these texts."""
    ended, output = outcome
    if ended != code:
        raise Unexpected(f"the playbook ended with {ended}, not {code}")
    missing = [text for text in told if text not in output]
    if missing:
        raise Unexpected(f"the playbook did not say {missing[0]!r}")
    if never and never in output:
        raise Unexpected(f"the playbook said {never!r}")


def say(text: str) -> None:
    print(f"\n{text}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
