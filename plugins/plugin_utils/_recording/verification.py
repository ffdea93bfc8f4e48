# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the file at the path of a journal has the polls that were appended to it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from ...module_utils._domain.text import quantity
from .._journal.database import LOCKED, REPLACED
from .._journal.observation import JournalError, Receipt
from .._journal.private_file import sanitize_path
from .._journal.reader import JournalReader

ADVICE = "look for the earlier file, and move or replace journals only while nothing writes them"


class Loss(NamedTuple):
    """Polls that were appended and are not at the path any more, and the error that says so."""

    polls: int
    error: JournalError


def find_loss(path: str, account: str, receipts: Sequence[Receipt]) -> Loss | None:
    """Return which polls the journal of ``account`` at ``path`` lacks, None if it has all of ``receipts``.

    Raises JournalError if another process locks the file for so long that it cannot be read.
    """
    if not receipts:
        return None
    name, polls = sanitize_path(path), quantity(len(receipts), "recorded poll")
    if not os.path.lexists(path):
        sentence = f"the journal {name} was deleted or moved away during the recording, with {polls}: {ADVICE}"
        return Loss(len(receipts), JournalError(sentence, REPLACED))
    try:
        with JournalReader.open(path, account) as reader:
            missing = len(receipts) - reader.count_present(receipts)
    except JournalError as error:
        if error.code == LOCKED:
            raise
        return Loss(len(receipts), JournalError(f"{polls} cannot be read any more: {error}", REPLACED))
    sentence = f"the journal {name} was moved, replaced or cut during the recording, and lacks {missing:,} of {polls}"
    return Loss(missing, JournalError(f"{sentence}: {ADVICE}", REPLACED)) if missing else None
