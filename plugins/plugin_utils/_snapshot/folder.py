# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files themselves: which of those in the folder are ours, what they say, and how they are replaced."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from ...module_utils._domain.text import agree, sanitize
from .._system.files import LONGEST, atomic_write, create_folders, why_not
from .file_names import RESERVED, file_name
from .formats import READERS, Monitors, UnreadableError, as_json, as_yaml, monitors_in
from .views import CSV_BEGINS, PAGE_BEGINS, as_csv, as_markdown

ENDINGS = {"yaml": ".yml", "json": ".json", "csv": ".csv", "markdown": ".md"}
RENDERERS = {"yaml": as_yaml, "json": as_json, "csv": as_csv, "markdown": as_markdown}
VIEWS = {"csv": CSV_BEGINS, "markdown": PAGE_BEGINS}
"""What files begin with that are ours and that only people read."""

MARKS = ("kf_monitor_files", "knowledgefront.monitoring/monitors")
"""What tells a damaged file of ours from one of someone else's."""

SINGLE, PER_MONITOR = "single", "per_monitor"
LARGEST = {SINGLE: 256 * 2**20, PER_MONITOR: 16 * 2**20}
"""Bytes of a file that are read: of one for all monitors, and of one for each."""

ENCODINGS = {"csv": "utf-8-sig"}
"""Other encodings than UTF-8: spreadsheets take a file for UTF-8 by its byte order mark only."""

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


T = TypeVar("T")


class FolderError(ValueError):
    """What is in the way, as a sentence; ``changed`` counts the files that were written or removed before."""

    def __init__(self, message: str, changed: int = 0) -> None:
        super().__init__(message)
        self.changed = changed


class TooLargeError(ValueError):
    """A file of more bytes than one of ours can have."""


@dataclass(frozen=True)
class Snapshot:
    """``texts`` of our files by name, and the ``monitors`` that they describe with the ``files`` of each.

    The files in ``current`` are what would be written for the expected configurations. They were not parsed:
    ``monitors`` holds the expected configurations themselves.
    """

    texts: dict[str, str] = field(default_factory=dict)
    monitors: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    current: set[str] = field(default_factory=set)


class Track(Protocol):
    """Iterates over ``items``, and may report how far that is; ``stage`` describes what is done with each."""

    def __call__(self, items: Collection[T], stage: str) -> Iterable[T]: ...


def iterate(items: Collection[T], stage: str) -> Iterable[T]:
    """Iterate without a report."""
    return items


