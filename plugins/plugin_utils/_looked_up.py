# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lookup finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleLookupError, AnsibleOptionsError
from ansible.module_utils.common.validation import check_type_list
from ansible.utils.display import Display

from ..module_utils._ansible.answers import answer, monitors, statuses
from ..module_utils._ansible.arguments import MONITOR_LOOKUP, STATUS_LOOKUP
from ..module_utils._api.errors import KnowledgeFrontError
from ._bytecode import SELECTION, load
from ._cache.resilient import shared
from ._options import validate_options

if TYPE_CHECKING:
    from ansible.template import Templar

    from ..module_utils._ansible.answers import Question
    from ..module_utils._ansible.arguments import Spec

QUESTIONS: dict[str, tuple[Question, Spec]] = {
    "statuses": (statuses, STATUS_LOOKUP),
    "monitors": (monitors, MONITOR_LOOKUP),
}


def looked_up(
    question: str, terms: Sequence[Any], given: Mapping[str, Any], variables: Mapping[str, Any], templar: Templar
) -> list[Any]:
    """Return the monitors. Raises AnsibleOptionsError or AnsibleLookupError."""
    asked, spec = QUESTIONS[question]
    others = dict(given)
    others.pop("wantlist", None)  # Until 2.18, with_<lookup> says so to the plugin itself.
    try:
        included = [*terms, *check_type_list(others.pop("include", []) or [])]
    except TypeError:
        raise AnsibleOptionsError("include is no list of patterns") from None
    if included or given.keys() & {"exclude", "types"}:
        load(SELECTION)
    options = validate_options({**others, "include": included}, variables, templar, spec)
    try:
        answered = answer(asked, options, shared(options, Display().warning))
    except KnowledgeFrontError as error:
        raise AnsibleLookupError(str(error)) from None
    for warning in answered.warnings:
        Display().warning(warning)
    found: list[Any] = answered.result["monitors"]
    return found
