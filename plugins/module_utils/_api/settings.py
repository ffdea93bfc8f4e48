# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to reach the service and as whom."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .._domain.service_defaults import API_URL, RETRIES, TIMEOUT
from .._domain.text import sanitize
from .errors import ConfigurationError

LONGEST_TIMEOUT = 86400
"""Seconds in a day: far more than any question needs, and what every clock and socket can count."""


class Secret:
    """A text that shows itself only to who asks for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


class Settings:
    """The connection options, checked. ``timeout`` is in seconds and bounds one question with all its retries."""

    def __init__(
        self,
        api_url: str,
        client_id: str,
        client_secret: Secret,
        validate_certs: bool = True,
        ca_path: str | None = None,
        timeout: float = TIMEOUT,
        retries: int = RETRIES,
    ) -> None:
        self.api_url = api_url
        self.client_id = client_id
        self.client_secret = client_secret
        self.validate_certs = validate_certs
        self.ca_path = ca_path
        self.timeout = timeout
        self.retries = retries

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Settings:
        """Return settings for ``options`` as any plugin holds them.

        Raises ConfigurationError with the option, the variable and the environment variable that would mend it.
        """
        timeout, retries = options.get("timeout", TIMEOUT), options.get("retries", RETRIES)
        if not 0 < timeout <= LONGEST_TIMEOUT:
            raise ConfigurationError(
                f"timeout must be above 0 and at most {LONGEST_TIMEOUT} seconds, not {sanitize(timeout, 40)}"
            )
        if retries < 0:
            raise ConfigurationError(f"retries must be 0 or more, not {retries}")
        return cls(
            api_url=validate_url(str(options.get("api_url") or API_URL)),
            client_id=_credential(options, "client_id"),
            client_secret=Secret(_credential(options, "client_secret")),
            validate_certs=bool(options.get("validate_certs", True)),
            ca_path=options.get("ca_path") or None,
            timeout=timeout,
            retries=retries,
        )

    @property
    def loopback(self) -> bool:
        return is_loopback(urlsplit(self.api_url).hostname or "")


def _credential(options: Mapping[str, Any], name: str) -> str:
    value = options.get(name)
    if value is None or not str(value).strip():
        raise ConfigurationError(
            f"{name} is not set: give the option {name}, the variable kf_{name} "
            f"or the environment variable KF_{name.upper()}",
            code=f"{name}_missing",
        )
    text = str(value)
    if not text.isprintable():
        raise ConfigurationError(f"{name} holds a character that no credential can have, such as a line break")
    return text


SHOWABLE = r"[^@?#]*"
"""A URL without what could be a password or a query."""


def validate_url(url: str) -> str:
    """Return ``url`` without a slash at its end. Raises ConfigurationError when credentials must not be sent there."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise ConfigurationError(f"api_url is not a URL such as {API_URL}") from None
    if "@" in parts.netloc:
        raise ConfigurationError("api_url must not hold a user name or a password: use client_id and client_secret")
    if parts.scheme not in ("https", "http") or not host or not url.strip().isprintable() or " " in url.strip():
        raise ConfigurationError(f"api_url {_shown(url)} is not a URL such as {API_URL}")
    if parts.query or parts.fragment:
        raise ConfigurationError(f"api_url {_shown(url)} must end with the host or a path: remove what follows ? or #")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(f"api_url {_shown(url)} would send the secret unencrypted: use https")
    return SplitResult(parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "").geturl()


def _shown(url: str) -> str:
    return sanitize(url) if re.fullmatch(SHOWABLE, url.strip()) else "(not shown, it may hold a password)"


def is_loopback(host: str) -> bool:
    """Whether ``host`` can only be this machine: by name or address, without asking a name server."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