class Folder:
    """A folder that files are written to, in ``layout`` and ``formats``."""

    def __init__(
        self, path: str, layout: str, formats: list[str], mode: int | None = None, track: Track = iterate
    ) -> None:
        self.path, self.layout, self.mode, self._track = path, layout, mode, track
        self.formats = list(dict.fromkeys(formats))
        self.source = next((kind for kind in self.formats if kind in READERS), None)
        if self.source is None:
            raise FolderError("formats must name yaml or json: the other files cannot be read again to see drift")

    def read(self, expected: Monitors | None = None) -> Snapshot:
        """Return what our files say. Raises FolderError for one that is damaged, or in whose place another lies.

        Parsing takes most of the time, so a file is not parsed if it is what would be written for ``expected``.
        """
        expected_of = self._by_stem(expected or {})
        snapshot = Snapshot()
        for name in self._track(self._listed(), "comparing files"):
            stem, ending = os.path.splitext(name)
            kind = next((kind for kind in self.formats if ENDINGS[kind] == ending), None)
            if kind is None or (self.layout == SINGLE and stem != RESERVED):
                continue
            text = self._text(name, required=stem == RESERVED)
            if kind in VIEWS:
                if stem == RESERVED and text is not None:
                    self._refuse_unless(text.startswith(VIEWS[kind]), name, "was not written by us")
                    snapshot.texts[name] = text
            elif (self.layout == PER_MONITOR) != (stem == RESERVED) and text is not None:
                self._add(snapshot, name, text, kind, expected_of.get(stem))
        return snapshot

    def _by_stem(self, expected: Monitors) -> dict[str, Monitors]:
        """Return what each file is expected to hold, by its name without ending."""
        if self.layout == SINGLE:
            return {RESERVED: expected} if expected else {}
        return {file_name(name): {name: fields} for name, fields in expected.items()}

    def _add(self, snapshot: Snapshot, name: str, text: str, kind: str, expected: Monitors | None) -> None:
        """Add one file to ``snapshot``, unless it is someone else's."""
        found = expected
        if expected is not None and text == RENDERERS[kind](expected):
            snapshot.current.add(name)
        else:
            found = self._told(name, os.path.splitext(name)[0], text, kind)
        if found is None:
            return
        snapshot.texts[name] = text
        for monitor_id, fields in found.items():
            snapshot.files.setdefault(monitor_id, []).append(name)
            self._merge(snapshot.monitors, monitor_id, fields, kind)

    def render(self, monitors: Monitors, skipped: Container[str] = ()) -> dict[str, str]:
        """Return the texts of all files by name, without those that are ``skipped``."""
        texts = {}
        for kind in self.formats:
            if kind in VIEWS or self.layout == SINGLE:
                contents: Iterable[tuple[str, Monitors]] = [(RESERVED, monitors)]
            else:
                contents = ((file_name(name), {name: fields}) for name, fields in monitors.items())
            for stem, content in contents:
                name = stem + ENDINGS[kind]
                if name not in skipped:
                    texts[name] = RENDERERS[kind](content)
        return texts

    def unchanged(self, snapshot: Snapshot, monitors: Monitors, expected: Monitors) -> set[str]:
        """Return the ``current`` files that would be the same if they were written for ``monitors``."""
        if self.layout == SINGLE and monitors.keys() != expected.keys():
            return set()
        different = (name for name in snapshot.files if monitors.get(name) is not expected.get(name))
        return snapshot.current.difference(*(snapshot.files[name] for name in different))

    def check_places(self, names: list[str], ours: Mapping[str, str]) -> None:
        """Raise FolderError if a file of someone else's lies where one of ours has to be."""
        for name in names:
            if name not in ours and os.path.lexists(self._at(name)):
                raise FolderError(f"{self._named(name)} was not written by us: move it away, or name another folder")

    def write(self, texts: Mapping[str, str]) -> None:
        """Replace each file as a whole. Raises FolderError at the first that cannot be."""
        try:
            create_folders(self.path)
        except OSError as error:
            raise FolderError(f"the folder {sanitize(self.path, LONGEST)} cannot be made: {error.strerror}") from None
        for number, (name, text) in enumerate(self._track(texts.items(), "writing files")):
            try:
                atomic_write(self._at(name), text.encode(_encoding(name), "backslashreplace"), self.mode)
            except (OSError, ValueError) as error:
                done = (
                    f"; {number} of {len(texts)} files {agree(number, 'was', 'were')} written before it"
                    if number
                    else ""
                )
                told = why_not(error, self._at(name))
                raise FolderError(f"{self._named(name)} could not be written: {told}{done}", number) from None

    def remove(self, names: list[str]) -> None:
        for number, name in enumerate(self._track(names, "removing files")):
            try:
                os.unlink(self._at(name))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise FolderError(f"{self._named(name)} could not be removed: {error.strerror}", number) from None

    def _listed(self) -> list[str]:
        try:
            return sorted(os.listdir(self.path))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise FolderError(f"the folder {sanitize(self.path, LONGEST)} cannot be read: {error.strerror}") from None

    def _text(self, name: str, required: bool) -> str | None:
        """Return the text of a file, None for what is no text of ours by its looks, such as a link."""
        try:
            return self._content(name).decode(_encoding(name))
        except (OSError, ValueError) as error:
            if required or isinstance(error, (PermissionError, TooLargeError)):
                told = error.strerror if isinstance(error, OSError) else str(error)
                told = "it is no text" if isinstance(error, UnicodeDecodeError) else told
                raise FolderError(f"{self._named(name)} cannot be read: {told}") from None
            return None

    def _content(self, name: str) -> bytes:
        """Return the bytes of a file. Raises OSError, and ValueError for what is no file or larger than ours can be."""
        descriptor = os.open(self._at(name), READ)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ValueError("it is no ordinary file")
            largest = LARGEST[SINGLE if os.path.splitext(name)[0] == RESERVED else PER_MONITOR]
            content = file.read(largest + 1)
        if len(content) > largest:
            raise TooLargeError(f"it is larger than {largest // 2**20} MiB; move it away")
        return content

    def _told(self, name: str, stem: str, text: str, kind: str) -> dict[str, dict[str, Any]] | None:
        """Return what one of our files says, None for a file of someone else's."""
        ours = stem == RESERVED or any(mark in text[:200] for mark in MARKS)
        try:
            told = monitors_in(text, kind)
        except UnreadableError as error:
            self._refuse_unless(not ours, name, str(error))
            return None
        misplaced = self.layout == PER_MONITOR and [file_name(monitor_id) for monitor_id in told] != [stem]
        self._refuse_unless(not misplaced, name, "holds another monitor than its name says")
        return told

    def _merge(self, monitors: dict[str, Mapping[str, Any]], name: str, fields: Mapping[str, Any], kind: str) -> None:
        """Keep what the first of the formats says; where another says otherwise, its text differs and is told of."""
        if kind == self.source or name not in monitors:
            monitors[name] = fields

    def _refuse_unless(self, right: bool, name: str, why: str) -> None:
        if not right:
            raise FolderError(f"{self._named(name)} {why}: restore it, for example with git, or move it away")

    def _named(self, name: str) -> str:
        return f"the file {sanitize(self._at(name), LONGEST)}"

    def _at(self, name: str) -> str:
        return os.path.join(self.path, name)


def _encoding(name: str) -> str:
    return next((ENCODINGS[kind] for kind in ENCODINGS if name.endswith(ENDINGS[kind])), "utf-8")
