# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are shown: tables, picture, page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docutils.core
import docutils.utils
import pytest
from ansible_collections.knowledgefront.monitoring.tests.benchmark import __main__, event_source, machine, page, table
from ansible_collections.knowledgefront.monitoring.tests.benchmark.comparisons import (
    FLOOR,
    SIZES,
    SWEPT,
    Comparison,
    Conditions,
)
from ansible_collections.knowledgefront.monitoring.tests.benchmark.cost import Cost, MeasurementError
from ansible_collections.knowledgefront.monitoring.tests.benchmark.event_source import Memory, Run
from ansible_collections.knowledgefront.monitoring.tests.benchmark.goals import AtMost
from ansible_collections.knowledgefront.monitoring.tests.benchmark.picture import HEIGHT, WIDTH, picture
from ansible_collections.knowledgefront.monitoring.tests.benchmark.ways import WAYS

HERE = Conditions()
GATE = Comparison("kf_gate", "empty", HERE, AtMost(1.15))
SVG = "{http://www.w3.org/2000/svg}"

FLAT = Run(1_000, 8, is_flat=True)

Samples = dict[tuple[str, Conditions], list[Cost]]


def nothing_missing(_way: str) -> None:
    return None


def samples(ours: list[float], theirs: list[float], calls: tuple[int, ...] = (1,)) -> Samples:
    counts = [{"token": 1, "status": count, "bytes_out": 2_500} for count in calls]
    return {
        ("kf_gate", HERE): [Cost(wall, wall, 60.0, counts[n % len(counts)]) for n, wall in enumerate(ours)],
        ("empty", HERE): [Cost(wall, wall, 50.0) for wall in theirs],
    }


@pytest.mark.parametrize(
    ("measure", "missing", "cells"),
    [
        (samples([1.1] * 3, [1.0] * 3), nothing_missing, ["3", "1.10 (1.10-1.10)", "yes"]),
        (samples([1.1] * 2, [1.0] * 3), nothing_missing, ["2", "1.10 (1.10-1.10)", "too few"]),
        (samples([1.3, 1.2, 1.1], [1.0] * 3), nothing_missing, ["3", "1.20 (1.10-1.30)", "NO"]),
        (samples([1.3, 1.2], [1.0]), nothing_missing, ["1", "1.30 (1.30-1.30)", "too few"]),
        ({}, nothing_missing, ["no time", "", "no time"]),
        ({}, lambda way: "jq" if way == "kf_gate" else None, ["not here: jq", "", "no time"]),
        ({}, lambda way: "curl" if way == "empty" else None, ["not here: curl", "", "no time"]),
    ],
)
def test_a_row_tells_the_ratio_or_why_there_is_none(
    measure: Samples, missing: Callable[[str], str | None], cells: list[str]
) -> None:
    heading, row = table.costs([GATE], measure, missing)
    assert len(row) == len(heading)
    label = dict(zip(heading, row, strict=True))
    assert [label["pairs"], label["wall"], label["met"]] == cells
    assert [label["what"], label["against"], label["goal"]] == ["`kf_gate`", "an empty play", "wall <= 1.15"]


def test_a_row_tells_memory_and_requests() -> None:
    heading, row = table.costs([GATE], samples([1, 1, 1], [1, 1, 1], calls=(1, 2, 2)), nothing_missing)
    label = dict(zip(heading, row, strict=True))
    assert [label[name] for name in ("memory", "MiB", "requests", "kB")] == ["1.20", "60", "1 + 2 (1-2)", "2"]


def test_without_a_goal_there_is_no_verdict() -> None:
    assert table.verdict(Comparison("kf_gate", "empty", HERE), samples([9], [1])) == ""


ENOUGH, FEW = samples([1.1] * 3, [1.0] * 3), samples([1.1], [1.0])


@pytest.mark.parametrize(
    ("comparisons", "measure", "said", "code"),
    [
        ([GATE], ENOUGH, "1 goals met, 0 missed, 0 not", 0),
        ([GATE], samples([1.2] * 3, [1.0] * 3), "0 goals met, 1 missed, 0 not", 1),
        ([GATE], FEW, "0 goals met, 0 missed, 1 not", 1),
        ([GATE], {}, "0 goals met, 0 missed, 1 not", 1),
        ([GATE, Comparison("kf_gate", "empty", Conditions(SIZES[-1]))], ENOUGH, "1 goals met, 0 missed, 1 not", 1),
        ([Comparison("kf_gate", "empty", HERE)], {}, "0 goals met, 0 missed, 0 not", 0),
    ],
)
def test_all_is_well_only_when_every_goal_was_measured_and_met(
    comparisons: list[Comparison], measure: Samples, said: str, code: int
) -> None:
    label, ended = __main__.conclusion(__main__.verdicts(comparisons, measure))
    assert label.startswith(said)
    assert ended == code


