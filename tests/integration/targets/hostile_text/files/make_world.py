# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``make_world.py FILE``: write a world in which every text is one of texts.yml."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

TEXTS = Path(__file__).with_name("texts.yml")


def monitor(number: int, text: str) -> dict[str, object]:
    config = {
        "number": f"{number:03}",
        "text": text,
        "list": [text, [text], {"deep": text}],
        "numbers": {text: 1},
        text: text,
    }
    fields = dict.fromkeys(("id", "label", "description", "type", "error"), text)
    return {**fields, "config": config, "timer": 1, "failing_for": 60}


if __name__ == "__main__":
    texts = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))["texts"]
    Path(sys.argv[1]).write_text(
        json.dumps({"monitors": [monitor(*numbered) for numbered in enumerate(texts)]}), encoding="utf-8"
    )
