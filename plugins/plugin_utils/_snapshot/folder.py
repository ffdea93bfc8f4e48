# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of files: finds and reads the files of this collection, and replaces them."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from ...module_utils._domain.text import agree, sanitize
from .._system.files import MAX_PATH_LENGTH, atomic_write, create_folders, describe_write_error
from .formats import ENDINGS, HEADERS, PARSERS, RENDERERS, Monitors, UnreadableError, parse_monitors

MARKS = ("kf_monitor_files", "knowledgefront.monitoring/monitors")
"""Text that only files of this collection contain, even if they are damaged."""

SINGLE, PER_MONITOR = "single", "per_monitor"
MAX_FILE_SIZE = {SINGLE: 256 * 2**20, PER_MONITOR: 16 * 2**20}
"""Limits in bytes: of a file with all monitors, and of a file with one monitor."""

ENCODINGS = {"csv": "utf-8-sig"}
"""Encodings other than UTF-8. Spreadsheets recognize UTF-8 only by its byte order mark."""

READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

SAFE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
HASHED_NAME = re.compile(r".*-[0-9a-f]{20}")
DEVICE_NAME = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
"""Names that are not files on Windows, where a repository can be checked out as well."""

ALL_MONITORS = "monitors"
"""The name, without ending, of files about all monitors."""

T = TypeVar("T")


class FolderError(ValueError):
    """A file that cannot be read or replaced. ``changed`` counts the files that were written or removed before."""

    def __init__(self, message: str, changed: int = 0) -> None:
        super().__init__(message)
        self.changed = changed


class TooLargeError(ValueError):
    """A file that is larger than MAX_FILE_SIZE."""


@dataclass(frozen=True)
class FolderContents:
    """The ``texts`` of files by name, the ``monitors`` in them by id, and the names of the ``files`` of each monitor.

    The files in ``current`` equal those for the expected configurations. They are not parsed: ``monitors`` then holds
    the expected configurations.
    """

    texts: dict[str, str] = field(default_factory=dict)
    monitors: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    current: set[str] = field(default_factory=set)


class Track(Protocol):
    """Iterates over ``items`` and reports the progress; ``stage`` describes the work."""

    def __call__(self, items: Collection[T], stage: str) -> Iterable[T]: ...


def iterate(items: Collection[T], stage: str) -> Iterable[T]:
    """Iterate without a progress report."""
    return items


