# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from pathlib import Path

# What builds and looks into a tarball are programs beside one another, as their own folder sees them.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "package"))
