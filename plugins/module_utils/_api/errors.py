# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between us and the service, split by who has to act."""

from __future__ import annotations


class KnowledgeFrontError(Exception):
    """A question that got no answer. Its text is one sentence: what was tried, what came back, what to do.

    ``code`` is stable and meant for programs; ``status`` is the HTTP status, if there was an answer;
    ``retry_after`` is the number of seconds that the service asked us to wait. No error holds a secret or a body.
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
    """An option is missing or cannot be right: whoever wrote the task has to act."""

    code = "configuration"


class NotFoundError(ConfigurationError):
    """The service knows no such monitor."""

    code = "not_found"


class CredentialsError(KnowledgeFrontError):
    """The service refuses the client or its token: whoever owns the API client has to act."""

    code = "credentials"


class AccessError(CredentialsError):
    """The service knows the client and does not let it do this."""

    code = "forbidden"


class ServiceError(KnowledgeFrontError):
    """The service answered that it cannot or will not: wait, or tell its support."""

    code = "service"


class PayloadError(ServiceError):
    """The service answered something that cannot be read as the documented body."""

    code = "payload"


class NetworkError(KnowledgeFrontError):
    """There was no whole answer: name resolution, connection, TLS, proxy or time."""

    code = "network"
