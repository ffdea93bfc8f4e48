# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator of the Knowledge Front API version 2 on loopback, with a configurable set of monitors.

It is written from the vendor's documentation and imports nothing of ``plugins/``, so that client and server do not
share mistakes.
"""

from __future__ import annotations
