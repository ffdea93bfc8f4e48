# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one harness under atheris; started by run_fuzz.py. Arguments: the name, then options of libFuzzer."""

from __future__ import annotations

import importlib
import random
import sys

import atheris

COLLECTION = "ansible_collections.knowledgefront.monitoring"

DEFAULT_MUTATIONS = 0.15
"""Share of byte-level mutations for a harness with a mutator of its own."""


def main() -> None:
    name, options = sys.argv[1], sys.argv[2:]
    with atheris.instrument_imports(include=[f"{COLLECTION}.plugins"]):
        harness = importlib.import_module(f"{COLLECTION}.tests.fuzz.harnesses").HARNESSES[name]

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < DEFAULT_MUTATIONS:
            return bytes(atheris.Mutate(data, max_size))
        changed = harness.mutate(bytes(data), chance)
        return changed if len(changed) <= max_size else bytes(data)

    arguments = [sys.argv[0], f"-max_len={harness.max_length}", *options]
    atheris.Setup(arguments, harness.check, **({"custom_mutator": mutate} if harness.mutate else {}))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
