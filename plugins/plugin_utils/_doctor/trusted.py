# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the service's certificate verifies, by what the plugins would verify it with."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import time

from ...module_utils._api.threads import run_with_timeout
from ...module_utils._api.unexpected import raise_interruption
from ...module_utils._domain.text import quantity, sanitize
from .certificate import Certificate, read_certificate
from .finding import Finding, failed, fine, skipped, warning
from .patient import Patient
from .proxied import tunnel
from .reachable import Unreachable

DAY = 86400
SOON = 14
"""Days. Who renews a certificate by hand needs some, and who has it renewed does so earlier."""

PURPOSES = {
    9: "tls_not_yet_valid",
    10: "tls_expired",
    18: "tls_self_signed",
    19: "tls_self_signed",
    62: "tls_other_name",
    64: "tls_other_name",
}
"""OpenSSL's numbers for why a certificate does not verify (X509_V_ERR_...); any other is one of trust."""


def examine(patient: Patient) -> list[Finding]:
    """Shake hands as the plugins would, and look at the certificate."""
    if not patient.encrypted:
        return [skipped("the URL is a plain http one on this machine")]
    if patient.proxy is not None and not patient.proxy.startswith("http://") and "//" in patient.proxy:
        return [skipped("a proxy of that kind is not gone through here")]
    used = patient.route.authorities if patient.route is not None else None
    try:
        context = trusting(used)
    except FileNotFoundError:
        return [failed("ca_path_missing", f"{_by(patient, used)} is not there")]
    except OSError as error:
        return [failed("ca_path_useless", f"{_by(patient, used)} holds no certificates ({_reason(error)})")]
    try:
        return [_judged(patient, used, context)]
    except TimeoutError:
        return [failed("tls_silent", f"the handshake did not end within {patient.short():g} s")]
    except Unreachable as why:
        return [failed(why.code, str(why))]
    except ssl.SSLError as error:
        if error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"):
            return [failed("tls_absent", f"port {patient.port} does not speak TLS ({_reason(error)})")]
        return [failed("tls_failed", f"the handshake failed ({_reason(error)})")]
    except OSError as error:
        return [failed("tls_failed", f"the connection ended in the handshake ({_reason(error)})")]


def trusting(authorities: str | None) -> ssl.SSLContext:
    """Return a context that verifies by a file or a folder, or by the system's own means. Raises OSError."""
    if authorities is None:
        return ssl.create_default_context()
    if not os.path.exists(authorities):
        raise FileNotFoundError(authorities)
    if os.path.isdir(authorities):
        return ssl.create_default_context(capath=authorities)
    return ssl.create_default_context(cafile=authorities)


def speaks_tls(host: str, port: int, seconds: float) -> bool:
    """Whether a port expects a handshake."""
    try:
        run_with_timeout(
            seconds, lambda: _greeted(socket.create_connection((host, port), seconds), host, _trusting_anybody())
        )
    except (OSError, ValueError):
        return False
    return True


def _judged(patient: Patient, used: str | None, context: ssl.SSLContext) -> Finding:
    try:
        spoken, certificate = _shaken(patient, context)
    except ssl.SSLCertVerificationError as error:
        with contextlib.suppress(OSError, Unreachable):
            certificate = _shaken(patient, _trusting_anybody())[1]
            return _refused(patient, used, error, certificate)
        return _refused(patient, used, error, None)
    days = _days_left(certificate)
    told = (
        f"{spoken}; the certificate is {certificate.told}; it ends in {quantity(days, 'day')}"
        if certificate
        else spoken
    )
    if not patient.known.validate_certs:
        return warning("tls_unverified", f"validate_certs is false: anybody could answer. {told}")
    verified = f"{told}; verified by {_by(patient, used)}"
    return warning("tls_expires_soon", verified) if days < SOON else fine(verified)


def _refused(
    patient: Patient, used: str | None, error: ssl.SSLCertVerificationError, certificate: Certificate | None
) -> Finding:
    why = f"{sanitize(error.verify_message)}; verified by {_by(patient, used)}"
    if certificate is not None:
        days = _days_left(certificate)
        ends = f"ended {quantity(-days, 'day')} ago" if days < 0 else f"ends in {quantity(days, 'day')}"
        why += f"; it is {certificate.told}, and {ends}"
    if not patient.known.validate_certs:
        return warning("tls_unverified", f"validate_certs is false: anybody could answer. It would not verify: {why}")
    return failed(PURPOSES.get(error.verify_code, "tls_untrusted"), f"the certificate does not verify: {why}")


def _days_left(certificate: Certificate | None) -> int:
    """Return whole days; a certificate that verifies and cannot be read is not called one that ends."""
    return int((certificate.ends - time.time()) // DAY) if certificate is not None else SOON


def _shaken(patient: Patient, context: ssl.SSLContext) -> tuple[str, Certificate | None]:
    """Return the version of TLS that was agreed on, and the certificate if it can be read."""

    def shake() -> tuple[str, bytes]:
        through = patient.proxy is not None
        seconds = patient.short()
        connection = tunnel(patient) if through else socket.create_connection((patient.host, patient.port), seconds)
        return _greeted(connection, patient.host, context)

    spoken, encoded = run_with_timeout(patient.short() + 0.1, shake)
    try:
        return spoken, read_certificate(encoded)
    except BaseException as error:  # noqa: BLE001 - the library may be broken in any way, and what it says is an extra
        raise_interruption(error)
        return spoken, None


def _greeted(connection: socket.socket, host: str, context: ssl.SSLContext) -> tuple[str, bytes]:
    with connection, context.wrap_socket(connection, server_hostname=host) as secured:
        return secured.version() or "TLS", secured.getpeercert(binary_form=True) or b""


def _trusting_anybody() -> ssl.SSLContext:
    """Return a context to look at a certificate with. Nothing is ever sent through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _by(patient: Patient, used: str | None) -> str:
    """Return in words what is trusted."""
    if used is None:
        return "the system's authorities"
    shown = sanitize(used, 300)
    if patient.known.ca_path:
        return f"ca_path {shown}"
    named = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    variable = next((name for name in named if patient.around.environment.get(name) == used), None)
    return f"{variable} {shown}" if variable else f"the usual authorities in {shown}"


def _reason(error: OSError) -> str:
    reason = error.reason if isinstance(error, ssl.SSLError) and error.reason else error.strerror
    return sanitize(reason or type(error).__name__, 100)
