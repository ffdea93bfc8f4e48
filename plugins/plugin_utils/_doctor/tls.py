# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the service's certificate against the CA certificates that the transport uses.

The transport reports one code for every certificate that does not verify. This check finds the reason, and the days
until the certificate expires.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import time
import warnings
from dataclasses import dataclass
from datetime import timezone
from typing import Any

from ...module_utils._api.errors import raise_interruption
from ...module_utils._api.timeouts import run_with_timeout
from ...module_utils._domain.text import join_names, quantity, sanitize
from .context import CheckContext
from .network import UnreachableError, open_connection
from .results import CheckResult, failed, ok, skipped, warning

DAY = 86400
RENEWAL_DAYS = 14
"""A certificate that expires earlier is a warning: manual renewal takes days, automatic renewal happens before."""

VERIFY_CODES = {
    9: "tls_not_yet_valid",
    10: "tls_expired",
    18: "tls_self_signed",
    19: "tls_self_signed",
    62: "tls_other_name",
    64: "tls_other_name",
}
"""The result's code for OpenSSL's reason (X509_V_ERR_...); every other reason is ``tls_untrusted``."""

PLAIN_REASONS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")
"""OpenSSL's reasons for a response that is not TLS."""


@dataclass(frozen=True)
class Certificate:
    """The names and the issuer in a certificate; times in epoch seconds."""

    names: list[str]
    issuer: str
    begins: float
    ends: float

    @property
    def description(self) -> str:
        return f"for {join_names(self.names)}, issued by {sanitize(self.issuer, 80)}"

    @property
    def days_left(self) -> int:
        """Return whole days until it expires, negative afterwards."""
        return int((self.ends - time.time()) // DAY)


def check_tls(context: CheckContext) -> list[CheckResult]:
    """Perform a TLS handshake as the plugins do, and inspect the certificate."""
    if not context.is_encrypted:
        return [skipped("api_url is a plain http URL on this machine")]
    if context.proxy is not None and context.proxy_parts().scheme not in ("http", ""):
        return [skipped("proxies of this scheme are not checked")]
    authorities = context.route.authorities if context.route is not None else None
    source = _describe_authorities(context, authorities)
    try:
        verifying = load_authorities(authorities)
    except FileNotFoundError:
        return [failed("ca_path_missing", f"{source} does not exist")]
    except OSError as error:
        return [failed("ca_path_useless", f"{source} contains no certificates ({_reason(error)})")]
    try:
        return [_verify(context, source, verifying)]
    except TimeoutError:
        return [failed("tls_silent", f"the TLS handshake did not finish within {context.network_timeout():g} s")]
    except UnreachableError as error:
        return [failed(error.code, f"the proxy {error}")]
    except OSError as error:
        if isinstance(error, ssl.SSLError) and error.reason in PLAIN_REASONS:
            return [failed("tls_absent", f"port {context.port} does not speak TLS ({_reason(error)})")]
        return [failed("tls_failed", f"the TLS handshake failed ({_reason(error)})")]


def load_authorities(path: str | None) -> ssl.SSLContext:
    """Return a context that verifies against a file or folder, or the system's store for None. Raises OSError."""
    if path is None:
        return ssl.create_default_context()
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    if os.path.isdir(path):
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path)


def is_tls_port(host: str, port: int, seconds: float) -> bool:
    """Whether a server completes a TLS handshake at this port."""

    def shake_hands() -> tuple[str, bytes]:
        return _shake_hands(socket.create_connection((host, port), seconds), host, _unverified_context())

    try:
        run_with_timeout(seconds, shake_hands)
    except (OSError, ValueError):
        return False
    return True


def _verify(context: CheckContext, source: str, verifying: ssl.SSLContext) -> CheckResult:
    try:
        version, certificate = _fetch_certificate(context, verifying)
    except ssl.SSLCertVerificationError as error:
        certificate = None
        with contextlib.suppress(OSError, UnreachableError):
            certificate = _fetch_certificate(context, _unverified_context())[1]
        return _refusal(context, source, error, certificate)
    days = certificate.days_left if certificate is not None else RENEWAL_DAYS
    found = (
        f"{version}; the certificate is {certificate.description}; it expires in {quantity(days, 'day')}"
        if certificate
        else version
    )
    if not context.valid_settings.validate_certs:
        return warning("tls_unverified", f"validate_certs is false, so any server is accepted. {found}")
    message = f"{found}; verified by {source}"
    return warning("tls_expires_soon", message) if days < RENEWAL_DAYS else ok(message)


