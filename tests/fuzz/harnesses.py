# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is fuzzed: which function is given the bytes, and how they are changed beside the fuzzer's own ways."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .ask_client import client_answers_or_says_why
from .decide_gate import gate_passes_on_proof_only
from .mutated_json import mutated
from .mutated_story import mutated_story
from .read_payloads import payloads_are_read_or_refused
from .read_texts import texts_are_understood_or_refused

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Harness:
    """``check`` raises for a finding. Inputs grow to ``longest`` bytes; ``mutate`` knows what they mean."""

    check: Callable[[bytes], None]
    longest: int
    mutate: Callable[[bytes, random.Random], bytes] | None = None


HARNESSES = {
    "payloads": Harness(payloads_are_read_or_refused, 8192, mutated),
    "texts": Harness(texts_are_understood_or_refused, 512),
    "client": Harness(client_answers_or_says_why, 8192, mutated_story),
    "gate": Harness(gate_passes_on_proof_only, 16384, mutated_story),
}
"""By name, which is also that of a folder of the corpus."""
