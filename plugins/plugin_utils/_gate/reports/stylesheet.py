# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the HTML report looks: on a desk, on a phone, on paper, in light and in dark."""

from __future__ import annotations

from ..states import ALL
from ..verdict import VERDICTS
from .headline import FORECAST

DEEP = """
--deep-pass: #1a7f37; --deep-warn: #8a5a00; --deep-inconclusive: #6639ba; --deep-error: #953800;
--deep-block: #b91020; --deep-plan: #0a5cc0;
"""
"""What white text is read on, in light and in dark."""

LIGHT = """
--page: #f4f5f7; --card: #ffffff; --ink: #1c2128; --soft: #57606a; --line: #d8dee4;
--pass: #1a7f37; --warn: #8a5a00; --inconclusive: #6639ba; --error: #953800; --block: #c1121f; --plan: #0a5cc0;
--new_alert: #c1121f; --silent_failure: #bf3989; --missing: #424a53; --existing_alert: #e16f24; --known: #b08800;
--fixing: #218bff; --blind: #8250df; --failing: #fa4549; --pending: #8c959f; --clean: #2da44e;
--existing_problem: #9a6700; --unproved: #57606a;
"""

DARK = """
--page: #0d1117; --card: #161b22; --ink: #e6edf3; --soft: #9da7b3; --line: #30363d;
--pass: #4ac26b; --warn: #d9a521; --inconclusive: #b392f0; --error: #f0883e; --block: #ff7b72; --plan: #6cb6ff;
--new_alert: #ff7b72; --silent_failure: #f778ba; --missing: #b1bac4; --existing_alert: #f0883e; --known: #d4b106;
--fixing: #58a6ff; --blind: #bc8cff; --failing: #ffa198; --pending: #6e7681; --clean: #3fb950;
--existing_problem: #bb8009; --unproved: #9da7b3;
"""

TONES = (*VERDICTS, FORECAST)

COLOURS = "\n".join(
    [f".t-{tone} {{ background: var(--deep-{tone}) }} .e-{tone} {{ --edge: var(--{tone}) }}" for tone in TONES]
    + [f".v-{tone} {{ background: var(--{tone}); fill: var(--{tone}) }}" for tone in TONES]
    + [f".s-{state} {{ background: var(--{state}); fill: var(--{state}) }}" for state in ALL]
)

