# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``prepare_targets.py INVENTORY``: makes a folder for a few targets on this machine and an INVENTORY of them.

Prints as JSON where the folder is, and their names. Each has a Python that looks (``process_watcher.py``), a file for
its notes and a folder for what Ansible puts there. Where tasks can become another user, there are two targets on which
they do; what they use has to be open to all users. A local connection works in the playbook's folder. Where that user
may not enter it, as in a checkout below /root, a module of Ansible makes a folder in ``ansible_remote_tmp`` instead.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ACTS = {"plain": "run", "never_starts": "fail", "ended": "end"}
OTHERS = {"another_user": "run", "another_user_never_starts": "fail"}
OTHER, SYSTEM_PYTHON = "nobody", "/usr/bin/python3"


def can_become() -> bool:
    if os.geteuid() != 0 or not shutil.which("su"):
        return False
    command = ["su", "-s", "/bin/sh", OTHER, "-c", f"{SYSTEM_PYTHON} -c ''"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def opened(path: Path, mode: int, content: str | None = None) -> Path:
    path.mkdir() if content is None else path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


def target(folder: Path, name: str, act: str) -> dict[str, object]:
    """Make what the target ``name`` needs, and return its variables."""
    temporary = opened(folder / f"tmp-{name}", 0o1777 if name in OTHERS else 0o755)
    notes = opened(folder / f"notes-{name}", 0o666, "")
    python = SYSTEM_PYTHON if name in OTHERS else sys.executable
    command = shlex.join([python, str(folder / "process_watcher.py"), str(notes), str(temporary), act])
    wrapper = opened(folder / f"python-{name}", 0o755, f'#!/bin/sh\nexec {command} "$@"\n')
    variables: dict[str, object] = {"ansible_python_interpreter": str(wrapper), "ansible_remote_tmp": str(temporary)}
    if name in OTHERS:
        become = {
            "become": True,
            "become_method": "ansible.builtin.su",
            "become_flags": "-s /bin/sh",
            "become_user": OTHER,
        }
        variables |= {f"ansible_{option}": value for option, value in become.items()}
        variables["ansible_system_tmpdirs"] = [str(temporary)]
    return variables


def prepare(folder: Path, inventory: Path) -> list[str]:
    folder.chmod(0o755)
    looking = Path(__file__).with_name("process_watcher.py").read_text(encoding="utf-8")
    opened(folder / "process_watcher.py", 0o644, looking)
    acts = ACTS | (OTHERS if can_become() else {})
    hosts = {name: target(folder, name, act) for name, act in acts.items()}
    listed = {"all": {"hosts": hosts, "vars": {"ansible_connection": "local"}}}
    inventory.write_text(json.dumps(listed), encoding="utf-8")
    return list(hosts)


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="kf-targets-"))
    try:
        print(json.dumps({"folder": str(folder), "hosts": prepare(folder, Path(sys.argv[1]))}))
    except OSError:
        shutil.rmtree(folder)
        raise


if __name__ == "__main__":
    main()
