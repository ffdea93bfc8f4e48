# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of requests to the service, by who has to act, and the conversion of unexpected exceptions into them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class KnowledgeFrontError(Exception):
    """A request that failed. Its text is one sentence: what was attempted, what came back, what to do.

    ``code`` is stable and meant for programs; ``status`` is the HTTP status, if there was a response;
    ``retry_after`` is the number of seconds that the service asks to wait. No error holds a secret or a body.
    """

    code = "error"

    def __init__(
        self, message: str, *, code: str | None = None, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.code = code or self.code
        self.status = status
        self.retry_after = retry_after


class ConfigurationError(KnowledgeFrontError):
    """An option is missing or invalid: the author of the task has to act."""

    code = "configuration"


class NotFoundError(ConfigurationError):
    """The service has no such monitor."""

    code = "not_found"


class CredentialsError(KnowledgeFrontError):
    """The service rejects the client or its token: the owner of the API client has to act."""

    code = "credentials"


class AccessError(CredentialsError):
    """The service knows the client and denies it access."""

    code = "forbidden"


class ServiceError(KnowledgeFrontError):
    """The service cannot or will not respond as documented: wait, or contact its support."""

    code = "service"


class PayloadError(ServiceError):
    """The response cannot be read as the documented body."""

    code = "payload"


class NetworkError(KnowledgeFrontError):
    """There was no complete response: name resolution, connection, TLS, proxy or timeout."""

    code = "network"


class UnexpectedError(KnowledgeFrontError):
    """Stands for an exception that no code expects. Its text names the class only: the rest could hold a secret."""

    code = "unexpected"


CORRECTABLE = frozenset({"certificate", "tls"})
"""Codes of network errors that waiting does not resolve: a person has to correct an option."""


def needs_correction(error: KnowledgeFrontError) -> bool:
    """Return whether waiting does not help: a person has to correct credentials, permissions or options."""
    return isinstance(error, (ConfigurationError, CredentialsError)) or error.code in CORRECTABLE


def is_interruption(error: BaseException) -> bool:
    """Return whether ``error`` ends the task on purpose: Ctrl-C, the end of a generator, or Ansible's task timeout.

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

    Raises ``expected`` exceptions and interruptions unchanged, and UnexpectedError for any other.
    """
    try:
        return work()
    except expected:
        raise
    except BaseException as error:  # noqa: BLE001 - every failure must become a message
        raise_interruption(error)
        raise UnexpectedError(describe_crash(activity, error)) from None


def describe_crash(activity: str, error: BaseException) -> str:
    """Return the message for ``error``, which ended ``activity``; it leaves the text of ``error`` out."""
    return (
        f"{activity} crashed ({type(error).__name__}): check the Python libraries, the memory and the disk of the "
        "machine that it ran on"
    )