def test_a_failed_evaluation_cost_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(__main__.sys, "executable", "/bin/false")
    with pytest.raises(MeasurementError, match="exit status 1"):
        __main__.measure_evaluation([10])


def grown(cost: Callable[[int], float], sizes: tuple[int, ...] = SIZES) -> Samples:
    found: Samples = {}
    for size in sizes:
        found["kf_gate", Conditions(size)] = [Cost(cost(size), cost(size), 1.0)]
        found["empty", Conditions(size)] = [Cost(0.5, 0.5, 1.0)]
    return found


@pytest.mark.parametrize(
    ("cost", "sizes", "rows"),
    [
        (lambda n: 0.5 + n / 20_000, SIZES, [["`kf_gate`", "4", "50.0 ms", "0.1000", "1.00", "yes", "linear", "yes"]]),
        (lambda n: 0.5 + n * n / 2e8, SIZES, [["`kf_gate`", "4", "500.1 ms", "1.0001", "2.00", "no", "linear", "NO"]]),
        (lambda n: 0.5, SIZES, [["`kf_gate`", "4", "0.0 ms", "0.0000", "-", "too small to tell", "linear", "too few"]]),
        (lambda n: 0.5 + n / 20_000, SIZES[:2], []),
    ],
)
def test_growth_needs_three_sizes(cost: Any, sizes: tuple[int, ...], rows: list[list[str]]) -> None:
    assert table.growths(grown(cost, sizes))[1:] == rows


@pytest.mark.parametrize("other", [{"hosts": 50}, {"latency": 50}, {"stored": True}, {"questions": 4}])
def test_growth_is_of_one_host_that_asks_once(other: dict[str, Any]) -> None:
    where = Conditions(10, **other)
    assert table.curves({("kf_gate", where): [Cost(1, 1, 1)], ("empty", where): [Cost(1, 1, 1)]}, "cpu") == {}


def test_a_markdown_cell_cannot_end_its_cell() -> None:
    assert table.markdown([["a", "b"], ["1 | 2", "3"]]) == "| a | b |\n| --- | --- |\n| 1 \\| 2 | 3 |"


@pytest.mark.parametrize(
    ("run", "memory", "verdict"),
    [
        (FLAT, Memory(30, [60, 60, 80, 80, 84, 84, 85, 85], 99), table.MET),
        (FLAT, Memory(30, [60, 60, 80, 80, 84, 84, 85, 89], 99), table.MISSED),
        (FLAT, Memory(30, [10, 10, 80, 80, 84, 84, 85, 85], 999), table.MET),
        (Run(100_000, 4, limit=400), Memory(30, [60, 80, 90, 300], 400), table.MET),
        (Run(100_000, 4, limit=400), Memory(30, [60, 80, 90, 300], 401), table.MISSED),
        (Run(100_000, 4, limit=400, is_flat=True), Memory(30, [60, 80, 90, 300], 390), table.MISSED),
    ],
)
def test_memory_of_the_event_source_has_a_verdict(run: Run, memory: Memory, verdict: str) -> None:
    row = event_source.make_row(run, memory)
    assert len(row) == len(event_source.HEADING)
    assert row[-1] == verdict


def test_growth_needs_enough_polls() -> None:
    with pytest.raises(ValueError, match="four polls"):
        _growth = Memory(30, [60, 60, 60], 60).growth


def draw(curves: dict[str, list[tuple[float, float]]]) -> ElementTree.Element:
    return ElementTree.fromstring(picture(curves, "Title", "across", "up"))


@pytest.mark.parametrize(
    "curves",
    [
        {"one point": [(10, 1.0)]},
        {"a line": [(10, 1.0), (100_000, 30.0)]},
        {"flat": [(10, 1.0), (100_000, 1.0)], "steep": [(10, 0.3), (100_000, 9999.0)]},
        {"<b>&\"'": [(10, 1.0), (1_000, 2.0)]},
        {str(number): [(10, 1.0 + number)] for number in range(6)},
    ],
)
def test_a_picture_is_xml_within_its_frame(curves: dict[str, list[tuple[float, float]]]) -> None:
    root = draw(curves)
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {"Title", "across", "up", *curves} <= set(texts)
    marks = [(float(mark.attrib["cx"]), float(mark.attrib["cy"])) for mark in root.iter(f"{SVG}circle")]
    assert len(marks) == sum(map(len, curves.values())) + len(curves)
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in marks)


