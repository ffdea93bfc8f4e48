# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates options by their specification. Ansible's validator crashes if an integer is infinite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult

from ...module_utils._domain.text import sanitize

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec


def validate_arguments(
    spec: Spec, given: Mapping[str, Any], exclusive: Sequence[Sequence[str]] = ()
) -> ValidationResult:
    """Return the result of the validator. Raises ValueError that names the option with an infinite number."""
    try:
        return ArgumentSpecValidator(spec, mutually_exclusive=exclusive).validate(dict(given))
    except OverflowError:
        names = [sanitize(name, 80) for name, value in given.items() if _overflows(spec, name, value)]
        raise ValueError(f"{names[0]} must be a finite number; replace the infinite one") from None


def _overflows(spec: Spec, name: str, value: Any) -> bool:
    try:
        ArgumentSpecValidator(spec).validate({name: value})
    except OverflowError:
        return True
    return False
