# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service is restarted on the host of the event only, and what came of it is proved. The module that restarts is the
real one; what it calls is a systemctl of ours, as a test machine has no service manager.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import Rulebook, Workshop, wait_for

from simulator.server import Simulator

RESTART = "knowledgefront.monitoring.restart_on_alert"
HOST = {
    "ansible_connection": "local",
    "restart_service_manager": "systemd",
    "deploy_gate_settle": 0,
    "deploy_gate_timeout": 8,
}

SYSTEMCTL = """#!/bin/sh
case $1 in
    --version) echo 'systemd 252' ;;
    show) echo Id=$2; echo LoadState=loaded; echo ActiveState=active; echo SubState=running ;;
    restart) echo "$2" >>{restarts}; {then} ;;
esac
"""


class Services:
    """The restarts that a fake systemctl records."""

    def __init__(self, workshop: Workshop, then: str) -> None:
        self._restarts = workshop.folder / "restarts"
        program = workshop.tools / "systemctl"
        program.write_text(SYSTEMCTL.format(restarts=shlex.quote(str(self._restarts)), then=then), encoding="utf-8")
        program.chmod(0o755)

    @property
    def restarted(self) -> list[str]:
        return self._restarts.read_text(encoding="utf-8").split() if self._restarts.exists() else []


def start(workshop: Workshop, hosts: dict[str, Any] | None = None, **others: Any) -> Rulebook:
    named = {f"{name}.example.com": {**HOST, "restart_service": f"{name}d"} for name in ("web", "mail", "other")}
    cursor = str(workshop.folder / "cursor")
    given = {"kf_alerts_cursor": cursor, "kf_alerts_interval": 1, **others}
    return workshop.start(RESTART, given, {"all": {"hosts": named if hosts is None else hosts}})


def repair_command(simulator: Simulator, *monitors: str) -> str:
    """Return a command that repairs ``monitors``, as a restarted service would."""
    root = str(Path(__file__).resolve().parents[2])
    code = (
        f"import sys; sys.path.insert(0, {root!r}); from simulator.control import Control; "
        f"[Control({simulator.url!r}).repair(monitor) for monitor in {monitors!r}]"
    )
    return shlex.join([sys.executable, "-c", code])


def ended(running: Rulebook, plays: int = 1) -> bool:
    return running.output.count("PLAY RECAP") == plays


def test_a_successful_restart_is_verified(simulator: Simulator, workshop: Workshop) -> None:
    services = Services(workshop, repair_command(simulator, "web"))
    with start(workshop) as running:
        simulator.control.fail("web")
        wait_for("the play ends", lambda: ended(running))
    assert services.restarted == ["webd"]
    assert "failed=0" in running.output
    assert "web.example.com" in running.output
    assert "changed: [other.example.com]" not in running.output


def test_an_ineffective_restart_fails(simulator: Simulator, workshop: Workshop) -> None:
    services = Services(workshop, "true")
    simulator.control.fail("web")
    with start(workshop) as running:
        wait_for("the play ends", lambda: ended(running))
        wait_for("ansible-rulebook reports it", lambda: "run_playbook - ERROR" in running.output)
    assert services.restarted == ["webd"]
    assert "(gate_rc 10)" in running.output


def test_a_failed_restart_is_reported(simulator: Simulator, workshop: Workshop) -> None:
    services = Services(workshop, "echo the unit is masked >&2; exit 1")
    simulator.control.fail("web")
    with start(workshop) as running:
        wait_for("the play ends", lambda: ended(running))
    assert services.restarted == ["webd"]
    assert "the unit is masked" in running.output
    assert "failed=1" in running.output


def test_restarts_for_a_flapping_monitor_are_throttled(simulator: Simulator, workshop: Workshop) -> None:
    services = Services(workshop, "true")
    with start(workshop) as running:
        for number in (1, 2):
            simulator.control.fail("web")
            wait_for("it alerts", lambda number=number: raised(running) == number)
            simulator.control.repair("web")
            wait_for("it clears", lambda number=number: cleared(running) == number)
        wait_for("the play ends", lambda: ended(running))
    assert services.restarted == ["webd"]


def raised(running: Rulebook) -> int:
    return [event["kind"] for event in running.events()].count("alert_raised")


def cleared(running: Rulebook) -> int:
    return [event["kind"] for event in running.events()].count("alert_cleared")


def test_a_monitor_with_many_alerts_causes_no_restart(simulator: Simulator, workshop: Workshop) -> None:
    """The service counts the alerts, so a restart of the rulebook does not reset the count."""
    services = Services(workshop, "true")
    for _number in range(4):
        simulator.control.fail("web")
        wait_for("it alerts", lambda: simulator.control.monitor("web")["alert_active"])
        simulator.control.repair("web")
        wait_for("it clears", lambda: not simulator.control.monitor("web")["alert_active"])
    simulator.control.fail("web")
    wait_for("it alerts", lambda: simulator.control.monitor("web")["alert_active"])
    with start(workshop) as running:
        wait_for("it is reported", lambda: "Not restarted" in running.output)
    assert services.restarted == []


def test_a_cleared_alert_causes_no_restart(simulator: Simulator, workshop: Workshop) -> None:
    services = Services(workshop, "true")
    with start(workshop) as running:
        wait_for("it polls", lambda: simulator.control.calls().get("status"))
        running.stop()
    simulator.control.fail("web")
    wait_for("it alerts", lambda: simulator.control.monitor("web")["alert_active"])
    simulator.control.repair("web")
    wait_for("it clears", lambda: not simulator.control.monitor("web")["alert_active"])
    with start(workshop) as running:
        wait_for("both events arrive", lambda: (raised(running), cleared(running)) == (1, 1))
        simulator.control.fail("mail")
        wait_for("the play for another ends", lambda: ended(running))
    assert services.restarted == ["maild"]


@pytest.mark.parametrize(
    ("config", "hosts"),
    [
        ({"host": "unknown.example.com"}, None),
        ({"expect": "OK"}, None),
        ({"host": "all"}, None),
        ({"host": "*"}, None),
        ({"host": "web.example.com:mail.example.com"}, {"mail.example.com": {**HOST, "restart_service": "maild"}}),
        ({"host": "web"}, {"web.example.com": {**HOST, "restart_service": "webd"}}),
    ],
    ids=["unknown", "none", "all", "any", "two", "part"],
)
def test_only_named_hosts_are_restarted(
    simulator: Simulator, workshop: Workshop, config: dict[str, str], hosts: dict[str, Any] | None
) -> None:
    services = Services(workshop, "true")
    simulator.control.change("web", config=config)
    simulator.control.fail("web")
    with start(workshop, hosts) as running:
        wait_for("it alerts", lambda: raised(running))
        simulator.control.fail("mail")
        wait_for("the next one alerts", lambda: raised(running) == 2)
    assert set(services.restarted) <= {"maild"}