def test_a_picture_has_a_shade_for_dark_screens_of_every_curve() -> None:
    style = next(draw({"a": [(1, 1)], "b": [(1, 2)]}).iter(f"{SVG}style")).text or ""
    light, _media, dark = style.partition("prefers-color-scheme:dark")
    assert light.count(".c1{--c:") == dark.count(".c1{--c:") == 1


def test_more_is_higher_and_further_right() -> None:
    points = list(draw({"a": [(10, 1.0), (1_000, 5.0)]}).iter(f"{SVG}circle"))[:2]
    first, second = ((float(mark.attrib["cx"]), float(mark.attrib["cy"])) for mark in points)
    assert first[0] < second[0]
    assert first[1] > second[1]


@pytest.mark.parametrize(
    ("curves", "why"),
    [
        ({}, "nothing to draw"),
        ({"a": []}, "nothing to draw"),
        ({"a": [(0, 1)]}, "above zero"),
        ({"a": [(1, -1)]}, "above zero"),
        ({"a": [(1, float("nan"))]}, "above zero"),
        ({str(number): [(1, 1)] for number in range(8)}, "no more than 7"),
    ],
)
def test_what_cannot_be_drawn_is_refused(curves: dict[str, list[tuple[float, float]]], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        draw(curves)


def test_all_that_grows_can_be_drawn_together() -> None:
    measure = {
        (way, Conditions(size)): [Cost(float(place), float(place), 50.0)]
        for place, way in enumerate([FLOOR, *SWEPT], 1)
        for size in SIZES
    }
    texts = [element.text for element in ElementTree.fromstring(__main__.draw(measure)).iter(f"{SVG}text")]
    assert {WAYS[way].label.replace("`", "") for way in SWEPT} <= set(texts)


def results(**changes: Any) -> page.Results:
    label = {
        "date": "2026-05-31",
        "machine": "2 cores",
        "versions": "Python 3",
        "load": 0.1,
        "quick": False,
        "costs": table.costs([GATE], samples([1], [1]), nothing_missing),
        "growth": table.growths(grown(lambda n: 0.5 + n)),
        "evaluation_cost": [table.JUDGING, ["10", "1", "1", "1", "1"]],
        "waiting": "It waited.",
        "events": [event_source.HEADING, event_source.make_row(FLAT, Memory(30, [80] * 8, 90))],
        "picture": picture({"a": [(10, 1.0)]}, "Title", "across", "up"),
    }
    return page.Results(**{**label, **changes})


@pytest.mark.parametrize(
    ("changes", "there", "not_there"),
    [
        ({}, "image:: benchmark.svg", "busy"),
        ({"picture": ""}, "Growth", "image::"),
        ({"events": []}, "It waited", "Event source"),
        ({"quick": True}, "quick run", "busy"),
        ({"load": 4.5}, "busy with other work (4.5", "quick run"),
        ({"growth": [table.GROWTH]}, "It waited", "power of the size"),
    ],
)
def test_the_page_can_be_read(changes: dict[str, Any], there: str, not_there: str) -> None:
    text = page.page(results(**changes))
    settings = {"halt_level": docutils.utils.Reporter.WARNING_LEVEL, "report_level": 5}
    docutils.core.publish_doctree(text, settings_overrides=settings)
    assert there in text
    assert not_there not in text
    assert text.splitlines()[3].strip() == "SPDX-License-" + "Identifier: GPL-3.0-or-later"


def test_an_old_picture_does_not_stay(tmp_path: Path) -> None:
    (tmp_path / "rst").mkdir()
    written = [[path.name for path in page.write(results(**label), tmp_path)] for label in ({}, {"picture": ""})]
    assert written == [["benchmark.rst", "benchmark.svg", "benchmark.csv"], ["benchmark.rst", "benchmark.csv"]]
    assert sorted(path.name for path in (tmp_path / "rst").iterdir()) == ["benchmark.csv", "benchmark.rst"]


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("processor\t: 0\nmodel name\t: Some  CPU @ 2 GHz\n", "Some CPU @ 2 GHz"),
        ("processor : 0\nModel : Raspberry Pi\n", "Raspberry Pi"),
        ("model name :\n", None),
        ("", None),
    ],
)
def test_a_processor_has_a_name_or_an_architecture(label: str, name: str | None) -> None:
    found = machine.processor(label)
    assert found == name if name else re.fullmatch(r"\w+", found)


def test_nothing_tells_whose_machine_it_is() -> None:
    label = f"{machine.machine()} {machine.versions()}"
    assert re.search(r"\d cores, \d+ GiB of memory", label)
    assert machine.platform.node() not in label
    assert "/" not in label.replace("w/", "")
