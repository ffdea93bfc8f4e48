# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a history of imaginary sites, for use without recorded ones: ``generate_history.py FILE``."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

SITES, DAYS, FIRST = 24, 10, 1_767_225_600
SHORT, LONG, DEEP = (40, 600), (900, 14_400), (20_000, 200_000)
"""Lengths of outages in seconds: of most sites, of some, and of a few that take long to repair."""

LICENCE = Path(__file__).read_text(encoding="utf-8").splitlines()[:3]


def generate(seed: int) -> list[str]:
    """Return the lines of a history in which most sites are rarely down, some flap, and a few are down for days."""
    rng = Random(seed)
    records = []
    for site in range(SITES):
        records.append((FIRST + site, site, 0))
        between = rng.choice((12 * 3600, 2 * 86400, 6 * 86400))
        instant = FIRST + rng.expovariate(1 / between)
        while instant < FIRST + DAYS * 86400:
            lengths = rng.choices((SHORT, LONG, DEEP), (80, 18, 2))[0]
            until = instant + rng.uniform(*lengths)
            records += [(int(instant), site, 1), (int(until), site, 0)]
            instant = until + rng.expovariate(1 / between)
    records.sort()
    title = f"# {SITES} imaginary sites over {DAYS} days, written by generate_history.py"
    return [*LICENCE, title, "site,time,down", *(f"{site},{instant},{down}" for instant, site, down in records)]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text("\n".join(generate(seed=1)) + "\n", encoding="utf-8")
