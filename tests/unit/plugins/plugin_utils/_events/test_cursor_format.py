# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cursor format: lossless encoding, the journal, truncated files, and files of version 1."""

from __future__ import annotations

import copy
import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import cursor as cursor_module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor import Cursor
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_format import (
    FIRST_LINE,
    SECTOR,
    CorruptCursorError,
    CursorState,
    decode_cursor,
    encode_acknowledgement,
    encode_cursor,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_journal import CursorJournal
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.event import Event
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.state import (
    Alert,
    MonitorState,
    Outage,
    SourceState,
    StatusSnapshot,
    pack_fields,
)
from hypothesis import given, settings
from hypothesis import strategies as st

SERVICE, SELECTION = "https://kf.example.com", "all"

times = st.floats(0, 4e9) | st.none()
counts = st.integers(0, 10**9) | st.none()
texts = st.text(max_size=8)
documents = st.dictionaries(texts, texts | st.integers() | st.booleans() | st.none(), max_size=3).map(pack_fields)
snapshots = st.builds(StatusSnapshot, st.booleans(), counts, counts, counts, times, times, texts | st.none())
alerts = st.builds(Alert, st.floats(0, 4e9), st.integers(0, 5))
outages = st.builds(Outage, st.floats(0, 4e9), texts, texts) | st.none()
events = st.lists(st.integers(0, 9), unique=True, max_size=4).map(
    lambda numbers: [{"id": f"{number:032x}", "kind": "alert_raised"} for number in numbers]
)


def monitors(identity: str) -> st.SearchStrategy[MonitorState]:
    return st.builds(
        MonitorState,
        st.just(identity),
        texts,
        documents | st.none(),
        texts | st.none(),
        times,
        snapshots | st.none(),
        alerts | st.none(),
        times,
        st.integers(0, 9),
        times,
    )


states = st.lists(st.sampled_from("abcdé"), unique=True).flatmap(
    lambda names: st.builds(
        SourceState,
        st.tuples(*map(monitors, names)).map(lambda found: {each.id: each for each in found}),
        times,
        outages,
    )
)


@given(states, events)
def test_decoding_an_encoded_cursor_returns_it(memory: SourceState, outbox: list[Event]) -> None:
    state = CursorState(SERVICE, SELECTION, memory, outbox)
    found = decode_cursor(encode_cursor(state))
    assert found == state
    assert list(found.state.monitors) == list(memory.monitors)


@given(st.lists(st.tuples(states, events), min_size=1, max_size=6))
@settings(max_examples=60)
def test_transactions_lead_to_the_same_state_as_a_rewrite(polls: list[tuple[SourceState, list[Event]]]) -> None:
    (memory, outbox), *others = polls
    content = encode_cursor(CursorState(SERVICE, SELECTION, memory, outbox))
    journal = CursorJournal(memory, outbox)
    for following, pending in others:
        journal.observe(following.monitors)
        transaction = journal.transaction(following, {event["id"]: event for event in pending})
        content += transaction.encode()
        journal.commit(transaction)
        assert decode_cursor(content) == CursorState(SERVICE, SELECTION, following, pending)


def status(tested: float, active: bool = False) -> StatusSnapshot:
    return StatusSnapshot(active, int(active), 0, 30, tested if active else None, tested, None)


def state(number: int, *names: str) -> SourceState:
    document = pack_fields({"config": {"url": "https://example.com"}})
    known = {name: MonitorState(name, name.upper(), document, "http", 60.0, status(number)) for name in names}
    return SourceState(known, float(number))


def event(number: int) -> Event:
    return {"id": f"{number:032x}", "kind": "alert_raised"}


def write_in_steps(path: Path) -> list[tuple[int, SourceState, list[Event]]]:
    """Write a file, and return its size, the state and the pending events after each step."""
    found = []
    cursor = Cursor(str(path), SERVICE, SELECTION)

    def note(memory: SourceState, *pending: int) -> None:
        found.append((path.stat().st_size, memory, [event(number) for number in pending]))

    first, second, third = state(1, "a", "b", "c"), state(2, "a", "c", "d"), state(3, "a", "c", "d", "b")
    cursor.persist(first, [event(1)], urgent=True)
    note(first, 1)
    cursor.acknowledge(event(1)["id"])
    note(first)
    cursor.persist(second, [event(2), event(3)], urgent=True)
    note(second, 2, 3)
    cursor.acknowledge(event(3)["id"])
    note(second, 2)
    cursor.persist(third, [event(2), event(4)], urgent=True)
    note(third, 2, 4)
    cursor.close()
    return found


def test_a_truncated_file_has_the_last_complete_state(tmp_path: Path) -> None:
    """A killed process leaves an incomplete end; the base is replaced atomically."""
    path = tmp_path / "cursor"
    steps = write_in_steps(path)
    content = path.read_bytes()
    assert steps[-1][0] == len(content) > steps[0][0] > 100
    for length in range(len(content)):
        whole = [step for step in steps if step[0] <= length]
        if not whole:
            with pytest.raises(CorruptCursorError):
                decode_cursor(content[:length])
            continue
        _length, memory, pending = whole[-1]
        # After a power failure, unwritten data are zeros from the old end or from a sector boundary on.
        tails = [b"", bytes(2 * SECTOR)] if length == whole[-1][0] or length % SECTOR == 0 else [b""]
        for tail in tails:
            found = decode_cursor(content[:length] + tail)
            assert (found.state, list(found.outbox)) == (memory, pending), length


@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_a_file_with_any_byte_changed_is_refused(tmp_path: Path, flip: int) -> None:
    path = tmp_path / "cursor"
    write_in_steps(path)
    content = path.read_bytes()
    for place in range(len(content)):
        garbled = content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
        with pytest.raises(CorruptCursorError):
            decode_cursor(garbled)


def test_writing_continues_after_a_truncated_end(tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    steps = write_in_steps(path)
    path.write_bytes(path.read_bytes()[:-5])
    cursor = Cursor(str(path), SERVICE, SELECTION)
    assert (cursor.state.state, list(cursor.state.outbox)) == steps[-2][1:]
    cursor.acknowledge(event(2)["id"])
    cursor.close()
    assert list(decode_cursor(path.read_bytes()).outbox) == []


def test_a_transition_appends_little_and_the_file_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    size = 2_000
    memory = state(0, *(hashlib.sha224(b"%d" % number).hexdigest() for number in range(size)))
    cursor = Cursor(str(path), SERVICE, SELECTION)
    cursor.persist(memory, [], urgent=True)
    base = path.stat().st_size
    assert base / size < 120, "bytes for each monitor"
    largest = 0
    for number in range(300):
        known = dict(memory.monitors)
        for identity in list(known)[number : number + 20]:
            known[identity] = known[identity]._replace(status=status(number, active=True))
        memory, before = SourceState(known, float(number)), path.stat()
        cursor.persist(memory, [event(number)], urgent=True)
        cursor.acknowledge(event(number)["id"])
        after = path.stat()
        if after.st_ino == before.st_ino:
            assert after.st_size - before.st_size < base / 40
        largest = max(largest, after.st_size)
    cursor.close()
    assert largest < 2 * base
    assert decode_cursor(path.read_bytes()) == CursorState(SERVICE, SELECTION, memory, [])


@pytest.mark.parametrize("harm", ["moved", "cut", "replaced"])
def test_a_file_changed_by_another_process_is_rewritten(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "cursor"
    cursor = Cursor(str(path), SERVICE, SELECTION)
    cursor.persist(state(1, "a", "b"), [], urgent=True)
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:50])
    else:
        path.rename(tmp_path / "away")
    if harm == "replaced":
        path.write_bytes((tmp_path / "away").read_bytes())
    cursor.persist(state(2, "a", "b"), [event(1)], urgent=True)
    cursor.close()
    assert decode_cursor(path.read_bytes()) == CursorState(SERVICE, SELECTION, state(2, "a", "b"), [event(1)])


@pytest.mark.parametrize("whole", [True, False])
def test_an_event_acknowledged_during_a_rewrite_is_not_pending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    """The rules may acknowledge an event after the pending events were listed."""
    path = tmp_path / "cursor"
    cursor = Cursor(str(path), SERVICE, SELECTION)
    cursor.persist(state(1, "a"), [event(1), event(2), event(3)], urgent=True)
    listed = [event(1), event(2), event(3)]
    cursor.acknowledge(event(1)["id"])
    name = "encode_cursor" if whole else "encode_acknowledgement"
    writing, go_on = threading.Event(), threading.Event()
    inner = cursor_module.os.fsync

    def slow(descriptor: int) -> None:
        writing.set()
        go_on.wait(5)
        inner(descriptor)

    if whole:
        cursor._close_file()
    monkeypatch.setattr(cursor_module.os, "fsync", slow)
    thread = threading.Thread(target=cursor.persist, args=(state(2, "a"), [*listed, event(4)], True), name=name)
    thread.start()
    assert writing.wait(5)
    cursor.acknowledge(event(2)["id"])
    go_on.set()
    thread.join()
    cursor.close()
    assert list(decode_cursor(path.read_bytes()).outbox) == [event(3), event(4)]


def version_1(body: dict[str, Any], *acknowledged: str) -> bytes:
    text = json.dumps(body, separators=(",", ":")).encode()
    heading = {
        "format": "knowledgefront.monitoring/alert-cursor",
        "version": 1,
        "service": SERVICE,
        "selection": SELECTION,
        "sha256": hashlib.sha256(text).hexdigest(),
    }
    lines = [json.dumps(heading).encode(), text, *(json.dumps(each).encode() for each in acknowledged)]
    return b"".join(line + b"\n" for line in lines)


OLD: dict[str, Any] = {
    "memory": {
        "sampled": 100.25,
        "outage": [99.0, "network", "no route"],
        "monitors": [
            ["a", "A", {"id": "a", "config": {"url": "x"}}, "http", 60.0, None, None, 5.5, 2, None],
            ["b", "B", None, None, None, [True, 1, 2, 3, 4.0, 5.0, "broken"], [4.0, 1], None, 0, 7.0],
        ],
    },
    "outbox": [event(1), event(2), event(3)],
}
MIGRATED = SourceState(
    {
        "a": MonitorState("a", "A", pack_fields({"id": "a", "config": {"url": "x"}}), "http", 60.0, None, None, 5.5, 2),
        "b": MonitorState(
            "b", "B", status=StatusSnapshot(True, 1, 2, 3, 4.0, 5.0, "broken"), alert=Alert(4.0, 1), missing_since=7.0
        ),
    },
    100.25,
    Outage(99.0, "network", "no route"),
)


@pytest.mark.parametrize("cut", range(36))
def test_a_file_of_version_1_with_a_truncated_end_is_migrated(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cursor"
    content = version_1(OLD, event(2)["id"], event(1)["id"])
    path.write_bytes(content[: len(content) - cut])
    path.chmod(0o600)
    pending = [event(3)] if cut == 0 else [event(1), event(3)]
    cursor = Cursor(str(path), SERVICE, SELECTION)
    assert cursor.state == CursorState(SERVICE, SELECTION, MIGRATED, pending)
    cursor.close()
    assert path.read_bytes().startswith(FIRST_LINE)
    assert decode_cursor(path.read_bytes()) == CursorState(SERVICE, SELECTION, MIGRATED, pending)


def without(*steps: Any) -> dict[str, Any]:
    changed = copy.deepcopy(OLD)
    *outer, last = steps
    place: Any = changed
    for step in outer:
        place = place[step]
    del place[last]
    return changed


CORRUPT_VERSION_1 = {
    "a changed body": (version_1(OLD).replace(b'"url":"x"', b'"url":"y"'), "its checksum does not match"),
    "no body": (version_1(OLD).partition(b"\n")[0] + b"\n", "its checksum does not match"),
    "half": (version_1(OLD)[:300], "its checksum does not match"),
    "a bad mark": (version_1(OLD) + b"nonsense\n", "its content cannot be read"),
    "no state": (version_1(without("memory")), "its content cannot be read"),
    "no outbox": (version_1(without("outbox")), "its content cannot be read"),
    "a short monitor": (version_1(without("memory", "monitors", 0, slice(2, None))), "its content cannot be read"),
    "no list": (version_1({"memory": None, "outbox": []}), "its content cannot be read"),
}


@pytest.mark.parametrize("name", CORRUPT_VERSION_1)
def test_a_corrupt_file_of_version_1_is_refused_and_stays_unchanged(tmp_path: Path, name: str) -> None:
    content, sentence = CORRUPT_VERSION_1[name]
    path = tmp_path / "cursor"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match=f"is damaged: {sentence}"):
        Cursor(str(path), SERVICE, SELECTION)
    assert path.read_bytes() == content


def test_an_acknowledgement_of_an_unknown_event_is_ignored() -> None:
    whole = CursorState(SERVICE, SELECTION, MIGRATED, [event(1)])
    assert decode_cursor(encode_cursor(whole) + encode_acknowledgement("x")) == whole
