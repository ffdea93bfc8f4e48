# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run integration targets with the ansible-playbook on PATH, as ``ansible-test integration`` would, needing no more:
any ansible-core, no containers, no ssh-keygen. Several run at a time; the output of those that fail is shown.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

TARGETS = Path(__file__).resolve().parent / "targets"
COLLECTION = TARGETS.parents[2]
NOT_BY_THEMSELVES = {"hidden", "disabled", "unsupported"}


@dataclass
class Outcome:
    target: str
    passed: bool
    seconds: float
    output: str


def aliases(target: Path) -> set[str]:
    lines = (target / "aliases").read_text(encoding="utf-8").splitlines()
    return {line.partition("#")[0].strip() for line in lines} - {""}


def all_targets() -> list[str]:
    found = sorted(entry.parent.name for entry in TARGETS.glob("*/aliases"))
    return [name for name in found if not NOT_BY_THEMSELVES & aliases(TARGETS / name)]


def prepare(target: str, folder: Path) -> tuple[list[str], Path]:
    """Write the target's inventory and playbook; return the command that runs it, and where."""
    interpreter = json.dumps(sys.executable)
    inventory = folder / "inventory"
    inventory.write_text(
        f"[testgroup]\ntesthost ansible_connection=local ansible_python_interpreter={interpreter}\n", encoding="utf-8"
    )
    script = TARGETS / target / "runme.sh"
    if script.exists():
        return ["bash", str(script)], script.parent
    play = {
        "hosts": "testhost",
        "gather_facts": "gather_facts/no" not in aliases(TARGETS / target),
        "vars": {"output_dir": str(folder / "output")},
        "roles": [target],
    }
    playbook = folder / f"{target}.yml"
    playbook.write_text(json.dumps([play], indent=2), encoding="utf-8")
    return ["ansible-playbook", str(playbook), "-i", str(inventory)], folder


def environment(folder: Path) -> dict[str, str]:
    (folder / "ansible.cfg").touch()
    (folder / "output").mkdir()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "KF_"))}
    return inherited | {
        "ANSIBLE_COLLECTIONS_PATH": str(collections_path(folder)),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_FORCE_COLOR": "false",
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_HOST_KEY_CHECKING": "false",
        "ANSIBLE_LOCAL_TEMP": str(folder / "home" / "tmp"),
        "ANSIBLE_REMOTE_TEMP": str(folder / "home" / "tmp"),
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_ROLES_PATH": str(TARGETS),
        "INVENTORY_PATH": str(folder / "inventory"),
        "OUTPUT_DIR": str(folder / "output"),
    }


def collections_path(folder: Path) -> Path:
    """Return a folder in which Ansible finds this very checkout, wherever it lies."""
    namespace = folder / "collections" / "ansible_collections" / "knowledgefront"
    namespace.mkdir(parents=True)
    (namespace / "monitoring").symlink_to(COLLECTION)
    return namespace.parents[1]


def run(target: str, timeout: float, verbosity: int) -> Outcome:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kf-target-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        command, directory = prepare(target, folder)
        if verbosity:
            command.append("-" + "v" * verbosity)
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            output, _none = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output = process.communicate()[0] + f"\nended after {timeout:.0f} seconds, its time limit\n"
    return Outcome(target, process.returncode == 0, time.monotonic() - began, output)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", help="targets to run; all of them if none is named")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time (%(default)s)")
    parser.add_argument("--timeout", type=float, default=300, help="seconds that one target may take (%(default)s)")
    parser.add_argument("--show", action="store_true", help="show the output of targets that pass, too")
    parser.add_argument("--outcomes", type=Path, metavar="FILE", help="write there, as JSON, what came of each target")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="goes to ansible-playbook")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    targets = options.targets or all_targets()
    unknown = [target for target in targets if not (TARGETS / target / "aliases").is_file()]
    if unknown or not targets:
        print(f"no such target: {', '.join(unknown)}" if unknown else f"no targets in {TARGETS}", file=sys.stderr)
        return 2
    mistaken = [target for target in targets if (COLLECTION / "roles" / target).is_dir()]
    if mistaken:
        print(f"rename target {mistaken[0]}: ansible-test would run the collection's role instead", file=sys.stderr)
        return 2
    failed, outcomes = [], []
    with ThreadPoolExecutor(options.jobs) as pool:
        for outcome in pool.map(lambda target: run(target, options.timeout, options.verbose), targets):
            if options.show or not outcome.passed:
                print(outcome.output)
            print(f"{'ok    ' if outcome.passed else 'FAILED'} {outcome.target} ({outcome.seconds:.0f} s)", flush=True)
            outcomes.append(asdict(outcome))
            if not outcome.passed:
                failed.append(outcome.target)
    if options.outcomes:
        options.outcomes.write_text(json.dumps(outcomes), encoding="utf-8")
    print(f"{len(targets) - len(failed)} targets passed" + (f", failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
