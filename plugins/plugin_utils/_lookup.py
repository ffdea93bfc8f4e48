# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a question is asked by a lookup, which every task of every host loads anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ._bytecode import LOOKUP, load


class MonitorLookup(LookupBase):
    """Returns the monitors that ``question`` is answered with; terms are patterns to include."""

    question: ClassVar[str]

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **given: Any) -> list[Any]:
        """Raises AnsibleOptionsError for a mistake in the options, AnsibleLookupError without a whole answer."""
        try:
            load(LOOKUP)
            from ._looked_up import looked_up

            return looked_up(self.question, self._flatten(terms), given, variables or {}, self._templar)
        except AnsibleError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, the task must fail with a sentence
            from ..module_utils._api.unexpected import describe_crash, raise_interruption

            raise_interruption(error)
            raise AnsibleLookupError(describe_crash("the lookup", error)) from None
