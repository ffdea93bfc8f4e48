# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the options: where they come from, typical mistakes in credentials, and settings that no plugin reads.

No value of a credential appears in a result.
"""

from __future__ import annotations

import configparser
import difflib
import os
import re
import stat
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ...module_utils._ansible.arguments import CONNECTION
from ...module_utils._api.errors import ConfigurationError
from ...module_utils._api.settings import Settings, is_loopback, validate_url
from ...module_utils._domain.text import join_names, sanitize
from .context import CheckContext, Environment
from .results import FAILED, CheckResult, failed, ok, warning

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

DOCTOR: Spec = {**CONNECTION, "report": {"type": "path"}}
"""The argument specification of kf_doctor."""

SECTION, FILE_NAME = "knowledgefront", "ansible.cfg"
KEYS = (
    *("api_url", "client_id", "validate_certs", "ca_path", "timeout", "retries"),
    *("token_cache", "max_age", "cache_dir"),
)
"""The keys of SECTION that plugins read."""

QUOTES = "\"'`\u2018\u2019\u201c\u201d"
PLACEHOLDER = re.compile(r"\{\{.*\}\}|\$\{.*\}|\$\(.*\)|[$%][A-Z_]+%?|<.*>|your[-_ ].*|change-?me", re.IGNORECASE)
CREDENTIALS = ("client_id", "client_secret")
SIMILARITY = 0.72
"""The similarity, from 0 to 1, from which an unknown variable counts as a misspelling of one of ours."""


def check_options(context: CheckContext) -> list[CheckResult]:
    """Check the options, and set ``settings`` if they are valid."""
    results = [
        *_check_url(context),
        *_check_credentials(context),
        *_list_others(context),
        *_find_misspellings(context),
        *_check_files(context.environment),
    ]
    if context.options is None:
        return [*results, failed("option_wrong", context.mistake)]
    try:
        context.settings = Settings.from_options(context.options)
    except ConfigurationError as error:
        # A failure above already explains it.
        if not any(result.outcome == FAILED for result in results):
            results.append(failed("option_wrong", str(error)))
    return results


def describe_origin(context: CheckContext, name: str) -> str:
    """Return the source of an option in words."""
    origin = str(context.sources[name].origin or "default")
    kind, _colon, what = origin.partition(": ")
    words = {"Direct": "the task", "default": "the default", "var": f"the variable {what}"}
    words["env"] = f"the environment variable {what}"
    return words.get(kind) or f"the file {sanitize(origin, 300)}"


def _check_url(context: CheckContext) -> Iterator[CheckResult]:
    raw, origin = str(context.sources["api_url"].value or "").strip(), describe_origin(context, "api_url")
    try:
        url = validate_url(raw)
    except ConfigurationError as error:
        yield failed(_url_code(raw), f"{error} (from {origin})")
        return
    path = urlsplit(url).path
    if path:
        appended = f"has the path {sanitize(path, 80)}, to which /v2/... is appended"
        yield warning("url_path", f"api_url {sanitize(url)} from {origin} {appended}")
    else:
        yield ok(f"api_url {sanitize(url)} from {origin}")


def _url_code(url: str) -> str:
    # A slash or a question mark in a password makes the text before it the host.
    if "@" in url:
        return "url_credentials"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "url_no_url"
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        return "url_no_url"
    if parts.query or parts.fragment:
        return "url_query"
    return "url_plain" if parts.scheme == "http" and not is_loopback(host) else "url_no_url"


def _check_credentials(context: CheckContext) -> Iterator[CheckResult]:
    given = {name: str(context.sources[name].value or "") for name in CREDENTIALS}
    for name, text in given.items():
        if not text.strip():
            yield failed(f"{name}_missing", f"{name} is not set by any task, variable or environment variable")
            continue
        origin = describe_origin(context, name)
        mistakes = list(_find_mistakes(name, text))
        yield from (make(code, f"{name} from {origin} {what}") for make, code, what in mistakes)
        if not mistakes:
            length = f"{len(text)} character{'s' if len(text) != 1 else ''}"
            yield ok(f"{name} is set, {length}, from {origin}{_overridden(context, name)}")
    if given["client_id"] and given["client_id"] == given["client_secret"]:
        yield warning("credentials_alike", "client_id and client_secret are the same text")


def _find_mistakes(name: str, text: str) -> Iterator[tuple[Callable[[str, str], CheckResult], str, str]]:
    """Yield the result's constructor, its code, and a predicate that follows the name of the option."""
    if not text.isprintable():
        yield failed, "credential_characters", "contains a line break or another unprintable character"
    elif text != text.strip():
        yield warning, "credential_blanks", "has blanks around it, which are sent too"
    bare = text.strip()
    if len(bare) > 1 and bare[0] in QUOTES and bare[-1] in QUOTES:
        yield warning, "credential_quotes", "has quotes around it, which are sent too"
    if PLACEHOLDER.fullmatch(bare.strip(QUOTES)):
        yield warning, "credential_template", "looks like a template or a placeholder that was not replaced"
    if name == "client_id" and "@" in text:
        yield warning, "credential_person", "looks like the address of a person; an API client has its own ID"


