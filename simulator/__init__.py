# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Knowledge Front API version 2 on loopback, with a small world of monitors behind it.

It is written from the vendor's page and the project's contract alone and imports nothing of ``plugins/``,
so that a mistake in the client cannot be shared by the server it is tested against.
"""

from __future__ import annotations