class Folder:
    """The files of monitors below ``path``, in ``layout`` and ``formats``. Raises FolderError."""

    def __init__(
        self, path: str, layout: str, formats: list[str], mode: int | None = None, track: Track = iterate
    ) -> None:
        self.path, self.layout, self.mode, self._track = path, layout, mode, track
        self.formats = list(dict.fromkeys(formats))
        self.source = next((name for name in self.formats if name in PARSERS), None)
        if self.source is None:
            raise FolderError("formats must include yaml or json: the other formats cannot be read again")

    def read(self, expected: Monitors | None = None) -> FolderContents:
        """Return the contents of our files. Raises FolderError for one that is damaged or replaced by another file.

        Does not parse a file that equals the one for ``expected``, because parsing takes most of the time.
        """
        expected_by_stem = self._split_by_stem(expected or {})
        contents = FolderContents()
        for name in self._track(self._list_names(), "comparing files"):
            stem, ending = os.path.splitext(name)
            file_format = next((known for known in self.formats if ENDINGS[known] == ending), None)
            if file_format is None or (self.layout == SINGLE and stem != ALL_MONITORS):
                continue
            text = self._read_text(name, required=stem == ALL_MONITORS)
            if file_format in HEADERS:
                if stem == ALL_MONITORS and text is not None:
                    self._require(text.startswith(HEADERS[file_format]), name, "was not written by this collection")
                    contents.texts[name] = text
            elif (self.layout == PER_MONITOR) != (stem == ALL_MONITORS) and text is not None:
                self._add(contents, name, text, file_format, expected_by_stem.get(stem))
        return contents

    def _split_by_stem(self, expected: Monitors) -> dict[str, Monitors]:
        """Return the expected configurations of each file, by its name without ending."""
        if self.layout == SINGLE:
            return {ALL_MONITORS: expected} if expected else {}
        return {make_file_name(monitor_id): {monitor_id: fields} for monitor_id, fields in expected.items()}

    def _add(self, contents: FolderContents, name: str, text: str, file_format: str, expected: Monitors | None) -> None:
        """Add one file to ``contents``, unless this collection did not write it."""
        monitors = expected
        if expected is not None and text == RENDERERS[file_format](expected):
            contents.current.add(name)
        else:
            monitors = self._parse(name, text, file_format)
        if monitors is None:
            return
        contents.texts[name] = text
        for monitor_id, fields in monitors.items():
            contents.files.setdefault(monitor_id, []).append(name)
            # The first format counts. A file in another one that differs is rewritten, because its text differs.
            if file_format == self.source or monitor_id not in contents.monitors:
                contents.monitors[monitor_id] = fields

    def render(self, monitors: Monitors, skipped: Container[str] = ()) -> dict[str, str]:
        """Return the texts of all files by name, except those that are ``skipped``."""
        texts = {}
        for file_format in self.formats:
            if file_format in HEADERS or self.layout == SINGLE:
                stems: Iterable[tuple[str, Monitors]] = [(ALL_MONITORS, monitors)]
            else:
                stems = ((make_file_name(key), {key: fields}) for key, fields in monitors.items())
            for stem, content in stems:
                name = stem + ENDINGS[file_format]
                if name not in skipped:
                    texts[name] = RENDERERS[file_format](content)
        return texts

    def list_unchanged(self, contents: FolderContents, monitors: Monitors, expected: Monitors) -> set[str]:
        """Return the ``current`` files whose text is the same for ``monitors``."""
        if self.layout == SINGLE and monitors.keys() != expected.keys():
            return set()
        different = (key for key in contents.files if monitors.get(key) is not expected.get(key))
        return contents.current.difference(*(contents.files[key] for key in different))

    def check_conflicts(self, names: list[str], texts: Mapping[str, str]) -> None:
        """Raise FolderError if one of the files ``names`` exists but is not ours; ``texts`` holds ours by name."""
        for name in names:
            if name not in texts and os.path.lexists(self._join(name)):
                raise FolderError(f"{self._describe(name)} was not written by this collection: move it, or change path")

    def write(self, texts: Mapping[str, str]) -> None:
        """Replace each file atomically. Raises FolderError for the first that cannot be replaced."""
        try:
            create_folders(self.path)
        except OSError as error:
            raise FolderError(
                f"cannot create the folder {sanitize(self.path, MAX_PATH_LENGTH)}: {error.strerror}"
            ) from None
        for number, (name, text) in enumerate(self._track(texts.items(), "writing files")):
            try:
                atomic_write(self._join(name), text.encode(_get_encoding(name), "backslashreplace"), self.mode)
            except (OSError, ValueError) as error:
                count = f"; {number} of {len(texts)} files {agree(number, 'was', 'were')} written before"
                reason = describe_write_error(error, self._join(name)) + (count if number else "")
                raise FolderError(f"cannot write {self._describe(name)}: {reason}", number) from None

    def remove(self, names: list[str]) -> None:
        """Remove files; missing files are ignored. Raises FolderError for the first that cannot be removed."""
        for number, name in enumerate(self._track(names, "removing files")):
            try:
                os.unlink(self._join(name))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise FolderError(f"cannot remove {self._describe(name)}: {error.strerror}", number) from None

    def _list_names(self) -> list[str]:
        try:
            return sorted(os.listdir(self.path))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise FolderError(
                f"cannot read the folder {sanitize(self.path, MAX_PATH_LENGTH)}: {error.strerror}"
            ) from None

    def _read_text(self, name: str, required: bool) -> str | None:
        """Return the text of a file. Return None for a link, or another file that is not ours, if not ``required``."""
        try:
            return self._read_bytes(name).decode(_get_encoding(name))
        except (OSError, ValueError) as error:
            if required or isinstance(error, (PermissionError, TooLargeError)):
                reason = error.strerror if isinstance(error, OSError) else str(error)
                reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else reason
                raise FolderError(f"cannot read {self._describe(name)}: {reason}") from None
            return None

    def _read_bytes(self, name: str) -> bytes:
        """Return the bytes of a file. Raises OSError, and ValueError if it is not a regular file or too large."""
        descriptor = os.open(self._join(name), READ_FLAGS)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ValueError("it is not a regular file")
            limit = MAX_FILE_SIZE[SINGLE if os.path.splitext(name)[0] == ALL_MONITORS else PER_MONITOR]
            content = file.read(limit + 1)
        if len(content) > limit:
            raise TooLargeError(f"it is larger than {limit // 2**20} MiB; move it")
        return content

    def _parse(self, name: str, text: str, file_format: str) -> dict[str, dict[str, Any]] | None:
        """Return the monitors in a file, or None if this collection did not write it."""
        stem = os.path.splitext(name)[0]
        is_ours = stem == ALL_MONITORS or any(mark in text[:200] for mark in MARKS)
        try:
            monitors = parse_monitors(text, file_format)
        except UnreadableError as error:
            self._require(not is_ours, name, str(error))
            return None
        is_misnamed = self.layout == PER_MONITOR and [make_file_name(key) for key in monitors] != [stem]
        self._require(not is_misnamed, name, "does not contain the monitor that its name indicates")
        return monitors

    def _require(self, condition: bool, name: str, problem: str) -> None:
        if not condition:
            raise FolderError(f"{self._describe(name)} {problem}: restore it, for example with git, or move it")

    def _describe(self, name: str) -> str:
        return f"the file {sanitize(self._join(name), MAX_PATH_LENGTH)}"

    def _join(self, name: str) -> str:
        return os.path.join(self.path, name)


def _get_encoding(name: str) -> str:
    return next((ENCODINGS[known] for known in ENCODINGS if name.endswith(ENDINGS[known])), "utf-8")


def make_file_name(monitor_id: str) -> str:
    """Return the file name of a monitor, without ending: its id if that is safe, or a readable part and a hash.

    Two ids never have the same name, even if the file system ignores case.
    """
    if SAFE_ID.fullmatch(monitor_id) and not _is_reserved(monitor_id):
        return monitor_id
    readable = re.sub(r"[^a-z0-9]+", "-", monitor_id[:40].lower()).strip("-") or "monitor"
    return f"{readable}-{hashlib.sha256(monitor_id.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"


def _is_reserved(name: str) -> bool:
    return name == ALL_MONITORS or bool(DEVICE_NAME.fullmatch(name) or HASHED_NAME.fullmatch(name))
