# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ....module_utils._domain.legible import legible
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
)
from .headline import further_notes, headline
from .stylesheet import STYLESHEET
from .timeline import timeline

MOST_ROWS = 200
MOST_LISTED = 50
MOST_CLEAN = 300

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

COLUMNS = ("Monitor", "State", "When", "What it said", "What would unblock it")


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
    return escape(legible(value, limit))


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
    return f"{_counts(document)}\n{_table(not_clean(document))}\n{_clean(document)}"


def _counts(document: Document) -> str:
    counts = by_state(document["counts"])
    total = document["counts"]["monitors"]
    shares = "".join(f'<i class="s-{state}" style="flex-grow:{number}"></i>' for state, number in counts)
    told = "".join(
        f'<li><i class="dot s-{state}"></i><b>{number:,}</b> {in_words(state)}</li>' for state, number in counts
    )
    scope = "1 monitor" if total == 1 else f"{total:,} monitors"
    legend = f'<ul class="legend"><li><b>{scope}</b> in scope</li>{told}</ul>'
    return f'<div class="bar" aria-hidden="true">{shares}</div>{legend}'


def _table(findings: list[Finding]) -> str:
    if not findings:
        return '<p class="soft">Every monitor in scope is clean.</p>'
    heads = "".join(f'<th scope="col" role="columnheader">{name}</th>' for name in COLUMNS)
    rows = "\n".join(_row(finding) for finding in findings[:MOST_ROWS])
    left_out = len(findings) - MOST_ROWS
    more = f'<p class="soft">{left_out:,} more monitors are not clean; the JSON report has all.</p>'
    return (
        '<table role="table"><caption>Monitors that are not clean, worst first</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{rows}\n</tbody></table>{more if left_out > 0 else ""}'
    )


def _row(finding: Finding) -> str:
    kind = f"<small>{_text(finding['type'], 40)}</small>" if finding["type"] else ""
    effect = f'<small class="effect">{EFFECTS[finding["verdict"]]}</small>'
    cells = (
        f'<i class="dot s-{finding["state"]}"></i><b>{in_words(finding["state"])}</b>{effect}',
        _when(finding),
        _text(finding["message"], MESSAGE),
        _text(finding["unblock"]),
    )
    told = "".join(
        f'<td role="cell" data-column="{name}"><div>{cell}</div></td>'
        for name, cell in zip(COLUMNS[1:], cells, strict=True)
    )
    tone = finding["verdict"] or "none"
    label = f"<b>{_text(finding['label'], LABEL)}</b>{kind}"
    return f'<tr role="row" class="e-{tone}"><th scope="row" role="rowheader">{label}</th>{told}</tr>'


def _when(finding: Finding) -> str:
    moments = (("alert since", finding["alert_since"]), ("last test", finding["last_test"]))
    told = [
        f'<div class="when"><small>{name}</small> {_moment(text)}</div>' for name, text in moments if text is not None
    ]
    return "".join(told) or '<span class="soft">no test known</span>'


def _moment(text: str) -> str:
    return f'<time datetime="{escape(text)}">{escape(clock_time(text).removesuffix(" UTC"))}</time>'


def _clean(document: Document) -> str:
    clean = [finding for finding in document["monitors"] if finding["state"] == CLEAN]
    if not clean:
        return ""
    names = _names(finding["label"] for finding in clean[:MOST_CLEAN])
    left_out = len(clean) - MOST_CLEAN
    more = f'<p class="soft">and {left_out:,} more</p>' if left_out > 0 else ""
    counted = "1 clean monitor" if len(clean) == 1 else f"{len(clean):,} clean monitors"
    return f"<details><summary>{counted}</summary>{names}{more}</details>"


def _names(labels: Iterable[str]) -> str:
    return f'<ul class="names">{"".join(f"<li>{_text(label, LABEL)}</li>" for label in labels)}</ul>'
