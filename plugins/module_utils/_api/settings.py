# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The validated connection options: where the service is, and with which credentials it is called."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .._domain.service_defaults import API_URL, RETRIES, TIMEOUT
from .._domain.text import sanitize
from .errors import ConfigurationError

MAX_TIMEOUT = 86400
"""Seconds in a day: more than any request needs, and within the range of every clock and socket."""


class Secret:
    """A text that appears in no repr, error or serialized data; only reveal() returns it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __reduce__(self) -> str:
        raise TypeError("a secret cannot be serialized")


class Settings:
    """Validated connection options. ``timeout`` limits one request with all its retries, in seconds."""

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
        """Return settings for the connection options among ``options``.

        Raises ConfigurationError, whose message names the option, the variable and the environment variable.
        """
        timeout, retries = options.get("timeout", TIMEOUT), options.get("retries", RETRIES)
        if not 0 < timeout <= MAX_TIMEOUT:
            raise ConfigurationError(
                f"timeout must be above 0 and at most {MAX_TIMEOUT} seconds, not {sanitize(timeout, 40)}"
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


SETTINGS_OPTIONS = frozenset(
    {"api_url", "client_id", "client_secret", "validate_certs", "ca_path", "timeout", "retries"}
)


def split_options(options: Mapping[str, Any]) -> tuple[Settings, dict[str, Any]]:
    """Return the settings, and the options without those that settings hold, so that only the settings hold the secret.

    Raises ConfigurationError as Settings.from_options.
    """
    others = {name: value for name, value in options.items() if name not in SETTINGS_OPTIONS}
    return Settings.from_options(options), others


def _credential(options: Mapping[str, Any], name: str) -> str:
    value = options.get(name)
    if isinstance(value, Secret):
        value = value.reveal()
    if value is None or not str(value).strip():
        raise ConfigurationError(
            f"{name} is not set: give the option {name}, the variable kf_{name} "
            f"or the environment variable KF_{name.upper()}",
            code=f"{name}_missing",
        )
    text = str(value)
    if not text.isprintable():
        raise ConfigurationError(
            f"{name} contains a character that is not allowed in credentials, such as a line break"
        )
    return text


DISPLAYABLE = r"[^@?#]*"
"""A URL without a possible password or query."""


def validate_url(url: str) -> str:
    """Return ``url`` without trailing slashes. Raises ConfigurationError when credentials must not be sent there."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise ConfigurationError(f"api_url is not a URL such as {API_URL}") from None
    if "@" in parts.netloc:
        raise ConfigurationError("api_url must not contain a user name or a password: use client_id and client_secret")
    if parts.scheme not in ("https", "http") or not host or not url.strip().isprintable() or " " in url.strip():
        raise ConfigurationError(f"api_url {_display(url)} is not a URL such as {API_URL}")
    if parts.query or parts.fragment:
        raise ConfigurationError(
            f"api_url {_display(url)} must end with the host or a path: remove ? or # and what follows"
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(f"api_url {_display(url)} would send the secret unencrypted: use https")
    return SplitResult(parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "").geturl()


def _display(url: str) -> str:
    return sanitize(url) if re.fullmatch(DISPLAYABLE, url.strip()) else "(not displayed, it may contain a password)"


def is_loopback(host: str) -> bool:
    """Return whether ``host`` is this machine by its name or address, without a name server lookup."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
