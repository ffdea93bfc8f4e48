# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of error sentences, made from the code. Run as a program, it writes the page anew."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

from error_sentences import Sentence, sentences_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "docsite" / "rst" / "errors.rst"
BEGIN = ".. What follows is written by tests/docsite/errors_page.py. Change the code, and run it.\n"
WIDTH = 118
MARKUP = re.compile(r"([\\*`|]|_(?!\w))")
BEFORE, AFTER = re.compile(r"[^\s(\[{/:-]$"), re.compile(r"^[^\s)\]}.,:;!?/-]")
"""Characters between which and markup reStructuredText wants a separator that is not shown."""

PLACEHOLDER = re.compile(r"(<[^<>]*>)")


class Group(NamedTuple):
    """Sentences that belong to what a person was doing, and the files that they come from."""

    title: str
    about: str
    files: Sequence[str]


GROUPS = (
    Group(
        "Reaching the service",
        "Any plugin can say these. The doctor tells which part of the way is broken.",
        (
            *("*/_api/settings.py", "*/_api/client.py", "*/_api/transport.py", "*/_api/token.py", "*/_api/threads.py"),
            *("*/_api/answer_body.py", "*/_api/unexpected.py"),
        ),
    ),
    Group(
        "Reading an answer",
        "The service, or something in its place, answered what no plugin takes for an answer.",
        ("*/_api/payloads.py", "*/_api/schema.py", "*/_api/strict_json.py", "*/_domain/timestamps.py"),
    ),
    Group(
        "Giving options and choosing monitors",
        "Something in the task, in a variable or in the environment cannot be right.",
        (
            *(
                "*/_options.py",
                "*/_domain/selection.py",
                "*/_domain/bounded_regex.py",
                "*/_ansible/selection.py",
                "*/_ansible/answers.py",
            ),
            *("*/_lookup_request.py", "*/_actions/info.py", "*/_gate/scope.py"),
        ),
    ),
    Group(
        "Asking the gate",
        "About the gate as a whole. Reasons about the gate itself have these sentences and codes.",
        (
            *("*/_deploy_gate/*", "*/action/kf_deploy_gate*.py", "*/action/kf_gate.py", "*/_gate_action/*"),
            *("*/_gate/policy.py", "*/_gate/baseline.py", "*/_gate/exceptions.py", "*/_gate/loop.py"),
            *(
                "*/_gate/explanations.py",
                "*/_gate/proof.py",
                "*/_gate/verdict.py",
                "*/_gate/reports/document.py",
                "*/_system/signals.py",
            ),
        ),
    ),
    Group(
        "What the gate says of a monitor",
        "Each is followed by what would unblock the deployment.",
        ("*/_gate/states.py", "*/_domain/changes.py"),
    ),
    Group(
        "Testing in a condition",
        "The tests ``alerting``, ``failing`` and ``stale`` answer only where the answer is known.",
        ("*/_monitor_tests.py",),
    ),
    Group(
        "Running a module on the target",
        "With ``run_on: target``, the secret has to get there without anybody else seeing it.",
        ("*/_actions/secret_file.py", "*/_ansible/secret_file.py"),
    ),
    Group("Having monitors as hosts", "The inventory ``kf_monitors`` says these.", ("*/inventory/*", "*/_inventory/*")),
    Group(
        "Keeping configurations in files",
        "The module ``kf_monitor_files`` and the role ``monitor_inventory`` say these.",
        ("*/action/kf_monitor_files.py", "*/_snapshot/*"),
    ),
    Group(
        "Adopting an account",
        "``kf_adopt`` and the playbook ``adopt`` say these. The policy file is as it was then.",
        ("*/action/kf_adopt.py", "*/_adopt/*"),
    ),
    Group("Waiting for events", "The event source says these.", ("*/_event*", "extensions/eda/*")),
    Group(
        "Sharing tokens and answers",
        "Nothing fails for want of a shared token or answer. It costs more questions.",
        ("*/_cache/*",),
    ),
    Group(
        "Writing reports",
        "Any file that a plugin was to write.",
        ("*/_system/report_files.py", "*/_system/files.py", "*/_gate/reports/formats.py", "*/_gate/reports/html*"),
    ),
    Group(
        "Running the doctor",
        "The rows of its table. What to do about each code is on the page "
        ":ref:`Doctor <ansible_collections.knowledgefront.monitoring.docsite.doctor>`.",
        ("*/_doctor/*",),
    ),
)

NO_ERRORS = (
    "plugins/doc_fragments/*",
    "plugins/plugin_utils/_bytecode.py",
    "plugins/plugin_utils/_doctor/results.py",
    "plugins/plugin_utils/_gate/reports/grouping.py",
    "plugins/plugin_utils/_gate/reports/unblock.py",
    "plugins/plugin_utils/_gate/reports/[tw]*.py",
    "plugins/plugin_utils/_gate/reports/markdown_report.py",
    "plugins/plugin_utils/_snapshot/views.py",
)
"""Files whose texts are documentation, or told in reports and on the doctor's own page."""

NOT_TOLD = (
    *("Unverified HTTPS request", "Proxy-Authorization: Basic ", "# Written by ", r"\{\{.*\}\}"),
    *("{monitors} monitors, ", "<monitors> monitors are configured", "the service told its version"),
    *("Tunnel connection failed", "the default CA certificates", "true or false", "## ", "| "),
)
"""What texts begin with that nobody is told."""


def sentences() -> dict[str, list[Sentence]]:
    """Return the sentences of every file that can tell an error, by its path in the checkout."""
    found = {}
    for path in sorted([*(ROOT / "plugins").rglob("*.py"), *(ROOT / "extensions").rglob("*.py")]):
        name = path.relative_to(ROOT).as_posix()
        if not _is_in(name, NO_ERRORS):
            told = [sentence for sentence in sentences_of(path) if not sentence.text.startswith(NOT_TOLD)]
            if told:
                found[name] = told
    return found


def _is_in(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def group_of(name: str) -> Group | None:
    """Return the first group that a file belongs to."""
    return next((group for group in GROUPS if _is_in(name, group.files)), None)


def _escaped(text: str) -> str:
    """Return a sentence as reStructuredText, with its placeholders in italics."""
    shown = ""
    for part in filter(None, PLACEHOLDER.split(text)):
        told = f"*{part}*" if PLACEHOLDER.fullmatch(part) else MARKUP.sub(r"\\\1", part)
        joined = told[0] == "*" and BEFORE.search(shown), shown.endswith(">*") and AFTER.search(told)
        shown += ("\\ " if any(joined) else "") + told
    return shown


def _entry(sentence: Sentence) -> str:
    told = _escaped(sentence.text) + (f" -- ``{sentence.code}``" if sentence.code else "")
    return textwrap.fill(f"* {told}", WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)


def _parts() -> Iterator[str]:
    by_group: dict[str, list[Sentence]] = {group.title: [] for group in GROUPS}
    for name, found in sentences().items():
        group = group_of(name)
        if group is None:
            raise LookupError(f"{name} tells something and is in no group of errors_page.py: add it to one")
        by_group[group.title] += found
    for group in GROUPS:
        if by_group[group.title]:
            yield f"{group.title}\n{'-' * len(group.title)}"
            yield textwrap.fill(group.about, WIDTH)
            yield "\n".join(map(_entry, dict.fromkeys(by_group[group.title])))


def generated() -> str:
    """Return the part of the page that is made from the code."""
    return BEGIN + "\n" + "\n\n".join(_parts()) + "\n"


def main() -> int:
    written_by_hand = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    PAGE.write_text(written_by_hand + generated(), encoding="utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
