# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defaults and limits of requests, in seconds. Separate, because cached lookups load nothing else."""

from __future__ import annotations

API_URL = "https://api.knowledgefront.com"
TIMEOUT = 60
RETRIES = 4

WINDOW = 1800
MAX_WINDOW = 10800
"""The period for which a status counts tests, failures and alerts. From the vendor's page."""
