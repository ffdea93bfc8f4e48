# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name variables instead of options in error messages: those of a playbook, of the role, or of a policy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

PLAYBOOK_PREFIX = "playbook_prefix"
"""The variable with which a playbook of the collection tells its tasks the prefix of its variables."""

LEAD = r"^|; |, or |, but |\b(?:set|lower|raise|omit|narrow|remove|between|exclusive:) |\bsets? both "
"""What precedes an option in a sentence of the collection. Elsewhere, a word may be part of a name or a label."""


def name_variables(sentence: str, variables: Mapping[str, str]) -> str:
    """Return ``sentence`` with the variable in place of each option where its grammar shows that an option is meant.

    ``variables`` has the variable of each option.
    """
    if not variables:
        return sentence
    option = "|".join(map(re.escape, sorted(variables, key=len, reverse=True)))
    listed = rf"(?:{option})(?:(?:, | and | or |\|)(?:{option}))*(?![\w*./-])"
    return re.sub(
        rf"({LEAD})({listed})",
        lambda found: found[1] + re.sub(rf"\b(?:{option})\b", lambda name: variables[name[0]], found[2]),
        sentence,
    )


def find_playbook_variables(task_vars: Mapping[str, Any], prefix: str, options: Iterable[str]) -> dict[str, str]:
    """Return the variable of each of ``options`` if the playbook with this ``prefix`` runs the task, else nothing."""
    if task_vars.get(PLAYBOOK_PREFIX) != prefix:
        return {}
    return {option: prefix + option for option in options}
