# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx configuration of the site. The version and the inventory of Ansible's labels come from ``build_site.py``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from foreign_labels import ANSIBLE

project = "knowledgefront.monitoring"
copyright = "the knowledgefront.monitoring contributors"
release = version = os.environ["KF_DOCS_VERSION"]
html_title = f"knowledgefront.monitoring {release}"
html_short_title = "knowledgefront.monitoring"

extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
intersphinx_mapping = {"ansible": (ANSIBLE, os.environ["KF_DOCS_ANSIBLE_LABELS"])}
default_role = "any"
highlight_language = "YAML+Jinja"
pygments_style = "ansible"

html_theme = "sphinx_ansible_theme"
html_theme_options = {
    "collapse_navigation": False,
    "display_version": False,
    "navigation_depth": 2,
    "show_extranav": False,
    "show_rtd_ethical_ads": False,
}
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["narrow.css"]
html_search_scorer = str(Path(__file__).resolve().with_name("scorer.js"))
html_show_sphinx = False
html_use_smartypants = False
html_copy_source = False
html_use_index = False
