# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``ansible-test sanity`` on a copy of the checkout, without containers. The first argument is a folder to keep its
environments in; the others go to ansible-test.
"""

from __future__ import annotations

import configparser
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from copy_of_checkout import copy_checkout, need_git

GET_PIP = "https://ci-files.testing.ansible.com/ansible-test/get-pip-{}.py"

# ansible-test bootstraps pip with a script from its own site, which a machine with nothing but a package index
# cannot reach. Python brings a pip of its own that does as well.
STAND_IN = """\
import subprocess, sys
wanted = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "--quiet", *wanted]))
"""


def provide_pip(home: Path) -> None:
    package = importlib.util.find_spec("ansible_test")
    assert package and package.submodule_search_locations
    source = Path(package.submodule_search_locations[0]) / "_internal" / "python_requirements.py"
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in re.findall(r"\bpip='([0-9.]+)'", source.read_text(encoding="utf-8")):
        script = cache / f"get_pip_{version.replace('.', '_')}.py"
        if script.exists():
            continue
        try:
            with urllib.request.urlopen(GET_PIP.format(version), timeout=10) as answer:
                text = answer.read().decode()
        except (OSError, urllib.error.URLError):
            text = STAND_IN
        script.write_text(text, encoding="utf-8")


def keep_pip_settings(home: Path) -> None:
    """ansible-test hides the environment from pip, so what it says goes into a file beside a copy of a person's own."""
    own = Path.home()
    for settings in (own / ".config" / "pip" / "pip.conf", own / ".pip" / "pip.conf"):
        if settings.is_file() and not settings.is_relative_to(home):
            (home / ".pip").mkdir(parents=True, exist_ok=True)
            shutil.copy(settings, home / ".pip" / "pip.conf")
            break
    given = {"quiet": "1", "disable-pip-version-check": "true"}
    proxy = os.environ.get("https_proxy") or os.environ.get("HTTPS_PROXY")
    if proxy:
        given["proxy"] = proxy
    for name, value in os.environ.items():
        if name.startswith("PIP_") and name != "PIP_CONFIG_FILE":
            given[name[4:].lower().replace("_", "-")] = value
    parser = configparser.RawConfigParser()
    parser["global"] = given
    target = home / ".config" / "pip" / "pip.conf"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    with target.open("w", encoding="utf-8") as file:
        parser.write(file)


def main() -> int:
    need_git()
    home = Path(sys.argv[1]).absolute()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    provide_pip(home)
    keep_pip_settings(home)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    # The interpreter that .venv was made with goes before any shim of the same name.
    first = [str(Path(sys.executable).parent), str(Path(sys.base_exec_prefix) / "bin")]
    path = os.pathsep.join([*first, os.environ["PATH"]])
    plain_temporary = None if re.fullmatch(r"[\w./+@-]+", tempfile.gettempdir()) else "/tmp"
    with tempfile.TemporaryDirectory(prefix="kf-sanity-", dir=plain_temporary) as folder:
        command = ["ansible-test", "sanity", "--venv", "--python", version, "--requirements", "--color", "no"]
        return subprocess.call(
            [*command, *sys.argv[2:]],
            cwd=copy_checkout(Path(folder).resolve()),
            env={**os.environ, "HOME": str(home), "PATH": path},
            stdin=subprocess.DEVNULL,
        )


if __name__ == "__main__":
    sys.exit(main())
