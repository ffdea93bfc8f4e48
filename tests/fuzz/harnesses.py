# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fuzz targets: the function that checks an input, and the mutator for its format."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .client_harness import check_client
from .gate_harness import check_gate
from .json_mutator import mutate_json
from .payloads_harness import check_payloads
from .story_mutator import mutate_story
from .texts_harness import check_texts

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Harness:
    """``check`` raises for a finding. Inputs have up to ``max_length`` bytes; ``mutate`` keeps their format."""

    check: Callable[[bytes], None]
    max_length: int
    mutate: Callable[[bytes, random.Random], bytes] | None = None


HARNESSES = {
    "payloads": Harness(check_payloads, 8192, mutate_json),
    "texts": Harness(check_texts, 512),
    "client": Harness(check_client, 8192, mutate_story),
    "gate": Harness(check_gate, 16384, mutate_story),
}
"""By name, which is also the name of a folder of the corpus."""