STYLESHEET = f"""
:root {{ color-scheme: light dark; {DEEP} {LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}
@media print {{ :root {{ {LIGHT} --page: #ffffff }} }}
{COLOURS}
* {{ box-sizing: border-box; print-color-adjust: exact; -webkit-print-color-adjust: exact }}
body {{ margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }}
main, footer {{ max-width: 1120px; margin: 0 auto; padding: 24px 20px }}
main {{ padding-bottom: 0 }}
p, ul, dl, figure, h1, h2 {{ margin: 0; padding: 0 }}
ul {{ list-style: none }}
.soft, small, dt, caption, footer, figcaption span {{ color: var(--soft) }}
small {{ font-size: 13px; font-weight: 400 }}
code {{ font-family: ui-monospace, Consolas, monospace }}
i {{ font-style: normal }}
.banner {{ display: flex; gap: 4px 16px; flex-wrap: wrap; align-items: baseline; margin-bottom: 16px;
  padding: 14px 20px; border: 2px solid var(--warn); border-left-width: 10px; border-radius: 12px;
  background: var(--card) }}
.banner strong {{ color: var(--warn); text-transform: uppercase; letter-spacing: .06em }}
.banner p {{ overflow-wrap: anywhere }}
.hero {{ display: flex; gap: 24px; align-items: center; padding: 28px 32px; border-radius: 16px;
  color: #ffffff }}
.mark {{ flex: none; width: 84px; height: 84px; border: 5px solid; border-radius: 50%; text-align: center;
  font: 700 44px/74px system-ui, sans-serif }}
.hero div {{ min-width: 0 }}
.question {{ font-weight: 600 }}
.hero h1 {{ font-size: clamp(30px, 6vw, 46px); line-height: 1.15; letter-spacing: -.02em }}
.decision {{ margin-top: 4px; font-size: 19px; font-weight: 600 }}
.summary {{ margin-top: 8px; overflow-wrap: anywhere }}
section {{ margin-top: 16px; padding: 22px 24px 24px; border: 1px solid var(--line); border-radius: 16px;
  background: var(--card) }}
h2 {{ margin-bottom: 14px; font-size: 19px; line-height: 1.3 }}
.bar {{ display: flex; gap: 2px; height: 14px; overflow: hidden; border-radius: 7px }}
.bar i {{ min-width: 6px; flex-basis: 0 }}
.legend {{ display: flex; flex-wrap: wrap; gap: 2px 22px; margin-top: 10px; font-size: 15px }}
.legend + .soft {{ margin-top: 10px }}
.dot {{ display: inline-block; width: 11px; height: 11px; margin-right: 8px; border-radius: 3px }}
table {{ width: 100%; font-size: 15px; margin-top: 18px; border-collapse: collapse; table-layout: fixed }}
caption {{ padding-bottom: 8px; text-align: left; font-size: 14px }}
th, td {{ padding: 12px 12px 12px 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top;
  font-weight: 400; overflow-wrap: anywhere }}
thead th {{ padding: 6px 12px 6px 0; color: var(--soft); font-size: 13px; font-weight: 600 }}
th:first-child {{ width: 26%; padding-left: 14px }} th:nth-child(2) {{ width: 16% }} th:nth-child(3) {{ width: 20% }}
th details {{ margin-top: 0 }} th .names {{ columns: auto }} summary span {{ color: var(--soft); font-weight: 400 }}
pre {{ margin: 8px 0 0; padding: 12px 14px; border: 1px solid var(--line); border-radius: 8px; overflow-x: auto;
  font-size: 14px }} details p {{ margin-top: 8px }}
tbody th {{ border-left: 5px solid var(--edge, var(--line)) }}
th small, td .effect {{ display: block }}
.when {{ font-size: 14px }} .when + .when {{ margin-top: 6px }} .when small {{ display: block }}
td .effect {{ padding-left: 19px }}
time {{ font-variant-numeric: tabular-nums }}
@media screen and (min-width: 1080px) {{ time {{ white-space: nowrap }} }}
details {{ margin-top: 18px }}
summary {{ cursor: pointer; font-weight: 600 }}
.names {{ margin-top: 10px; columns: 240px; column-gap: 24px; font-size: 15px }}
.names li {{ overflow-wrap: anywhere; break-inside: avoid }}
figcaption {{ margin-bottom: 6px }} figcaption span {{ margin-left: 8px; font-size: 15px }}
svg {{ display: block; width: 100%; border-bottom: 1px solid var(--soft) }}
.verdicts {{ height: 48px }} .unclean {{ height: 160px }}
figure {{ margin-bottom: 20px }}
.axis {{ display: flex; justify-content: space-between; margin-bottom: 4px; font-size: 14px;
  font-variant-numeric: tabular-nums }}
.list li {{ padding: 6px 0 6px 14px; border-left: 3px solid var(--line); overflow-wrap: anywhere }}
.list li + li {{ margin-top: 8px }}
dl {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 14px 24px }}
dt {{ font-size: 14px }} dd {{ margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums }}
footer {{ font-size: 14px }}
@media (max-width: 720px) {{
  main, footer {{ padding-left: 12px; padding-right: 12px }} main {{ padding-top: 12px }}
  .hero {{ flex-direction: column; align-items: flex-start; gap: 14px; padding: 22px 20px }}
  .mark {{ width: 60px; height: 60px; border-width: 4px; font-size: 30px; line-height: 52px }}
  section {{ padding: 18px 16px }}
  table, tbody, caption, tbody th {{ display: block; width: auto }}
  thead {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }}
  tbody tr {{ display: block; margin-top: 12px; padding: 12px 14px; border: 1px solid var(--line);
    border-left: 5px solid var(--edge, var(--line)); border-radius: 10px }}
  tbody th, tbody th:first-child, td {{ width: auto; padding: 0; border: 0 }}
  td {{ display: grid; grid-template-columns: 92px 1fr; gap: 10px; margin-top: 8px }}
  td::before {{ content: attr(data-column); color: var(--soft); font-size: 13px; line-height: 1.85 }}
  td > div {{ min-width: 0 }}
  figcaption span {{ display: block; margin: 0 }}
}}
@media print {{
  body {{ font-size: 11pt }} main, footer {{ max-width: none; padding: 0 }}
  section, .hero, tr, figure {{ break-inside: avoid }} section:has(table) {{ break-inside: auto }}
  thead {{ display: table-header-group }} details {{ display: none }}
}}
"""
