# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask, list, gate and rehearse, in less than a minute. Exits with 0 only if every step works."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from .environment import HISTORY, POLICIES, DemoEnvironment, DemoError, demo_environment
from .installation import commands_to_install

MONITOR = "Primary Web"
WAITING = "kf_gate waits"
PAGE = "rehearsal.html"


def main(arguments: list[str] | None = None) -> int:
    parse_arguments(sys.argv[1:] if arguments is None else arguments)
    started = time.monotonic()
    try:
        with demo_environment() as environment:
            for number, step in enumerate((ask, list_web, deploy, stop, wait, rehearse), 1):
                print_paragraph(f"{number}. {step.__doc__}")
                step(environment)
    except DemoError as error:
        print(f"\nThe demo failed: {error}.", file=sys.stderr)
        return 1
    print_paragraph(f"Every step worked, in {time.monotonic() - started:.0f} seconds. To use your own account:")
    for command in (*commands_to_install(), *USE):
        print(f"    {command}")
    return 0


USE = (
    "export KF_CLIENT_ID=... KF_CLIENT_SECRET=...   # the API client: Account Name > API Access",
    "ansible-playbook knowledgefront.monitoring.gate",
)


def parse_arguments(arguments: list[str]) -> None:
    """Exit with a help text or an error if there are arguments: the demo has no options."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="Run the collection against a simulator of the service, on this machine only: read monitors, let a "
        "deployment pass, stop the next one while an alert is active, wait until the alert clears, and rehearse two "
        "policies on a recorded month. It takes less than a minute, needs ansible-core and requests, and no account. "
        "The page of the rehearsal stays in a new temporary folder, which the demo names.",
    )
    parser.parse_args(arguments)


def ask(environment: DemoEnvironment) -> None:
    """A web shop has six monitors. Ask which of them alert: none does."""
    expect(environment.play("ask"), 0, "0 alerts")


def list_web(environment: DemoEnvironment) -> None:
    """List the configuration of the web monitors."""
    expect(environment.play("list"), 0, "Primary Checkout tests every 3 s")


def deploy(environment: DemoEnvironment) -> None:
    """Deploy. The gate checks the monitors in scope, finds all of them clean, and lets the deployment pass."""
    expect(environment.play("deploy"), 0, "the new version is live")


def stop(environment: DemoEnvironment) -> None:
    """The front page breaks. After three failed tests its alert is active, and the gate stops the next deployment."""
    environment.control.fail(MONITOR)
    environment.wait_for_alert(MONITOR)
    expect(environment.play("deploy"), 2, f"{MONITOR} has an active alert", forbidden="the new version is live")


def wait(environment: DemoEnvironment) -> None:
    """The next deployment may wait 30 seconds. During the wait, the front page is repaired: the deployment passes."""

    def repair(line: str) -> None:
        if WAITING in line:
            environment.control.repair(MONITOR)

    result = environment.play("deploy", on_line=repair, deploy_gate_timeout=30, deploy_gate_poll=1)
    expect(result, 0, WAITING, "the new version is live")


def rehearse(environment: DemoEnvironment) -> None:
    """Rehearse two policies on a recorded month: four deployments a day, and a fault planted after each."""
    folder = Path(tempfile.mkdtemp(prefix="kf-rehearsal-"))
    try:
        result = environment.play(
            "knowledgefront.monitoring.rehearse",
            rehearse_history=str(HISTORY),
            rehearse_policies=[str(POLICIES / name) for name in ("everything.yml", "shop.yml")],
            rehearse_since="2026-05-01T03:00:00Z",
            rehearse_every="6h",
            rehearse_plant={"monitors": ["Shop checkout"]},
            rehearse_reports=[str(folder / PAGE)],
        )
        expect(result, 0, "120 deployments", "everything", "shop")
        if not (folder / PAGE).is_file():
            raise DemoError(f"the playbook did not write {PAGE}")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    print_paragraph(f"Open the page of the rehearsal in a browser: {(folder / PAGE).as_uri()}")


def expect(result: tuple[int, str], code: int, *texts: str, forbidden: str = "") -> None:
    """Raise DemoError unless a playbook ended with ``code`` and printed all of ``texts`` and not ``forbidden``."""
    returned, output = result
    if returned != code:
        raise DemoError(f"the playbook ended with {returned}, not {code}")
    missing = [text for text in texts if text not in output]
    if missing:
        raise DemoError(f"the playbook did not print {missing[0]!r}")
    if forbidden and forbidden in output:
        raise DemoError(f"the playbook printed {forbidden!r}")


def print_paragraph(text: str) -> None:
    print(f"\n{text}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
