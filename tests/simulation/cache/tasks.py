# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that use the real cache and client: of an info module, of a lookup with cached results, and of a gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from .loading import Product
from .machine import Machine
from .machine_modules import system_modules
from .service import Account, Service, transport_class
from .system_modules import FOLDER

INFO, LOOKUP, GATE = "info", "lookup", "gate"

STATUS, ALL, HOUR, WEB, MAIL = "status false 1800", "status true 1800", "status false 3600", "config web", "config mail"


class Plan(NamedTuple):
    """What a task does: it asks each of ``questions`` after another one, the first of them at ``begin``."""

    name: str
    account: Account
    questions: tuple[str, ...]
    kind: str = INFO
    begin: float = 0.0
    pause: float = 0.0
    max_age: int = 16
    timeout: int = 64
    retries: int = 1
    token_cache: bool = True


class Answer(NamedTuple):
    """What the task got for a question, by the label of the monitor, or the error that it raised; times are true."""

    question: str
    began: float
    ended: float
    label: list[Any] | None
    error: Exception | None
    waited: float
    stalled: float
    clocks: tuple[float, float]


class Task:
    """A planned task and what became of it."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.name = plan, plan.name
        self.answers: list[Answer] = []
        self.warnings: list[str] = []
        self.question_began = 0.0
        self.is_over = False
        self.life: list[float] = []


class World:
    """The product's modules, loaded once, and the machine and the service of the run that is on."""

    def __init__(self, package: str = "kf_simulated_cache") -> None:
        self.machine: Machine | None = None
        self.service: Service | None = None
        self.product = Product(package, system_modules(lambda: self._machine))
        utils, api = "plugins.plugin_utils._cache", "plugins.module_utils._api"
        self.resilient = self.product.module(f"{utils}.resilient")
        self.results = self.product.module(f"{utils}.results")
        self.settings = self.product.module(f"{api}.settings")
        self.cached_client = self.product.module(f"{api}.cached_client")
        self.client = self.product.module(f"{api}.client")
        vars(self.client)["RequestsTransport"] = transport_class(self.product, lambda: self._service)
        self.expected_errors: type[Exception] = self.product.module(f"{api}.errors").KnowledgeFrontError

    @property
    def _machine(self) -> Machine:
        assert self.machine is not None
        return self.machine

    @property
    def _service(self) -> Service:
        assert self.service is not None
        return self.service

    def perform(self, task: Task) -> None:
        """Do what the plan of ``task`` says, as a process of the machine."""
        machine, plan = self._machine, task.plan
        machine.scheduler.sleep(plan.begin)
        task.life = [machine.true_time]
        machine.started.add(task.name)
        options = {"token_cache": "file" if plan.token_cache else "none", "max_age": plan.max_age, "cache_dir": FOLDER}
        account = {"api_url": plan.account.api_url, "client_id": plan.account.client_id}
        account |= {"client_secret": plan.account.secret, "validate_certs": plan.account.verified}
        settings = self.settings.Settings.from_options({**account, "timeout": plan.timeout, "retries": plan.retries})
        if plan.kind == GATE:
            self._poll(task, settings, options)
            return
        for number, question in enumerate(plan.questions):
            if number and plan.pause:
                machine.scheduler.sleep(plan.pause)
            self._ask(task, question, lambda question=question: self._request(task, settings, options, question))

    def _poll(self, task: Task, settings: Any, options: dict[str, Any]) -> None:
        """Ask as a gate or the event source does: with one client, whose token alone comes from the cache."""
        cache = self.resilient.open_cache(settings, options, self._warn(task), self.resilient.TOKENS_ONLY)
        client = self.client.Client(settings, cache=cache)
        for number, question in enumerate(task.plan.questions):
            if number:
                self._machine.scheduler.sleep(task.plan.pause)
            self._ask(task, question, lambda question=question: _ask_client(client, question))
        client.close()
        cache.close()

    def _request(self, task: Task, settings: Any, options: dict[str, Any], question: str) -> list[Any]:
        """Ask as an info module does, or as a lookup, which caches its result as well."""
        if task.plan.kind != LOOKUP:
            return self._query(task, settings, options, question)
        request = [question, *task.plan.account[:2], task.plan.account.verified, task.plan.max_age]
        results = found = None
        reads = self.results.ResponseReads()
        try:
            results = self.results.ResultCache(FOLDER, task.plan.account.secret, request)
            found = results.read()
        except Exception as exc:  # noqa: BLE001 - as in the lookup, whose request meets the same error
            self._machine.log(task.name, f"no result: {exc}")
        if found:
            label: list[Any] = json.loads(found[0][0]["label"])
            return label
        label = self._query(task, settings, options, question, on_read=reads.record)
        try:
            assert results is not None
            results.write(reads, [{"label": json.dumps(label)}], [])
        except Exception as exc:  # noqa: BLE001 - as in the lookup, which can do without
            self._machine.log(task.name, f"does not store the result: {exc}")
        return label

    def _query(self, task: Task, settings: Any, options: dict[str, Any], question: str, **others: Any) -> list[Any]:
        cache = self.resilient.open_cache(settings, options, self._warn(task), **others)
        client = self.cached_client.CachedClient(settings, cache)
        try:
            return _ask_client(client, question)
        finally:
            client.close()
            cache.close()

    def _warn(self, task: Task) -> Callable[[str], None]:
        def warn(sentence: str) -> None:
            self._machine.log(self._machine.current(), f"warns: {sentence}")
            task.warnings.append(sentence)

        return warn

    def _ask(self, task: Task, question: str, ask: Any) -> None:
        machine = self._machine
        began, began_here = machine.true_time, machine.scheduler.now
        stalled = machine.stalled.get(task.name, 0.0) + machine.suspended
        task.question_began = began
        label, failed = None, None
        try:
            label = ask()
        except Exception as exc:  # noqa: BLE001 - the checker judges it
            failed = exc
        machine.current()
        waited = machine.scheduler.now - began_here
        stalled = machine.stalled.get(task.name, 0.0) + machine.suspended - stalled
        clocks = machine.wall, machine.boot
        task.answers.append(Answer(question, began, machine.true_time, label, failed, waited, stalled, clocks))
        machine.log(task.name, f"gets {label[-2:] if label else failed}")


def _ask_client(client: Any, question: str) -> list[Any]:
    kind, *words = question.split()
    if kind == "config":
        found = client.config(words[0])
    else:
        (found,) = client.statuses(words[0] == "true", int(words[1]))
    label: list[Any] = json.loads(found.label)
    return label
