# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import errors


@pytest.mark.parametrize(
    ("kind", "code", "parent"),
    [
        (errors.ConfigurationError, "configuration", errors.KnowledgeFrontError),
        (errors.NotFoundError, "not_found", errors.ConfigurationError),
        (errors.CredentialsError, "credentials", errors.KnowledgeFrontError),
        (errors.AccessError, "forbidden", errors.CredentialsError),
        (errors.ServiceError, "service", errors.KnowledgeFrontError),
        (errors.PayloadError, "payload", errors.ServiceError),
        (errors.NetworkError, "network", errors.KnowledgeFrontError),
    ],
)
def test_an_error_has_a_stable_code_and_who_has_to_act_as_its_parent(
    kind: type[errors.KnowledgeFrontError], code: str, parent: type[Exception]
) -> None:
    error = kind("a sentence")
    assert (str(error), error.code, error.status, error.retry_after) == ("a sentence", code, None, None)
    assert isinstance(error, parent)


def test_a_more_precise_code_is_of_that_error_only() -> None:
    assert errors.NetworkError("a", code="dns", status=503, retry_after=2.0).code == "dns"
    assert errors.NetworkError("a").code == "network"
