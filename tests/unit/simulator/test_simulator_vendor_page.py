# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own page is the judge: its sample client runs, and its sample bodies have our keys and types."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.server import Simulator

PAGE = Path(__file__).resolve().parents[4] / "shared" / "api" / "vendor-api-v2.txt"
pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="the vendor's page is not beside this checkout")


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def indented(lines: list[str]) -> str:
    """Give flat Python its indentation back.

    It holds for code in which every ``if`` and ``else`` guards one statement, a ``return`` that is not guarded ends
    its function, and a method is known by ``self``: what the page's sample is written like.
    """
    made: list[str] = []
    level = depth = guard = 0
    guarded = False
    for line in lines:
        if depth:
            made.append("    " * (level + guarded + (line[0] not in ")]}")) + line)
            depth += sum(line.count(sign) for sign in "([{") - sum(line.count(sign) for sign in ")]}")
            guarded = guarded and depth > 0
            continue
        word = line.split()[0].rstrip(":")
        if word in ("class", "import", "from"):
            level, guarded = 0, False
        elif word == "def":
            level, guarded = (1 if "(self" in line else 0), False
        elif word == "else":
            level = guard
        made.append("    " * (level + guarded) + line)
        depth = sum(line.count(sign) for sign in "([{") - sum(line.count(sign) for sign in ")]}")
        if word == "return" and not guarded:
            level = 0
        guarded = guarded and depth > 0
        if word in ("class", "def"):
            level += 1
        elif word in ("if", "else"):
            guard, guarded = level, True
    return "\n".join(made) + "\n"


def sample_client() -> str:
    lines = [line.strip() for line in page().splitlines()]
    return indented([line for line in lines[lines.index("import time") :] if line])


class Pointed(ast.NodeTransformer):
    """Replaces what the sample gives its own class: a client id, a secret and an address."""

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments
        self.done = 0

    def visit_Call(self, node: ast.Call) -> ast.AST:
        texts = [argument for argument in node.args if isinstance(argument, ast.Constant)]
        if isinstance(node.func, ast.Name) and len(texts) == len(node.args) == len(self.arguments):
            node.args = [ast.Constant(text) for text in self.arguments]
            self.done += 1
        self.generic_visit(node)
        return node


def outcome(simulator: Simulator) -> str:
    pointed = Pointed(simulator.client_id, simulator.client_secret, simulator.url)
    tree = ast.fix_missing_locations(pointed.visit(ast.parse(sample_client())))
    assert pointed.done == 1
    ended = subprocess.run(
        [sys.executable, "-"], input=ast.unparse(tree), capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.strip()


def test_the_sample_client_runs_for_both_outcomes(simulator: Simulator) -> None:
    pytest.importorskip("requests")
    assert outcome(simulator) == "Alerts active on 1 monitors!"
    simulator.control.remove("mail")
    assert outcome(simulator) == "All systems operational."
    assert simulator.control.calls()["status"] == 2


def sample_bodies() -> list[dict[str, Any]]:
    text, found, decoder = page(), [], json.JSONDecoder()
    at = text.find("\n{\n")
    while at >= 0:
        body, end = decoder.raw_decode(text, at + 1)
        found.append(body)
        at = text.find("\n{\n", end - 1)
    return found


def shape(value: Any, name: str = "") -> Any:
    if name == "config":
        return type(value).__name__
    if isinstance(value, dict):
        return {key: shape(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])]
    return type(value).__name__


def test_every_sample_body_has_our_keys_and_types(call: Any) -> None:
    paths = ["/v2/status", "/v2/config/monitor", "/v2/config/monitor/mail"]
    ours = [call.token().json, *(call.get(path).json for path in paths)]
    samples = sample_bodies()
    assert len(samples) == len(ours)
    for sample, own in zip(samples, ours, strict=True):
        assert shape(own) == shape(sample)
    # The page writes no /v2 into path.
    assert [body["path"].replace("mon1", "mail") for body in samples[1:]] == [body["path"] for body in ours[1:]]


def test_the_offset_of_the_sample_can_be_acted_out(caller_of: Any) -> None:
    from datetime import datetime, timezone

    from simulator.world import world_from

    test = sample_bodies()[1]["monitor_list"][0]["last_test"]
    said = datetime.fromisoformat(test["utc_time_init"]).replace(tzinfo=timezone.utc).timestamp()
    offset = int(test["utc_mktime"] - said)
    world = world_from({"monitors": [{"id": "m"}], "utc_mktime_offset": offset})
    with Simulator(world) as running:
        own = caller_of(running).get("/v2/status?all=true").json["monitor_list"][0]["last_test"]
    said = datetime.fromisoformat(own["utc_time_init"]).replace(tzinfo=timezone.utc).timestamp()
    assert own["utc_mktime"] - said == offset == 540