def _refusal(
    context: CheckContext, source: str, error: ssl.SSLCertVerificationError, certificate: Certificate | None
) -> CheckResult:
    reason = f"{sanitize(error.verify_message)}; verified by {source}"
    if certificate is not None:
        days = certificate.days_left
        expiry = f"expired {quantity(-days, 'day')} ago" if days < 0 else f"expires in {quantity(days, 'day')}"
        reason += f"; it is {certificate.description}, and {expiry}"
    if not context.valid_settings.validate_certs:
        message = f"validate_certs is false, so any server is accepted. This certificate does not verify: {reason}"
        return warning("tls_unverified", message)
    return failed(VERIFY_CODES.get(error.verify_code, "tls_untrusted"), f"the certificate does not verify: {reason}")


def _fetch_certificate(context: CheckContext, tls: ssl.SSLContext) -> tuple[str, Certificate | None]:
    """Return the negotiated TLS version, and the certificate unless it cannot be parsed."""
    timeout = context.network_timeout() + 0.1
    version, encoded = run_with_timeout(timeout, lambda: _shake_hands(open_connection(context), context.host, tls))
    try:
        return version, parse_certificate(encoded)
    except BaseException as error:  # noqa: BLE001 - a broken library costs the details of the certificate only
        raise_interruption(error)
        return version, None


def _shake_hands(connection: socket.socket, host: str, tls: ssl.SSLContext) -> tuple[str, bytes]:
    with connection, tls.wrap_socket(connection, server_hostname=host) as secured:
        return secured.version() or "TLS", secured.getpeercert(binary_form=True) or b""


def _unverified_context() -> ssl.SSLContext:
    """Return a context for reading a certificate. Nothing is sent through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _describe_authorities(context: CheckContext, path: str | None) -> str:
    """Return the source of the CA certificates in words."""
    if path is None:
        return "the system's CA certificates"
    place = sanitize(path, 300)
    if context.valid_settings.ca_path:
        return f"ca_path {place}"
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    variable = next((name for name in names if context.environment.environment.get(name) == path), None)
    return f"{variable} {place}" if variable else f"the default CA certificates in {place}"


def _reason(error: OSError) -> str:
    reason = error.reason if isinstance(error, ssl.SSLError) and error.reason else error.strerror
    return sanitize(reason or type(error).__name__, 100)


def parse_certificate(encoded: bytes) -> Certificate:
    """Return the content of a certificate in DER form. Raises ValueError."""
    from cryptography import x509
    from cryptography.utils import CryptographyDeprecationWarning

    # Ignore warnings, such as about serial numbers: the verification decides. Threads share the filter, so it stays.
    warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning)
    certificate = x509.load_der_x509_certificate(encoded)
    try:
        names = [
            str(name.value)
            for name in certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        ]
    except (x509.ExtensionNotFound, ValueError):
        names = _common_names(certificate.subject)
    issuer = _common_names(certificate.issuer) or [certificate.issuer.rfc4514_string()]
    return Certificate(names, issuer[0], _validity(certificate, "before"), _validity(certificate, "after"))


def _common_names(name: Any) -> list[str]:
    from cryptography.x509.oid import NameOID

    return [str(part.value) for part in name.get_attributes_for_oid(NameOID.COMMON_NAME)]


def _validity(certificate: Any, which: str) -> float:
    """Return a limit of the validity in epoch seconds; the attribute with a zone exists since cryptography 42."""
    limit = getattr(certificate, f"not_valid_{which}_utc", None)
    if limit is None:
        limit = getattr(certificate, f"not_valid_{which}").replace(tzinfo=timezone.utc)
    return float(limit.timestamp())
