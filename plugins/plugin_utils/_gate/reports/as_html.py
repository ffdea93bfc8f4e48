# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ....module_utils._domain.text import agree, quantity, sanitize
from ..policy import BLOCK
from ..states import CLEAN
from .document import Document, Finding
from .facts import (
    EFFECTS,
    LABEL,
    MESSAGE,
    NOTE,
    about_the_gate,
    accepted,
    advice,
    by_state,
    changed,
    clock_time,
    facts,
    in_words,
    not_clean,
    remedies,
    rows,
    said_by,
)
from .headline import further_notes, headline
from .stylesheet import STYLESHEET
from .timeline import timeline

MOST_ROWS = 200
MOST_LISTED = 50
MOST_CLEAN = 300

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

COLUMNS = ("Monitor", "State", "When", "What it said")


def as_html(document: Document) -> str:
    """Return the page. Text of the service is only ever text in it."""
    said = headline(document)
    caveat = f"{said.caveat}: " if said.caveat else ""
    title = f"{caveat}{said.verdict}. {said.question}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{escape(title)}</title>
<style>{STYLESHEET}</style>
</head>
<body>
<main>
{_banner(document)}{_hero(document)}
{_section("About the gate itself", _list([advice(reason) for reason in about_the_gate(document)]))}
{_section("Monitors", _monitors(document))}
{_section("What would unblock it", _unblock(document))}
{_section("How it went", timeline(document))}
{_section("Changed since the baseline", _list([changed(change) for change in document["changes"]]))}
{_section("Accepted alerts", _list([accepted(entry) for entry in document["known"]]))}
{_section("Notes", _list(further_notes(document)))}
{_section("Facts", _facts(document))}
</main>
<footer>Written by <code>knowledgefront.monitoring.kf_gate</code>. All times are UTC.</footer>
</body>
</html>
"""


def _text(value: object, limit: int = NOTE) -> str:
    return escape(sanitize(value, limit))


def _banner(document: Document) -> str:
    if not document["banner"]:
        return ""
    caveat = headline(document).caveat or ""
    return (
        f'<aside class="banner" role="note"><strong>{escape(caveat)}</strong>'
        f"<p>{_text(document['banner'], MESSAGE)}</p></aside>\n"
    )


def _hero(document: Document) -> str:
    said = headline(document)
    return f"""<header class="hero t-{said.tone}">
