# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every task that writes a file refuses a symbolic link at its path: neither the link nor its target changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.action import (
    kf_adopt,
    kf_board,
    kf_doctor,
    kf_gate,
    kf_monitor_files,
    kf_record,
    kf_rehearse,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.action.test_kf_adopt import HEALTHY, world
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.action.test_kf_collect import Site
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, service

Serve = Callable[..., ScriptedServer]
Run = Callable[[Serve, Path], Any]

STRANGER = 65534


def run(module: Any, serve: Serve, link: Path, **options: Any) -> Any:
    given = {"client_id": "id", "client_secret": "hunter2-hunter2", "token_cache": "none", "retries": 0}
    if module is kf_rehearse:
        given = {}
    else:
        given["api_url"] = serve(service(world(**HEALTHY))).url
    plugin = action(module.ActionModule, {**given, **options}, {})
    plugin._task.get_play = lambda: SimpleNamespace(strategy="linear", name="Deploy")
    return plugin.run(task_vars={})


def rehearse(serve: Serve, link: Path) -> Any:
    history = link.parent / "history.csv"
    history.write_text("monitor,time,down\na,1770000000,0\na,1770100000,0\n", encoding="utf-8")
    return run(kf_rehearse, serve, link, history=str(history), deployments=["1770050000"], reports=[str(link)])


def collect(serve: Serve, link: Path) -> Any:
    site = Site(serve, link.parent)
    site.report = link.parent / "owed.json"
    site.gate()
    return site.collect(reports=[str(link)])


def collect_from(serve: Serve, link: Path) -> Any:
    site = Site(serve, link.parent)
    site.report = link
    return site.collect()


def check_files(serve: Serve, link: Path) -> Any:
    policy = [{"timer_max": 1}]
    return run(
        kf_monitor_files, serve, link, path=str(link.parent / "files"), policy=policy, policy_reports=[str(link)]
    )


def export_files(serve: Serve, link: Path) -> Any:
    return run(kf_monitor_files, serve, link, path=str(link.parent), layout="single", formats=["yaml"])


WRITERS: dict[str, tuple[str, Run]] = {
    "board": ("board.html", lambda serve, link: run(kf_board, serve, link, path=str(link))),
    "page of a gate": ("gate.html", lambda serve, link: run(kf_gate, serve, link, reports=[str(link)])),
    "report of a gate": ("gate.json", lambda serve, link: run(kf_gate, serve, link, reports=[str(link)])),
    "page of a rehearsal": ("rehearsal.html", rehearse),
    "report of a rehearsal": ("rehearsal.json", rehearse),
    "report of proofs": ("proofs.md", collect),
    "report that is collected": ("gate.json", collect_from),
    "report of the doctor": ("doctor.json", lambda serve, link: run(kf_doctor, serve, link, report=str(link))),
    "report of a policy": ("policy.md", check_files),
    "files of monitors": ("monitors.yml", export_files),
    "policy": ("policy.yml", lambda serve, link: run(kf_adopt, serve, link, path=str(link))),
    "journal": ("journal.sqlite", lambda serve, link: run(kf_record, serve, link, journal=str(link))),
}

TARGETS = ("a file", "nothing", "a folder", "itself")


def make_link(link: Path, target: str) -> None:
    aim = link.with_name("target")
    if target == "a file":
        aim.write_text("mine", encoding="utf-8")
    elif target == "a folder":
        aim.mkdir()
    link.symlink_to(link if target == "itself" else aim)


@pytest.mark.parametrize(
    "owner", ["own", pytest.param("foreign", marks=pytest.mark.skipif(os.geteuid() != 0, reason="root"))]
)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("writer", WRITERS)
def test_a_link_is_neither_followed_nor_replaced(
    serve: Serve, tmp_path: Path, writer: str, target: str, owner: str
) -> None:
    name, write = WRITERS[writer]
    link = tmp_path / "folder" / name
    link.parent.mkdir()
    make_link(link, target)
    if owner == "foreign":
        os.lchown(link, STRANGER, STRANGER)
    before, aim = os.lstat(link), link.with_name("target")
    result = write(serve, link)
    assert result["failed"]
    assert "link" in str(result.get("rows") or result["msg"])
    assert (os.lstat(link).st_ino, os.lstat(link).st_uid, link.is_symlink()) == (before.st_ino, before.st_uid, True)
    assert (aim.exists(), aim.is_file() and aim.read_text(encoding="utf-8")) == (
        target in ("a file", "a folder"),
        target == "a file" and "mine",
    )
