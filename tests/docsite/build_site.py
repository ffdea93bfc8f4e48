# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site, with warnings as errors, and check it.

The first argument is the folder of an environment, the second one the folder for the site, by default docs/build.
Prints the path of the first page.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from built_site import PAGES, find_faults
from environments import NotMade, provide
from foreign_labels import write_inventory

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
PINS = HERE / "requirements.txt"
COLLECTION = "knowledgefront.monitoring"
LABEL = f"ansible_collections.{COLLECTION}.docsite."
FIRST_SENTENCE = re.compile(r"^={3,}\n\n((?!\.\. )(?:\S.*\n)*?\S.*?\.)(?:\s|$)", re.MULTILINE)
"""Below the title of a page."""

TOCTREE_OF_PAGES = re.compile(r"^\.\. toctree::\n    :maxdepth: 1\n\n((?:    docsite/\S+\n)+)", re.MULTILINE)
PAGE_OF_PLUGIN = re.compile(r"^( +)(\w+)_(module|lookup|inventory|test|role)$", re.MULTILINE)
MARKER = "made-by-run-docs"
"""A file that marks a folder as a site of this program, so that nothing else is deleted."""


def install(folder: Path) -> Path:
    """Install the pinned packages into an environment, and return the folder of its programs."""
    try:
        return provide(folder, Path(sys.executable), PINS.read_text(encoding="utf-8")).parent
    except NotMade as why:
        print(f"docs: Sphinx could not be installed; a package index must be reachable\n{why}", file=sys.stderr)
        sys.exit(2)


def select_folder(named: list[str]) -> Path:
    """Return the folder for the site. Exits with 2 unless it is new, empty, or an older site."""
    folder = Path(named[0]).absolute() if named else CHECKOUT / "docs" / "build"
    if folder.exists() and not folder.is_dir():
        print(f"docs: {folder} is not a folder: name another one", file=sys.stderr)
        sys.exit(2)
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).exists():
        print(f"docs: {folder} contains other files: name an empty folder", file=sys.stderr)
        sys.exit(2)
    return folder


def read_version() -> str:
    (found,) = re.findall(r"^version: (\S+)$", (CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)
    return str(found)


def run(*words: str | Path, env: dict[str, str], cwd: Path) -> None:
    command = [str(word) for word in words]
    stdout, stderr = subprocess.PIPE, subprocess.STDOUT
    done = subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, text=True, check=False
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        print(f"docs: {Path(command[0]).name} ended with {done.returncode}: fix what it reports above", file=sys.stderr)
        sys.exit(1)


def copy_files(pattern: str, target: Path) -> None:
    """Copy pictures or data files from beside the pages to ``target``; antsibull-docs copies only the pages."""
    for path in sorted(PAGES.glob(pattern)):
        shutil.copy(path, target)


def summary(page: Path) -> str:
    """Return the first sentence of a page, or an empty text if the page does not start with one."""
    found = FIRST_SENTENCE.search(page.read_text(encoding="utf-8"))
    return " ".join(found[1].split()) if found else ""


def rewrite_index(index: Path) -> None:
    """Describe each page in a sentence, and shorten the plugins' names so that the menu fits a phone."""

    def described(found: re.Match[str]) -> str:
        names = found[1].split()
        lines = [f"* :ref:`{LABEL}{Path(name).name}` -- {summary(PAGES / f'{Path(name).name}.rst')}" for name in names]
        return f".. toctree::\n    :hidden:\n    :maxdepth: 1\n\n{found[1]}\n" + "\n".join(lines) + "\n"

    text = index.read_text(encoding="utf-8").replace(f"\n{COLLECTION.title()}\n", f"\n{COLLECTION}\n")
    text = PAGE_OF_PLUGIN.sub(r"\1\2 \3 <\2_\3>", TOCTREE_OF_PAGES.sub(described, text))
    index.write_text(text, encoding="utf-8")


def replace_site(built: Path, site: Path) -> None:
    """Replace an older site completely, so that deleted pages do not stay."""
    (built / MARKER).touch()
    if site.exists():
        shutil.rmtree(site)
    site.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(built, site)


def main() -> int:
    site = select_folder(sys.argv[2:])
    programs = install(Path(sys.argv[1]).absolute())
    env = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory(prefix="kf-docs-") as name:
        work = Path(name).resolve()
        pages = work / "rst"
        pages.mkdir(mode=0o700)
        extracting = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version"]
        antsibull: list[str | Path] = [
            programs / "antsibull-docs",
            "--config-file",
            HERE / "antsibull-docs.cfg",
            "collection",
        ]
        run(*antsibull, *extracting, "--dest-dir", pages, COLLECTION, env=env, cwd=work)
        copy_files("*.svg", pages / "docsite")
        rewrite_index(pages / "index.rst")
        write_inventory(work / "ansible.inv")
        variables = {"KF_DOCS_ANSIBLE_LABELS": str(work / "ansible.inv"), "KF_DOCS_VERSION": read_version()}
        options: list[str | Path] = ["-W", "--keep-going", "--quiet", "-c", HERE, "-d", work / "doctrees"]
        run(programs / "sphinx-build", "-b", "html", *options, pages, work / "site", env=env | variables, cwd=work)
        copy_files("*.csv", work / "site" / "docsite")
        replace_site(work / "site", site)
    faults = find_faults(site)
    for fault in faults:
        print(f"docs: {fault}", file=sys.stderr)
    print(site / "index.html")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
