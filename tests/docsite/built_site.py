# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of a built site: pages that are missing, unreachable by links, or need the network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = CHECKOUT / "docs" / "docsite" / "rst"
KINDS = {"inventory": "inventory", "lookup": "lookup", "modules": "module", "test": "test"}

LINK = re.compile(r'<a\b[^>]*\bhref="([^"#?]+)[^"]*"')
LOADED = re.compile(r'<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)="(?:https?:)?//[^"]*"')
NOT_FOLLOWED = re.compile(r"^[a-z]+:")


def expected_pages() -> set[str]:
    """Return the pages that must exist: of every plugin, role and topic."""
    pages = {
        f"{source.stem}_{kind}.html"
        for folder, kind in KINDS.items()
        for source in (CHECKOUT / "plugins" / folder).glob("*.*")
        if source.suffix in (".py", ".yml")
    }
    pages |= {f"{role.name}_role.html" for role in (CHECKOUT / "roles").iterdir()}
    return pages | {f"docsite/{page.stem}.html" for page in PAGES.glob("*.rst")} | {"index.html", "search.html"}


def read_links(page: Path) -> set[Path]:
    """Return the targets of the links of a page within the site."""
    links = LINK.findall(page.read_text(encoding="utf-8"))
    return {(page.parent / unquote(link)).resolve() for link in links if not NOT_FOLLOWED.match(link)}


def find_reachable(site: Path, links: Mapping[str, set[Path]], start: str = "index.html") -> set[str]:
    """Return the pages of ``site`` that links reach from the first page."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name in links and name not in found:
            found.add(name)
            ahead += [there.relative_to(site).as_posix() for there in links[name] if there.is_relative_to(site)]
    return found


def find_faults(site: Path) -> list[str]:
    """Return a message for each fault of the site in this folder."""
    site = site.resolve()
    there = {page.relative_to(site).as_posix() for page in site.rglob("*.html")}
    links = {page: read_links(site / page) for page in sorted(there)}
    faults = [f"{page} is missing from the site" for page in sorted(expected_pages() - there)]
    lost = (expected_pages() & there) - find_reachable(site, links) - {"search.html"}
    faults += [f"no link leads to {page}" for page in sorted(lost)]
    dead = {(page, to.name) for page, leads in links.items() for to in leads if not to.exists()}
    faults += [f"{page} has a link to {name}, which is not there" for page, name in sorted(dead)]
    if not (site / "searchindex.js").is_file():
        faults.append("the site has no search index")
    for page in sorted(there):
        loaded = LOADED.findall((site / page).read_text(encoding="utf-8"))
        faults += [f"{page} loads {what[:120]}: a page must work without a network" for what in loaded]
    return faults
