# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a check, the stable codes of failures and warnings, and the advice for each code."""

from __future__ import annotations

from dataclasses import dataclass

OK, WARNING, FAILED, SKIPPED = OUTCOMES = ("ok", "warning", "failed", "skipped")


@dataclass(frozen=True)
class CheckResult:
    """One row of the table. ``code`` is stable; ``message`` is one line for people."""

    outcome: str
    code: str
    message: str


def ok(message: str) -> CheckResult:
    return CheckResult(OK, OK, message)


def warning(code: str, message: str) -> CheckResult:
    return CheckResult(WARNING, code, message)


def failed(code: str, message: str) -> CheckResult:
    return CheckResult(FAILED, code, message)


def skipped(message: str) -> CheckResult:
    return CheckResult(SKIPPED, SKIPPED, message)


ADVICE = {
    # options
    "option_wrong": "Correct the option named in the row, in the source named there.",
    "url_credentials": "Remove the user and the password from api_url; set client_id and client_secret instead.",
    "url_plain": "Use https in api_url; plain http is allowed only for a service on this machine.",
    "url_query": "Remove the ? or # and everything after it from api_url.",
    "url_no_url": "Set api_url to https:// and a host, such as https://api.knowledgefront.com.",
    "url_path": "Remove the path from api_url unless your gateway needs it.",
    "client_id_missing": "Create an API client under Account Name > API Access and put its ID into KF_CLIENT_ID.",
    "client_secret_missing": "Put the secret of the API client into KF_CLIENT_SECRET or into a vaulted variable "
    "kf_client_secret.",
    "credential_characters": "Set the credential again without the line break, often the one at the end of a file.",
    "credential_blanks": "Set the credential again without the surrounding blanks, unless they belong to it.",
    "credential_quotes": "Set the credential again without the quotes; some variable files keep quotes as text.",
    "credential_template": "Find out why the placeholder was not replaced; the pipeline may not define the variable.",
    "credential_person": "Use the ID of an API client; the login of a person does not work here.",
    "credentials_alike": "Look up the ID and the secret again; one of them was pasted twice.",
    "secret_in_file": "Remove the secret from the file and put it into KF_CLIENT_SECRET or a vaulted variable.",
    "config_ignored": "Remove write permission for others from that folder, or set ANSIBLE_CONFIG to the file.",
    "setting_unknown": "Compare the spelling with the options in the documentation.",
    # network
    "name_unknown": "Check the host in api_url and that this machine's name server knows it.",
    "name_server_failing": "Try again, and check the name servers in /etc/resolv.conf.",
    "name_server_silent": "Check the name servers in /etc/resolv.conf and the network to them.",
    "port_refused": "Check host and port in api_url and that no firewall rejects the connection.",
    "port_silent": "Allow outgoing connections to that port in the firewall between this machine and the service.",
    "port_unreachable": "Check the routes of this machine and that it has IPv4 or IPv6 as the addresses require.",
    "address_dead": "Connections work through another address but may take seconds longer.",
    "proxy_no_url": "Set the proxy variable to http://host:port; in a password, write %2F for / and %40 for @.",
    "proxy_kind": "Look at the token row, which uses that proxy; only http proxies are checked separately.",
    "proxy_unreachable": "Check host and port in the proxy variable, or add the service's host to NO_PROXY.",
    "proxy_authentication": "Add the proxy's user and password to its variable, as http://user:password@host:port.",
    "proxy_refuses": "Allow connections to the service's host and port in the proxy.",
    "proxy_silent": "Check that an http proxy listens at that port, and ask its administrator.",
    "proxy_nonsense": "Check that an http proxy listens at that port and not another service.",
    # TLS
    "ca_path_missing": "Correct the path to the CA certificates.",
    "ca_path_useless": "Provide the CA certificates in PEM format.",
    "tls_expired": "Compare this machine's clock with a time server; if it is right, renew the certificate.",
    "tls_not_yet_valid": "Compare this machine's clock with a time server; if it is right, wait until the date.",
    "tls_other_name": "Use one of the names in the certificate in api_url.",
    "tls_self_signed": "If you trust the service or proxy that presents it, name its certificate in ca_path.",
    "tls_untrusted": "If you trust the issuer, for example your own proxy, name its certificate in ca_path.",
    "tls_absent": "Check the port in api_url; the server there does not speak TLS.",
    "tls_expected": "Use https in api_url.",
    "tls_failed": "Check that nothing on the way to the service intercepts TLS, and which TLS versions it supports.",
    "tls_silent": "Check that a TLS server listens at that port and that no firewall drops its packets.",
    "tls_expires_soon": "Renew the certificate before it expires; after that, nothing works.",
    "tls_unverified": "Set validate_certs to true and name the CA certificate in ca_path.",
    # service
    "credentials": "Check client_id and client_secret, and that the API client still exists in the web interface.",
    "forbidden": "Grant the API client read access in the web interface.",
    "token_unusable": "Check api_url, and report the token response to the service's support.",
    "token_lifetime": "Everything works, but tokens may be requested often; report it to the service's support.",
    "rate_limited": "Send fewer requests: share tokens and responses with cache_dir and max_age, and start fewer runs "
    "at once.",
    "server_error": "Try again later; if it persists, contact the service's support or the proxy's administrator.",
    "not_there": "Check api_url: the host must serve the paths of the API, such as /v2/status.",
    "refused": "Check api_url and that no proxy responds in place of the service.",
    "redirect": "Set api_url to the final address; credentials are never sent after a redirect.",
    "unexpected_status": "Check that no proxy responds in place of the service, and contact the service's support.",
    "web_page": "Check api_url and whether a proxy or a network login page responds in place of the service.",
    "empty": "Check that no proxy responds in place of the service, and report it to the service's support.",
    "no_json": "Check that nothing on the way truncates responses, and report it to the service's support.",
    "no_object": "Check api_url, and report it to the service's support.",
    "answered_error": "Try again later; if it persists, report the error in the response to the service's support.",
    "old_answer": "Exclude the paths below /v2 from the cache between this machine and the service.",
    "answer_too_large": "Report it to the service's support; a response about monitors is never that large.",
    "encoding": "Check that no proxy compresses responses again, and report it to the service's support.",
    "timeout": "Try again; if it persists, look for what slows the network down, or raise timeout.",
    "incomplete": "Check that nothing on the way closes connections early, and try again.",
    "connection": "Check that api_url names an HTTP server.",
    "retried": "The request succeeded; if retries are always needed, report it to the service's support.",
    "slow": "Look for what slows the network down; a waiting gate polls every 15 to 60 seconds.",
    "uncompressed": "Everything works; look for a proxy that removes the header Accept-Encoding.",
    "clock_behind": "Synchronize this machine's clock with a time server.",
    "clock_ahead": "Synchronize this machine's clock with a time server.",
    "clock_untold": "Compare this machine's clock with a time server by hand.",
    # responses
    "contract": "See the contract rows for the differences, and send this report to the collection's maintainers.",
    "contract_missing": "Send this report to the collection's maintainers; a failed row stops every plugin.",
    "contract_type": "Send this report to the collection's maintainers; a failed row stops every plugin.",
    "contract_value": "Send this report to the collection's maintainers; no plugin accepts such a value.",
    "contract_new": "Everything works; send this report to the collection's maintainers.",
    "contract_path": "Everything else works; check that the response comes from the requested address.",
    "contract_duplicate": "Report it to the service's support; the two monitors cannot be told apart.",
    "contract_old_shape": "Check api_url for an old version of the service, and contact its support.",
    "no_monitors": "Create a monitor, or check that the API client belongs to the right account.",
    "join_differs": "Try again in two minutes: the service needs that long to apply a changed configuration.",
    "tests_absent": "The gate treats untested monitors as blind, and as unproved if they test so rarely that a status "
    "window may contain no test; check new monitors again later.",
    "tests_ahead": "Report it to the service's support; the gate does not accept tests from the future as evidence.",
    "tests_old": "The gate treats these monitors as blind; check in the web interface why they are not tested.",
    "tests_contradict": "Everything works, because the earlier time counts; report it to the service's support.",
    # this machine
    "cache_no_folder": "Remove it, or set cache_dir to a folder that you own.",
    "cache_of_another": "Set cache_dir to a folder that you own.",
    "cache_open": "Restrict its permissions with chmod 700, or set cache_dir to a folder that you own.",
    "cache_unusable": "Set cache_dir to a folder that you can write to.",
    "cache_not_writable": "Grant yourself write permission, or set cache_dir to a folder that you own.",
    "cache_full": "Free space on that disk, or set cache_dir to a folder on another disk.",
    "cache_nearly_full": "Free space on that disk, or set cache_dir to a folder on another disk.",
    "cache_not_lockable": "Set cache_dir to a folder on a local disk; some network drives do not support locks.",
    "cache_spoilt": "Find out what else writes there; you can remove the files at any time.",
    "library_missing": "Install it for the Python that runs Ansible, for example with pip install requests.",
    "version_old": "Install a newer release; old releases are not tested and report errors less precisely.",
    "out_of_time": "Look at the slow rows above first, then run the doctor again.",
    "doctor_error": "Send this report to the collection's maintainers.",
    "report_unwritten": "Set report to a file in an existing folder that you can write to.",
}


def advice_for(code: str) -> str:
    """Return the advice for ``code``; for an unknown code, the advice to report it."""
    return ADVICE.get(code, ADVICE["doctor_error"])
