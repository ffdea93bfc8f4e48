# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put mistakes into copies of the collection, one each, and see whether the simulation finds them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import tomllib
from ansible_collections.knowledgefront.monitoring.tests.copy_of_checkout import copy_checkout

FILE = Path(__file__).with_name("mistakes.toml")
MODULE = "ansible_collections.knowledgefront.monitoring.tests.simulation"


class Mistake(NamedTuple):
    """A change of a source file that makes the product wrong, and the part of the simulation that must find it."""

    part: str
    shows: str
    file: str
    old: str
    new: str

    def apply(self, collection: Path) -> None:
        """Change the file below ``collection``. Raise ValueError unless the old text occurs exactly once."""
        target = collection / self.file
        text = target.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} has the text {text.count(self.old)} times, not once: {self.old!r}")
        target.write_text(text.replace(self.old, self.new), encoding="utf-8")


def read_mistakes(file: Path = FILE) -> list[Mistake]:
    return [Mistake(**entry) for entry in tomllib.loads(file.read_text(encoding="utf-8")).get("mistake", [])]


MISTAKES = read_mistakes()


def try_mistakes(mistakes: list[Mistake], seconds: float, jobs: int) -> int:
    """Print for each mistake whether its part finds it within ``seconds``; return 1 if one is missed."""
    missed = 0
    with tempfile.TemporaryDirectory(prefix="kf-mistakes-") as folder, ThreadPoolExecutor(jobs) as pool:
        tasks = [
            (mistake, pool.submit(try_mistake, mistake, Path(folder, str(number)), seconds))
            for number, mistake in enumerate(mistakes)
        ]
        for mistake, task in tasks:
            took = task.result()
            missed += took is None
            outcome = "MISSED" if took is None else f"found in {took:.0f} s"
            print(f"{outcome:15} {mistake.part}: {mistake.shows}", flush=True)
    print(f"{len(mistakes)} mistakes, {missed} of them missed")
    return 1 if missed or not mistakes else 0


def try_mistake(mistake: Mistake, folder: Path, seconds: float) -> float | None:
    """Return after how many seconds the simulation of a copy with ``mistake`` failed, None if it did not."""
    mistake.apply(copy_checkout(folder))
    began = time.monotonic()
    command = [sys.executable, "-m", MODULE, mistake.part, "--seconds", str(seconds), "--shrinking", "0", "--jobs", "1"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(folder)}, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode == 1 and "WRONG" in done.stdout:
        return time.monotonic() - began
    if done.returncode != 0:
        raise RuntimeError(f"the simulation ended with {done.returncode}: {done.stderr[-2000:]}")
    return None
