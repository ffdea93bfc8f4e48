# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a certificate says of itself."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import timezone
from typing import Any

from ...module_utils._domain.text import join_names, sanitize


@dataclass(frozen=True)
class Certificate:
    """``names`` and ``issuer`` are as the certificate has them; times are in epoch seconds."""

    names: list[str]
    issuer: str
    begins: float
    ends: float

    @property
    def told(self) -> str:
        return f"for {join_names(self.names)}, issued by {sanitize(self.issuer, 80)}"


def read_certificate(encoded: bytes) -> Certificate:
    """Return what the DER form of a certificate says. Raises ValueError."""
    from cryptography import x509
    from cryptography.utils import CryptographyDeprecationWarning

    # Serial numbers and the like may be odd; that is for those who verify it. The filter stays, as there are threads.
    warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning)
    certificate = x509.load_der_x509_certificate(encoded)
    try:
        listed = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [str(name.value) for name in listed]
    except (x509.ExtensionNotFound, ValueError):
        names = _common_names(certificate.subject)
    issuer = _common_names(certificate.issuer) or [certificate.issuer.rfc4514_string()]
    return Certificate(names, issuer[0], _moment(certificate, "before"), _moment(certificate, "after"))


def _common_names(name: Any) -> list[str]:
    from cryptography.x509.oid import NameOID

    return [str(part.value) for part in name.get_attributes_for_oid(NameOID.COMMON_NAME)]


def _moment(certificate: Any, which: str) -> float:
    """Return a moment; the attribute with a time zone is there since cryptography 42."""
    moment = getattr(certificate, f"not_valid_{which}_utc", None)
    if moment is None:
        moment = getattr(certificate, f"not_valid_{which}").replace(tzinfo=timezone.utc)
    return float(moment.timestamp())
