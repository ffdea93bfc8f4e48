# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions that no code expects: a broken library, clock, lock or disk, a lack of memory, or a mistake of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .errors import KnowledgeFrontError

T = TypeVar("T")


class UnexpectedError(KnowledgeFrontError):
    """Stands for an exception that no code expects. Its text names the class only: the rest could hold a secret."""

    code = "unexpected"


def is_interruption(error: BaseException) -> bool:
    """Whether ``error`` ends the task on purpose: Ctrl-C, the end of a generator, or Ansible's task timeout.

    Everything else is a failure. Libraries written in Rust, for example, raise a BaseException when they panic.
    """
    if isinstance(error, (KeyboardInterrupt, GeneratorExit)):
        return True
    return not isinstance(error, (Exception, SystemExit)) and type(error).__module__.partition(".")[0] == "ansible"


def raise_interruption(error: BaseException) -> None:
    """Raise ``error`` again if it ends the task on purpose."""
    if is_interruption(error):
        raise error


def convert_unexpected(work: Callable[[], T], expected: tuple[type[BaseException], ...], activity: str) -> T:
    """Return what ``work`` returns.

    Raises ``expected`` exceptions and interruptions as they are, and UnexpectedError for any other.
    """
    try:
        return work()
    except expected:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, the task must fail with a sentence
        raise_interruption(error)
        raise UnexpectedError(describe_crash(activity, error)) from None


def describe_crash(activity: str, error: BaseException) -> str:
    """Return a sentence that says that ``activity`` crashed by ``error``, without its text."""
    return (
        f"{activity} crashed ({type(error).__name__}): check the Python libraries, the memory and the disk of the "
        "machine that it ran on"
    )
