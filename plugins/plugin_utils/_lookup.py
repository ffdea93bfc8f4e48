# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a question is asked by a lookup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ansible.errors import AnsibleLookupError, AnsibleOptionsError
from ansible.module_utils.common.validation import check_type_list
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._ansible.answers import answer
from ..module_utils._api.errors import KnowledgeFrontError
from ._options import checked_options
from ._sharing import shared

if TYPE_CHECKING:
    from ..module_utils._ansible.answers import Question
    from ..module_utils._ansible.arguments import Spec


class MonitorLookup(LookupBase):
    """Returns the monitors that ``question`` is answered with; terms are patterns to include."""

    question: ClassVar[Question]
    spec: ClassVar[Spec]

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **given: Any) -> list[Any]:
        """Raises AnsibleOptionsError for a mistake in the options, AnsibleLookupError without a whole answer."""
        given.pop("wantlist", None)  # Until 2.18, with_<lookup> says so to the plugin itself.
        try:
            included = [*self._flatten(terms), *check_type_list(given.pop("include", []) or [])]
        except TypeError:
            raise AnsibleOptionsError("include is no list of patterns") from None
        options = checked_options({**given, "include": included}, variables or {}, self._templar, self.spec)
        try:
            answered = answer(type(self).question, options, shared(options, Display().warning))
        except KnowledgeFrontError as error:
            raise AnsibleLookupError(str(error)) from None
        for warning in answered.warnings:
            Display().warning(warning)
        monitors: list[Any] = answered.result["monitors"]
        return monitors
