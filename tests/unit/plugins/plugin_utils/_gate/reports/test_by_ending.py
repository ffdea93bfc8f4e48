# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.by_ending import RENDERERS, render

from .documents_at_hand import DOCUMENTS, blocked


@pytest.mark.parametrize(
    ("ending", "begins"),
    [(".json", "{"), (".md", "## "), (".xml", "<?xml"), (".html", "<!DOCTYPE html>"), (".JSON", "{")],
)
def test_the_ending_says_which_report_it_is(ending, begins):
    assert render(ending, blocked()).startswith(begins)


@pytest.mark.parametrize("ending", ["", ".txt", "json", ".htm"])
def test_another_ending_is_refused_with_the_endings_there_are(ending):
    with pytest.raises(ValueError, match=r"\.json, \.md, \.xml or \.html"):
        render(ending, blocked())


@pytest.mark.parametrize("ending", RENDERERS)
@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_report_can_be_stored_and_changes_nothing(ending, make):
    document = make()
    before = json.dumps(document)
    text = render(ending, document)
    assert text.encode().decode() == text
    assert text.endswith("\n")
    assert json.dumps(document) == before
    assert render(ending, document) == text
