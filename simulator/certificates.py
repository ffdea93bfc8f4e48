# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: a certificate of the user, or one generated for this run with its own authority."""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from typing import Any

_LIFETIME = timedelta(days=7)


class CertificateError(Exception):
    """TLS cannot be set up; the message has the reason."""


def load_context(cert: str, key: str) -> ssl.SSLContext:
    """Return a context with the user's certificate and key, both PEM files. Raises CertificateError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # With an empty password, an encrypted key is an error instead of a prompt.
        context.load_cert_chain(cert, key, password="")
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "they do not match or are not PEM files"
        raise CertificateError(f"cannot use certificate {cert!r} with key {key!r}: {why}") from None
    return context


def generate_context() -> tuple[ssl.SSLContext, bytes]:
    """Return a context for localhost and loopback, and its authority's certificate as PEM. Raises CertificateError."""
    try:
        authority, server, key = _generate()
    except ImportError:
        raise CertificateError("--tls requires the package cryptography: install it, or use --cert and --key") from None
    # The ssl module loads keys from files only; this one is removed before the server listens.
    descriptor, name = tempfile.mkstemp(prefix="kf-simulator-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + server)
        return load_context(name, name), authority
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink()


def _generate() -> tuple[bytes, bytes, bytes]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Knowledge Front simulator authority", authority_key, None, authority_key)
    server = _certificate("localhost", server_key, authority, authority_key)
    pem = serialization.Encoding.PEM
    key = server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return authority.public_bytes(pem), server.public_bytes(pem), key


def _certificate(name: str, key: Any, issuer: Any, issuer_key: Any) -> Any:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=0 if issuer is None else None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(issued_by, False)
    )
    signing = issuer is None
    usage = x509.KeyUsage(not signing, False, False, False, False, signing, signing, False, False)
    builder = builder.add_extension(usage, True)
    if issuer:
        names = [x509.DNSName("localhost"), *(x509.IPAddress(ip_address(ip)) for ip in ("127.0.0.1", "::1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    return builder.sign(issuer_key, hashes.SHA256())
