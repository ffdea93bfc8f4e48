# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How one way is measured in some circumstances: as a whole ansible-playbook process with nothing of its user's."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

from .comparisons import Conditions
from .cost import Cost, MeasurementError, spend
from .plain_hosts import plain_hosts
from .service import Service, Services
from .ways import NEW, WAYS, WRITTEN

HERE = Path(__file__).resolve().parent
COLLECTIONS = Path(__file__).absolute().parents[5]
OWN = ("PATH", "LANG", "LC_ALL", "TMPDIR")

MAX_AGE = 300
"""Seconds that an answer may be reused. Longer than the longest play, so that a slow machine asks no more often."""

FRESH = 120
"""Seconds after which an answer is stored anew, so that it is never too old during a play."""


def missing(way: str) -> str | None:
    """Return a program that ``way`` needs and that is not on this machine."""
    return next((program for program in WAYS[way].needs if shutil.which(program) is None), None)


class Plays:
    """Everything that is written goes below ``folder``."""

    def __init__(self, services: Services, folder: Path, secret: str) -> None:
        self._services, self._folder, self._secret = services, folder, secret
        self._stored_at: dict[tuple[str, Conditions], float] = {}
        for name in ("home", "stores", "plays"):
            (folder / name).mkdir()
        (folder / "ansible.cfg").touch()

    def warm(self, way: str) -> None:
        """Play once uncounted, so that no later play finds bytecode and files of the machine cold."""
        self.cost(way, Conditions())

    def cost(self, way: str, where: Conditions) -> Cost:
        """Return what it costs. Raises Broken when it fails, or asks nothing that it should have asked."""
        if not WAYS[way].asks:
            return self._played(way, where, self._folder / "stores" / "none")
        if where.stored:
            return self._stored(way, where)
        store = self._folder / "stores" / "cold"
        self._prepare_files(way, where, store)
        shutil.rmtree(store, ignore_errors=True)
        cost = self._played(way, where, store)
        if not (cost.tokens and cost.questions):
            raise MeasurementError(f"the play of '{way}' sent no request to the service")
        return cost

    def _prepare_files(self, way: str, where: Conditions, store: Path) -> None:
        """Empty the folder of files, or have a play that is not measured fill it, as ``way`` needs it."""
        folder = self._files(where)
        if WAYS[way].files == NEW:
            shutil.rmtree(folder, ignore_errors=True)
        elif WAYS[way].files == WRITTEN and not folder.exists():
            self._played(way, where, store)

    def _files(self, where: Conditions) -> Path:
        return self._folder / "files" / str(where.monitors)

    def _stored(self, way: str, where: Conditions) -> Cost:
        store = self._folder / "stores" / f"{way}-{where.monitors}"
        if time.monotonic() - self._stored_at.get((way, where), -FRESH) >= FRESH:
            shutil.rmtree(store, ignore_errors=True)
            self._played(way, replace(where, hosts=1, questions=1), store)
            self._stored_at[way, where] = time.monotonic()
        return self._played(way, where, store)

    def _played(self, way: str, where: Conditions, store: Path) -> Cost:
        service = self._services.of(where.monitors, where.alerting)
        command, environment = self.command(way, where), self.environment(service, where, store)
        with service.counting(where.latency) as calls:
            try:
                cost = spend(command, environment, self._folder / "output")
            except MeasurementError as problem:
                report = str(problem).replace(self._secret, "(the secret)")
                raise MeasurementError(f"the play of '{way}' failed: {report}") from None
        return replace(cost, calls=calls)

    def command(self, way: str, where: Conditions) -> list[str]:
        """Return the command line; playbook and inventory are written first."""
        return [sys.executable, "-m", "ansible.cli.playbook", *self.arguments(way, where)]

    def arguments(self, way: str, where: Conditions) -> list[str]:
        playbook = self._folder / "plays" / f"{way}-{where.questions}.yml"
        inventory, hosts = self._hosts(where), "all"
        if WAYS[way].source is not None:
            inventory, hosts = self._source(way, where), "localhost"
        tasks = [*WAYS[way].tasks] * where.questions
        playbook.write_text(json.dumps([{"name": way, "hosts": hosts, "gather_facts": False, "tasks": tasks}]))
        return ["--inventory", str(inventory), str(playbook)]

    def _hosts(self, where: Conditions) -> Path:
        inventory = self._folder / "plays" / f"{where.hosts}-hosts.yml"
        here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        hosts = {f"host{number:03}": None for number in range(where.hosts)}
        inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": here}}))
        return inventory

    def _source(self, way: str, where: Conditions) -> Path:
        source = self._folder / "plays" / f"{way}-{where.monitors}.kf_monitors.yml"
        source.write_text(json.dumps(WAYS[way].source))
        if not WAYS[way].asks and not source.with_suffix(".json").exists():
            hosts = plain_hosts(self._services.of(where.monitors), self._secret)
            source.with_suffix(".json").write_text(json.dumps(hosts))
        return source

    def environment(self, service: Service, where: Conditions, store: Path) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in OWN if name in os.environ},
            "HOME": str(self._folder / "home"),
            "ANSIBLE_ACTION_PLUGINS": str(HERE / "action_plugins"),
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_CONFIG": str(self._folder / "ansible.cfg"),
            "ANSIBLE_FORKS": str(where.forks),
            "ANSIBLE_HOME": str(self._folder / "home" / "ansible"),
            "ANSIBLE_INVENTORY_PLUGINS": str(HERE / "inventory_plugins"),
            "ANSIBLE_NOCOLOR": "true",
            # Bytecode is kept as for any user, but not beside the sources of the checkout.
            "PYTHONPYCACHEPREFIX": str(self._folder / "bytecode"),
            "KF_API_URL": service.url,
            "KF_BENCH_FILES": str(self._files(where)),
            "KF_CACHE_DIR": str(store),
            "KF_CLIENT_ID": service.client_id,
            "KF_CLIENT_SECRET": self._secret,
            "KF_MAX_AGE": str(MAX_AGE),
            "KF_TIMEOUT": "300",
            "KF_TOKEN_CACHE": "file",
        }
