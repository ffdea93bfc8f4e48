# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run plays with the role against the simulator, as people write them: ``act.py FOLDER``.

Without EVERY_PLAY=1 in the environment, only those that represent all others. ONLY_CASES chooses among all by a regular
expression.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from cases import EVERY_CASE, MONITORS, Case, without_variants

COLLECTION = Path(__file__).resolve().parents[5]
SECRET = f"Kf/+&=%~{secrets.token_hex(12)}"
HOSTS = [f"web{number}" for number in range(1, 5)]


@contextmanager
def simulator(folder: Path) -> Iterator[str]:
    world, ready = folder / "world.yml", folder / "ready.json"
    world.write_text(json.dumps({"monitors": MONITORS}), encoding="utf-8")
    command = [sys.executable, "-m", "simulator", "--world", str(world), "--ready-json", str(ready)]
    env = {**os.environ, "KF_SIMULATOR_SECRET": SECRET, "PYTHONPATH": str(COLLECTION)}
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        for _attempt in range(300):
            if ready.is_file() or process.poll() is not None:
                break
            time.sleep(0.1)
        yield json.loads(ready.read_text(encoding="utf-8"))["url"]
    finally:
        process.terminate()
        process.wait()


def written(folder: Path, case: Case) -> list[str]:
    """Write what ``case`` needs into ``folder`` and return the command that runs it."""
    folder.mkdir()
    (folder / "site.yml").write_text(json.dumps(case.plays), encoding="utf-8")
    hosts = [*HOSTS[: case.hosts], *(f"more{number}" for number in range(case.more_hosts))]
    inventory = {"web": {"hosts": {host: case.host_vars.get(host, {}) for host in hosts}}}
    variables = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory["web"]["vars"] = {**variables, **case.group_vars}
    (folder / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
    command = [sys.executable, "-m", "ansible.cli.playbook", case.playbook or "site.yml"]
    command += [] if case.hosts == 0 else ["-i", "inventory.json"]
    for extra in (case.extra, {"guarded": str(folder / "site.yml")} if case.guards else {}):
        command += ["-e", json.dumps(extra)] if extra else []
    return [*command, *case.arguments]


def run(folder: Path, url: str, case: Case) -> str | None:
    """Return None if ``case`` does what it should, and what is wrong if not."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {"KF_API_URL": url, "KF_CLIENT_ID": "demo-client", "KF_CLIENT_SECRET": SECRET, "KF_TOKEN_CACHE": "none"}
    env |= {"ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0", "ANSIBLE_NOCOLOR": "1"}
    env |= {"ANSIBLE_DEPRECATION_WARNINGS": "0", "ANSIBLE_HOME": str(folder / "home"), **case.environment}
    env |= {"ANSIBLE_LOCAL_TEMP": str(folder / "home" / "tmp")}
    began = time.monotonic()
    done = subprocess.run(
        written(folder, case), cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    output = done.stdout + done.stderr
    wrong = list(case.mistakes(done.returncode, output))
    if SECRET in output or "Traceback" in output:
        wrong.append("the secret or a traceback is in the output")
    if wrong:
        return f"{case.name}: {'; '.join(wrong)}\n{output.replace(SECRET, '********')}"
    if os.environ.get("SHOW_SECONDS"):
        print(f"{time.monotonic() - began:.1f} s {case.name}", flush=True)
    return None


def selected_cases() -> list[Case]:
    assert len({case.name for case in EVERY_CASE}) == len(EVERY_CASE)
    wanted = os.environ.get("ONLY_CASES")
    if wanted:
        cases = [case for case in EVERY_CASE if re.search(wanted, case.name)]
    else:
        cases = EVERY_CASE if os.environ.get("EVERY_PLAY") else without_variants(EVERY_CASE)
    assert cases, f"no case has a name like {wanted}"
    return cases


def main() -> None:
    folder = Path(sys.argv[1]).resolve() / "gate_in_plays"
    folder.mkdir()
    cases = selected_cases()
    with simulator(folder) as url, ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(run, folder / str(number), url, case) for number, case in enumerate(cases)]
        failed = [wrong for wrong in (tried.result() for tried in tries) if wrong]
    print("\n".join([*failed, f"{len(cases)} plays, {len(failed)} do what they should not"]))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