<span class="mark" aria-hidden="true">{said.mark}</span>
<div><p class="question">{escape(said.question)}</p>
<h1>{escape(said.verdict)}</h1>
<p class="decision">{escape(said.decision)}</p>
<p class="summary">{_text(document["summary"], 600)}</p></div>
</header>"""


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>\n{content}\n</section>" if content else ""


def _list(entries: list[str]) -> str:
    items = [f"<li>{_text(entry, 2 * MESSAGE)}</li>" for entry in entries[:MOST_LISTED]]
    if len(entries) > MOST_LISTED:
        items.append(f"<li>and {len(entries) - MOST_LISTED:,} more</li>")
    return f'<ul class="list">{"".join(items)}</ul>' if items else ""


def _facts(document: Document) -> str:
    told = (f"<div><dt>{escape(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in facts(document))
    return f"<dl>{''.join(told)}</dl>"


def _monitors(document: Document) -> str:
    if not document["monitors"]:
        return '<p class="soft">There is no valid answer that tells how any monitor is.</p>'
    return f"{_counts(document)}\n{_table(rows(document))}\n{_clean(document)}"


def _counts(document: Document) -> str:
    counts = by_state(document["counts"])
    total = document["counts"]["monitors"]
    blocking = {finding["state"] for finding in not_clean(document) if finding["verdict"] == BLOCK}
    classes = {state: f"v-{BLOCK}" if state in blocking else f"s-{state}" for state, _number in counts}
    shares = "".join(f'<i class="{classes[state]}" style="flex-grow:{number}"></i>' for state, number in counts)
    told = "".join(
        f'<li><i class="dot {classes[state]}"></i><b>{number:,}</b> {in_words(state)}</li>' for state, number in counts
    )
    scope = quantity(total, "monitor")
    legend = f'<ul class="legend"><li><b>{scope}</b> in scope</li>{told}</ul>'
    return f'<div class="bar" aria-hidden="true">{shares}</div>{legend}'


def _table(groups: Sequence[list[Finding]]) -> str:
    if not groups:
        return '<p class="soft">Every monitor in scope is clean.</p>'
    heads = "".join(f'<th scope="col" role="columnheader">{name}</th>' for name in COLUMNS)
    told = "\n".join(_row(group) for group in groups[:MOST_ROWS])
    left_out = sum(map(len, groups[MOST_ROWS:]))
    others = f"{quantity(left_out, 'more monitor')} {agree(left_out, 'is', 'are')}"
    more = f'<p class="soft">{others} not clean; the JSON report has all.</p>'
    return (
        '<table role="table"><caption>Monitors that are not clean, worst first</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{told}\n</tbody></table>{more if left_out > 0 else ""}'
    )


def _row(group: list[Finding]) -> str:
    first = group[0]
    tone = first["verdict"] or "none"
    dot = f"v-{tone}" if first["verdict"] else f"s-{first['state']}"
    effect = f'<small class="effect">{EFFECTS[first["verdict"]]}</small>'
    cells = (
        f'<i class="dot {dot}"></i><b>{in_words(first["state"])}</b>{effect}',
        _when(group),
        _text(said_by(group), MESSAGE),
    )
    told = "".join(
        f'<td role="cell" data-column="{name}"><div>{cell}</div></td>'
        for name, cell in zip(COLUMNS[1:], cells, strict=True)
    )
    return f'<tr role="row" class="e-{tone}"><th scope="row" role="rowheader">{_monitors_of(group)}</th>{told}</tr>'


def _monitors_of(group: list[Finding]) -> str:
    first = group[0]
    if len(group) == 1:
        kind = f"<small>{_text(first['type'], 40)}</small>" if first["type"] else ""
        return f"<b>{_text(first['label'], LABEL)}</b>{kind}"
    return _folded(quantity(len(group), "monitor"), group)


def _folded(title: str, findings: Sequence[Finding]) -> str:
    """Return the labels of ``findings`` under a title that opens them."""
    names = _names(finding["label"] for finding in findings[:MOST_CLEAN])
    left_out = len(findings) - MOST_CLEAN
    more = f'<p class="soft">and {left_out:,} more</p>' if left_out > 0 else ""
    return f"<details><summary>{title}</summary>{names}{more}</details>"


def _unblock(document: Document) -> str:
    """Return what mends each state, once, and the options that help, each with a snippet."""
    mends = _list([f"{in_words(state)}: {remedy}" for state, remedy in remedies(document)])
    options = "".join(
        f"<details><summary><code>{_text(entry['option'], LABEL)}</code> "
        f"<span>{_text(', '.join(map(in_words, entry['states'])))}</span></summary>"
        f"<p>{_text(entry['why'], MESSAGE)}</p><pre><code>{escape(entry['snippet'])}</code></pre></details>"
        for entry in document["unblock"]
    )
    return f"{mends}{options}"


def _when(group: list[Finding]) -> str:
    """Return the times of a row's monitors: from the first to the last where they differ."""
    told = []
    for name, times in (
        ("alert since", [finding["alert_since"] for finding in group if finding["alert_since"] is not None]),
        ("last test", [finding["last_test"] for finding in group if finding["last_test"] is not None]),
    ):
        if times:
            shown = " to ".join(_moment(text) for text in dict.fromkeys((min(times), max(times))))
            told.append(f'<div class="when"><small>{name}</small> {shown}</div>')
    return "".join(told) or '<span class="soft">no test known</span>'


def _moment(text: str) -> str:
    return f'<time datetime="{escape(text)}">{escape(clock_time(text).removesuffix(" UTC"))}</time>'


def _clean(document: Document) -> str:
    clean = [finding for finding in document["monitors"] if finding["state"] == CLEAN]
    if not clean:
        return ""
    return _folded(quantity(len(clean), "clean monitor"), clean)


def _names(labels: Iterable[str]) -> str:
    return f'<ul class="names">{"".join(f"<li>{_text(label, LABEL)}</li>" for label in labels)}</ul>'
