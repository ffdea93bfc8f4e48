# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a month of an imaginary shop, which the demo and the documentation replay: ``generate_shop_history.py``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

PATH = Path(__file__).resolve().parents[2] / "demo" / "histories" / "shop.csv"
DAYS, FIRST, SEED = 30, 1_777_593_600, 7
"""The length, the first second (2026-05-01T00:00:00Z) and the seed of the random outages."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400

MONITORS = {
    "Shop front page": (12 * DAY, (4 * MINUTE, 25 * MINUTE)),
    "Shop search": (6 * DAY, (3 * MINUTE, 40 * MINUTE)),
    "Shop checkout": (10 * DAY, (5 * MINUTE, 50 * MINUTE)),
    "Shop login": (15 * DAY, (5 * MINUTE, 30 * MINUTE)),
    "Shop images": (7 * DAY, (2 * MINUTE, 15 * MINUTE)),
    "Payment provider": (8 * DAY, (10 * MINUTE, 90 * MINUTE)),
    "Order database": (20 * DAY, (5 * MINUTE, 20 * MINUTE)),
    "Warehouse interface": (0, (0, 0)),
    "Mail gateway": (5 * DAY, (10 * MINUTE, 60 * MINUTE)),
    "Newsletter": (6 * HOUR, (1 * MINUTE, 7 * MINUTE)),
    "Supplier feed": (2 * DAY, (20 * MINUTE, 3 * HOUR)),
    "Old intranet": (0, (0, 0)),
}
"""The mean time between the random outages of each monitor, 0 for none, and the shortest and longest outage."""

Outage = tuple[float, float]

LICENCE = Path(__file__).read_text(encoding="utf-8").splitlines()[:3]


def planned_outages() -> dict[str, list[Outage]]:
    """Return the outages that are not random: a nightly job, a neglected server, and one bad afternoon."""
    nights = [FIRST + day * DAY + 2 * HOUR for day in range(DAYS)]
    afternoon = FIRST + 19 * DAY + 14 * HOUR
    return {
        "Warehouse interface": [(night, night + 25 * MINUTE) for night in nights],
        "Old intranet": [(FIRST + 11 * DAY + 9 * HOUR, FIRST + 23 * DAY + 16 * HOUR)],
        "Order database": [(afternoon, afternoon + 95 * MINUTE)],
        "Shop checkout": [(afternoon + 2 * MINUTE, afternoon + 100 * MINUTE)],
        "Shop login": [(afternoon + 6 * MINUTE, afternoon + 97 * MINUTE)],
    }


def random_outages(rng: Random, between: float, lengths: tuple[float, float]) -> Iterator[Outage]:
    """Yield outages at random times, ``between`` seconds apart on average."""
    instant = FIRST + rng.expovariate(1 / between) if between else FIRST + DAYS * DAY
    while instant < FIRST + DAYS * DAY:
        until = instant + rng.uniform(*lengths)
        yield instant, until
        instant = until + rng.expovariate(1 / between)


def merge(outages: list[Outage]) -> list[Outage]:
    """Return ``outages`` in the order of time, with those that overlap as one."""
    merged: list[Outage] = []
    for began, ended in sorted(outages):
        if merged and began <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(ended, merged[-1][1])
        else:
            merged.append((began, ended))
    return merged


def generate(seed: int = SEED) -> list[str]:
    """Return the lines of the history. Each monitor has a first record, and a last one at the end of the month."""
    rng, planned, end = Random(seed), planned_outages(), FIRST + DAYS * DAY
    records = []
    for place, (name, (between, lengths)) in enumerate(MONITORS.items()):
        outages = merge([*random_outages(rng, between, lengths), *planned.get(name, ())])
        records += [(FIRST + place, name, 0), (end, name, 0)]
        for began, ended in outages:
            records += [(int(began), name, 1)] + ([(int(ended), name, 0)] if ended < end else [])
    records.sort(key=lambda record: record[0])
    title = f"# {len(MONITORS)} monitors of an imaginary shop over {DAYS} days, written by a program"
    return [*LICENCE, title, "monitor,time,down", *(f"{name},{instant},{down}" for instant, name, down in records)]


def main() -> int:
    PATH.write_text("\n".join(generate()) + "\n", encoding="utf-8")
    print(PATH)
    return 0


if __name__ == "__main__":
    sys.exit(main())
