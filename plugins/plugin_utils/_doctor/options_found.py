# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options were found and where, and what is odd about them. No value of a credential is ever told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._api.settings import Settings, is_loopback, validate_url
from ...module_utils._domain.text import join_names, sanitize
from .config_file import noticed_in_files
from .finding import Finding, failed, fine, warning
from .patient import Patient

QUOTES = "\"'`\u2018\u2019\u201c\u201d"
PLACEHOLDER = re.compile(r"\{\{.*\}\}|\$\{.*\}|\$\(.*\)|[$%][A-Z_]+%?|<.*>|your[-_ ].*|change-?me", re.IGNORECASE)
CREDENTIALS = ("client_id", "client_secret")
LIKE = 0.72
"""How alike an unknown name must be to one of ours before it is told, from 0 to 1."""


def examine(patient: Patient) -> list[Finding]:
    """Look at the options, and make settings of them if they are right."""
    found = [*_address(patient), *_credentials(patient), *_others(patient), *_misspelt(patient)]
    found += noticed_in_files(patient.around)
    if patient.options is None:
        return [*found, failed("option_wrong", patient.mistake)]
    try:
        patient.settings = Settings.from_options(patient.options)
    except ConfigurationError as error:
        # What is told already in a row of its own is not told again.
        if not any(one.outcome == "failed" for one in found):
            found.append(failed("option_wrong", str(error)))
    return found


def origin_of(patient: Patient, name: str) -> str:
    """Return where an option comes from, in words."""
    origin = str(patient.sources[name].origin or "default")
    kind, _colon, what = origin.partition(": ")
    words = {"Direct": "the task", "default": "the default", "var": f"the variable {what}"}
    words["env"] = f"the environment variable {what}"
    return words.get(kind) or f"the file {sanitize(origin, 300)}"


def _address(patient: Patient) -> Iterator[Finding]:
    url, origin = str(patient.sources["api_url"].value or "").strip(), origin_of(patient, "api_url")
    try:
        shown = validate_url(url)
    except ConfigurationError as error:
        yield failed(_wrong_with(url), f"{error} (from {origin})")
        return
    path = urlsplit(shown).path
    if path:
        told = (
            f"api_url {sanitize(shown)} from {origin} has the path {sanitize(path, 80)}, to which /v2/... is appended"
        )
        yield warning("url_path", told)
    else:
        yield fine(f"api_url {sanitize(shown)} from {origin}")


def _wrong_with(url: str) -> str:
    # A slash or a question mark in a password makes an odd host of what is before it.
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


def _credentials(patient: Patient) -> Iterator[Finding]:
    given = {name: str(patient.sources[name].value or "") for name in CREDENTIALS}
    for name, text in given.items():
        if not text.strip():
            yield failed(f"{name}_missing", f"{name} is not set: no task, variable or environment variable gives it")
            continue
        origin = origin_of(patient, name)
        length = f"{len(text)} character{'s' if len(text) != 1 else ''}"
        told = f"{name} is set, {length}, from {origin}{_shadowed(patient, name)}"
        oddities = list(_odd(name, text))
        yield from (make(code, f"{name} from {origin} {what}") for make, code, what in oddities)
        if not oddities:
            yield fine(told)
    if given["client_id"] and given["client_id"] == given["client_secret"]:
        yield warning("credentials_alike", "client_id and client_secret are the same text")


def _odd(name: str, text: str) -> Iterator[tuple[Callable[[str, str], Finding], str, str]]:
    """Yield how bad an oddity is, its code, and a word on it that follows the name of the option."""
    if not text.isprintable():
        yield failed, "credential_characters", "holds a line break or another character that no credential has"
    elif text != text.strip():
        yield warning, "credential_blanks", "has blanks around it, which are sent too"
    bare = text.strip()
    if len(bare) > 1 and bare[0] in QUOTES and bare[-1] in QUOTES:
        yield warning, "credential_quotes", "has quotes around it, which are sent too"
    if PLACEHOLDER.fullmatch(bare.strip(QUOTES)):
        yield warning, "credential_template", "looks like a template or a placeholder that nothing was put in for"
    if name == "client_id" and "@" in text:
        yield warning, "credential_person", "looks like a person's address; an API client has an id of its own"


def _shadowed(patient: Patient, name: str) -> str:
    """Return that a weaker source gives another value, which is easily mistaken for the one in use."""
    variable = f"KF_{name.upper()}"
    weaker = patient.around.environment.get(variable)
    origin = str(patient.sources[name].origin)
    if not weaker or origin.startswith("env") or weaker == patient.sources[name].value:
        return ""
    return f" (not the other one from {variable})"


def _others(patient: Patient) -> Iterator[Finding]:
    told = [
        f"{name} {'not set' if one.value is None else sanitize(one.value, 200)} ({origin_of(patient, name)})"
        for name, one in patient.sources.items()
        if name not in ("api_url", *CREDENTIALS) and str(one.origin) != "default"
    ]
    yield fine(f"{', '.join(told)}; the rest by default" if told else "all others by default")


def _misspelt(patient: Patient) -> Iterator[Finding]:
    known = [f"KF_{name.upper()}" for name in patient.sources]
    unknown = [name for name in patient.around.environment if name.startswith("KF_") and name not in known]
    alike = [name for name in sorted(unknown) if difflib.get_close_matches(name, known, 1, LIKE)]
    if alike:
        yield warning("setting_unknown", f"nothing reads the environment variable {join_names(alike)}")