def _overridden(context: CheckContext, name: str) -> str:
    """Return a note if the environment has another value, which is easily mistaken for the effective one."""
    variable = f"KF_{name.upper()}"
    value = context.environment.environment.get(variable)
    origin = str(context.sources[name].origin)
    if not value or origin.startswith("env") or value == context.sources[name].value:
        return ""
    return f" (overrides a different value in {variable})"


def _list_others(context: CheckContext) -> Iterator[CheckResult]:
    set_options = [
        f"{name} {'not set' if one.value is None else sanitize(one.value, 200)} ({describe_origin(context, name)})"
        for name, one in context.sources.items()
        if name not in ("api_url", *CREDENTIALS) and str(one.origin) != "default"
    ]
    yield ok(
        f"{', '.join(set_options)}; all others have their default"
        if set_options
        else "all other options have their default"
    )


def _find_misspellings(context: CheckContext) -> Iterator[CheckResult]:
    known = [f"KF_{name.upper()}" for name in context.sources]
    unknown = [name for name in context.environment.environment if name.startswith("KF_") and name not in known]
    similar = [name for name in sorted(unknown) if difflib.get_close_matches(name, known, 1, SIMILARITY)]
    if similar:
        yield warning("setting_unknown", f"no plugin reads the environment variable {join_names(similar)}")


def _check_files(environment: Environment) -> Iterator[CheckResult]:
    """Yield warnings about settings in ``ansible.cfg`` that have no effect."""
    local, config = os.path.join(environment.folder, FILE_NAME), environment.config_file
    is_other = config is None or os.path.realpath(config) != os.path.realpath(local)
    if is_other and _is_ignored(local, environment):
        yield warning("config_ignored", f"Ansible ignores {sanitize(local, 300)}: others can write to its folder")
    keys = set(_read_keys(config)) if config else set()
    path = sanitize(config, 300)
    if "client_secret" in keys:
        yield warning("secret_in_file", f"no plugin reads client_secret in {path}: do not put a secret into that file")
    unknown = sorted(keys - {*KEYS, "client_secret"})
    if unknown:
        yield warning("setting_unknown", f"no plugin reads {join_names(unknown)} in [{SECTION}] of {path}")


def _is_ignored(path: str, environment: Environment) -> bool:
    if environment.environment.get("ANSIBLE_CONFIG") or not os.path.isfile(path):
        return False
    return bool(os.stat(environment.folder).st_mode & stat.S_IWOTH)


def _read_keys(path: str) -> list[str]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(path, encoding="utf-8")
        return list(parser.options(SECTION))
    except (OSError, ValueError, configparser.Error):
        return []
