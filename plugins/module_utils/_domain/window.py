# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Over how much history a status counts tests, failures and alerts, in seconds. From the vendor's page."""

from __future__ import annotations

WINDOW = 1800
LONGEST_WINDOW = 10800
