# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``read_report.py SCHEMA REPORT`` validates a doctor's report and prints its failures and warnings as JSON.

Without jsonschema, as on old releases, it checks required keys and enumerations only.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def check_keys(document: dict[str, Any], schema: dict[str, Any]) -> None:
    assert set(document) >= set(schema["required"]), sorted(document)
    row = schema["$defs"]["row"]
    for one in document["rows"]:
        assert set(one) >= set(row["required"]), one
        assert one["check"] in row["properties"]["check"]["enum"], one
        assert one["outcome"] in row["properties"]["outcome"]["enum"], one


def main() -> None:
    schema, document = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:3])
    check_keys(document, schema)
    try:
        import jsonschema
    except ImportError:
        pass
    else:
        jsonschema.Draft202012Validator(schema).validate(document)
    summary: dict[str, Any] = {"rows": len(document["rows"])}
    for outcome in ("failed", "warning"):
        bad = [f"{row['check']}.{row['code']}" for row in document["rows"] if row["outcome"] == outcome]
        summary[outcome] = list(dict.fromkeys(bad))
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
