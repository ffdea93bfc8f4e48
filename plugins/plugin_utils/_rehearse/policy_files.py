# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies: files of variables of the role deploy_gate, validated by the code that the role uses."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.selection import PatternError, Selection
from ...module_utils._domain.text import join_names, sanitize
from .._deploy_gate.variables import OPTIONS, PREFIX, RESULT, VariablesError, refuse_unknown_names
from .._gate.policy import AFTER, BEFORE, DURING, Policy
from .._gate_action.arguments import GATE, read_policy
from .._gate_action.evaluation import SELECTION_OPTIONS
from .._system.files import MAX_PATH_LENGTH
from .._variable_names import name_variables
from .argument_validation import validate_arguments
from .yaml_files import find_template, read_mapping

CODE = "policy_file"

CONNECTION_PREFIX = "kf_"

OF_ONE_RUN = ("baseline", "deploy_started", "since")
"""Options that describe one deployment, which a rehearsal sets itself."""

WITHOUT_EFFECT = ("reports", "journal", "journal_days")
"""Options that do not change what a gate decides."""

OVERRULED = {
    "enforce": "enforce is set to false: the rehearsal counts what the gate would stop if it were enforced",
    "override": "the override is ignored: the rehearsal counts what the gate would stop without it",
}
"""Options that let a gate proceed despite its verdict, with the note about them."""

SOME_TIME = 1.8e9
"""Epoch seconds at which the options are validated, after the start of any history."""


OPTION_VARIABLES = {name.removeprefix(PREFIX): name for name in OPTIONS}
"""The variable of each option of the gate that a policy can set."""


class RehearsedPolicy(NamedTuple):
    """A policy under test. ``given`` has the options that its file sets, ``options`` all of them but the phase."""

    name: str
    given: Mapping[str, Any]
    options: Mapping[str, Any]
    notes: Sequence[str] = ()

    def of_phase(self, phase: str, **more: Any) -> dict[str, Any]:
        """Return the complete options of a gate in ``phase``."""
        return {**self.options, "phase": phase, **more}

    def parse(self, phase: str) -> Policy:
        return read_policy(self.of_phase(phase), SOME_TIME)[0]

    def longest_wait(self) -> float:
        """Return the most seconds that the gates of one deployment wait."""
        return sum(_longest(self.parse(phase)) for phase in (BEFORE, DURING, AFTER))

    def change(self, option: str, value: Any) -> RehearsedPolicy:
        """Return this policy with another value of one option."""
        return self._replace(options={**self.options, option: value})


def _longest(policy: Policy) -> float:
    return policy.timeout if policy.timeout is not None else policy.timeout_max


def read_policies(paths: Sequence[str]) -> list[RehearsedPolicy]:
    """Return the policies in the files at ``paths``, named after their files.

    Raises ConfigurationError, with a sentence that names the file and the variable, if one of them cannot be used.
    """
    names = _name_files(paths)
    return [_read_policy(path, name) for path, name in zip(paths, names, strict=True)]


def _name_files(paths: Sequence[str]) -> list[str]:
    """Return the shortest of the names of the files that differ: without extension and folder, or the whole path."""
    shorten: tuple[Callable[[str], str], ...] = (
        lambda path: os.path.splitext(os.path.basename(path))[0],
        os.path.basename,
        str,
    )
    for name_of in shorten:
        names = [sanitize(name_of(path), MAX_PATH_LENGTH) for path in paths]
        if len(set(names)) == len(names):
            return names
    repeated = sorted({sanitize(path, 200) for path in paths if list(paths).count(path) > 1})
    raise ConfigurationError(f"policies: {join_names(repeated)} is listed twice; remove one of the two", code=CODE)


def _read_policy(path: str, name: str) -> RehearsedPolicy:
    variables = read_mapping(path, "the policy", CODE, CONNECTION_PREFIX)
    try:
        given = _select_options(variables)
        options = complete_options(given)
        notes = [note for option, note in OVERRULED.items() if _is_overruled(option, options)]
        options.update(enforce=True, override=None)
        policy = RehearsedPolicy(name, given, options, notes)
        for phase in (BEFORE, DURING, AFTER):
            policy.parse(phase)
        Selection(*(options[option] for option in SELECTION_OPTIONS))
        return policy
    except PatternError as error:
        raise _refusal(path, f"{PREFIX}include or {PREFIX}exclude: {error}") from None
    except (VariablesError, ValueError) as error:
        raise _refusal(path, str(error)) from None


def _refusal(path: str, cause: str) -> ConfigurationError:
    name = sanitize(path, MAX_PATH_LENGTH)
    cause = name_variables(cause, OPTION_VARIABLES)
    return ConfigurationError(f"the policy {name} cannot be used: {sanitize(cause, 600)}", code=CODE)


def _is_overruled(option: str, options: Mapping[str, Any]) -> bool:
    return options[option] is False if option == "enforce" else bool(options[option])


def _select_options(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the gate in a file of variables, without the prefix of the role."""
    foreign = [name for name in variables if not name.startswith((PREFIX, CONNECTION_PREFIX))]
    if foreign:
        raise VariablesError(
            f"it sets {join_names(foreign)}; a policy may only set variables with the prefix {PREFIX} or "
            f"{CONNECTION_PREFIX}"
        )
    variables = {name: value for name, value in variables.items() if name.startswith(PREFIX)}
    refuse_unknown_names({"": variables})
    for name, value in variables.items():
        if name == RESULT or name.removeprefix(PREFIX) in OF_ONE_RUN or name not in OPTIONS:
            raise VariablesError(f"{name} belongs to a single run; remove it from the policy")
        if find_template(value):
            raise VariablesError(
                f"{name} contains a template, which a rehearsal does not evaluate; replace it by its value"
            )
    return {
        name.removeprefix(PREFIX): value
        for name, value in variables.items()
        if name.removeprefix(PREFIX) not in WITHOUT_EFFECT and value is not None
    }


def complete_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return validated options with the defaults of the gate, without those of the connection.

    Raises ValueError with the first error.
    """
    problems = validate_arguments(OPTIONS, {PREFIX + name: value for name, value in given.items()})
    if problems.error_messages:
        raise VariablesError(sanitize(problems.error_messages[0], 400))
    spec = {name: known for name, known in GATE.items() if name not in CONNECTION_NAMES}
    validated = validate_arguments(spec, given)
    if validated.error_messages:
        raise VariablesError(sanitize(validated.error_messages[0], 400))
    return dict(validated.validated_parameters)


CONNECTION_NAMES = frozenset(GATE) - {name.removeprefix(PREFIX) for name in OPTIONS} - {"phase", "verbose_result"}
