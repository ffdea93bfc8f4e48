# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cause and the remedy of each error code, as reStructuredText. The doctor's codes have a page of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Explanation(NamedTuple):
    cause: str
    remedy: str


Group = Mapping[str, Explanation]

OPTIONS: Group = {
    "client_id_missing": Explanation(
        "No id of an API client is set.",
        "Create an API client under *Account Name > API Access*, and set ``KF_CLIENT_ID``.",
    ),
    "client_secret_missing": Explanation(
        "No secret of an API client is set. Plugins on the controller read the environment of ``ansible-playbook``, "
        "not the keyword ``environment`` of a play.",
        "Set ``KF_CLIENT_SECRET`` or the vaulted variable ``kf_client_secret``.",
    ),
    "configuration": Explanation(
        "An option of the connection or of the gate is invalid. The message names it.",
        "Correct the option where it is set: in the task, in a ``kf_*`` variable, in the environment or in "
        "``ansible.cfg``. The doctor shows the source of each option.",
    ),
    "pattern": Explanation(
        "A pattern in ``include``, ``exclude`` or an exception is not a valid regular expression, or takes too long to "
        "match.",
        "Use a glob such as ``Primary *``, or simplify the expression: do not nest repetitions.",
    ),
    "unmatched": Explanation(
        "A pattern in ``include`` matches no monitor, usually because a monitor was renamed or of a typing error.",
        "Compare the pattern with the labels that the message suggests, or set ``on_unmatched: warn``.",
    ),
    "empty_scope": Explanation(
        "No monitor is selected, or fewer than ``min_monitors``.",
        "Correct ``include``, ``exclude`` or ``types``. ``kf_status_info`` with ``all: true`` lists all monitors.",
    ),
    "small_scope": Explanation(
        "Fewer monitors than ``min_monitors`` are in scope.",
        "Correct ``include``, ``exclude`` or ``types``, or lower ``min_monitors``.",
    ),
    "not_found": Explanation(
        "The service has no active monitor with this id.",
        "Check the id, and whether the monitor is active in the account of this API client.",
    ),
    "policy_file": Explanation(
        "The policy file of ``kf_adopt`` or ``kf_rehearse`` is not a policy, or cannot be read or written. It was not "
        "changed.",
        "Name another file in ``path`` or ``policies``, or correct what the message describes.",
    ),
    "history_file": Explanation(
        "The CSV file of ``kf_rehearse`` cannot be read or is not a history. The message names the line.",
        "Correct the file: it needs the columns ``monitor``, ``time`` and ``down``, sorted by a time with ``Z`` or in "
        "epoch seconds.",
    ),
    "deployment_times": Explanation(
        "The deployments of ``kf_rehearse`` cannot be planned: a time, an interval or the file of times is invalid.",
        "Correct ``deployments``, ``deployments_file``, ``every``, ``since`` or ``until``, as the message describes.",
    ),
    "not_covered": Explanation(
        "The history of ``kf_rehearse`` does not cover a deployment: it begins later, ends earlier or has a gap.",
        "Plan other deployments, or set ``on_gap: skip`` to leave such deployments out.",
    ),
    "expectation_file": Explanation(
        "The file in ``expect`` of ``kf_rehearse`` has an unknown expectation or an invalid value.",
        "Correct what the message describes.",
    ),
    "expectations": Explanation(
        "A policy does not meet an expectation of the file in ``expect``. The reports of the rehearsal were written.",
        "Correct the policy, or the expectation if it is wrong.",
    ),
    "journal_empty": Explanation(
        "The journal has no poll.",
        "Record the account with the gate or the playbook ``record`` first.",
    ),
    "report_file": Explanation(
        "A report of ``kf_rehearse`` cannot be written, or would replace a file that the task reads.",
        "Name other files, in existing folders that you can write to, in ``reports``.",
    ),
    "board_file": Explanation(
        "The page of ``kf_board`` cannot be written. An existing page was not changed.",
        "Name a file in an existing folder that you can write to in ``path``.",
    ),
    "collect_report": Explanation(
        "The report that ``kf_collect`` reads is not the JSON report of a gate that owes proofs, was edited, or cannot "
        "be replaced. It was not changed.",
        "Name the JSON report of phase ``after`` as the gate wrote it, or correct what the message describes.",
    ),
    "requests_missing": Explanation(
        "The Python that runs Ansible lacks the library ``requests``.",
        "Install it for that Python: the message names its path. Use ``PATH -m pip install requests``.",
    ),
    "requests_broken": Explanation(
        "The library ``requests`` is installed but cannot be imported.",
        "Reinstall it with its dependencies: ``PATH -m pip install --force-reinstall requests``.",
    ),
    "handover": Explanation(
        "With ``run_on: target``, the secret could not be written to or read from the target's temporary folder.",
        "Check the space and permissions of ``remote_tmp``, or remove ``run_on: target``.",
    ),
}

ACCESS: Group = {
    "credentials": Explanation(
        "The service refused the id or the secret of the API client.",
        "Check ``KF_CLIENT_ID`` and ``KF_CLIENT_SECRET``. Create a new secret under *Account Name > API Access* if you "
        "lost the old one.",
    ),
    "forbidden": Explanation(
        "The API client may not read this, or is locked.",
        "Give the API client the right to read monitors, or unlock it, in the web interface.",
    ),
}

NETWORK: Group = {
    "network": Explanation(
        "The service could not be reached.", "Run the doctor: it names the step at which the connection ends."
    ),
    "connection": Explanation(
        "No connection to the host and port in ``api_url`` could be opened.",
        "Check ``api_url``, the firewall, and ``HTTPS_PROXY`` and ``NO_PROXY``.",
    ),
    "dns": Explanation(
        "The name server did not resolve the host in ``api_url`` for the moment.",
        "Try again, and check the name servers of this machine.",
    ),
    "unknown_host": Explanation(
        "The host in ``api_url`` does not exist for the name server.",
        "Check ``api_url`` for typing errors, and the name servers of this machine.",
    ),
    "timeout": Explanation(
        "There was no complete response within ``timeout`` seconds, including authentication and retries.",
        "Raise ``timeout``, or run the doctor to find the slow step.",
    ),
    "proxy": Explanation(
        "The proxy refused the connection.",
        "Check ``HTTPS_PROXY`` and its credentials, or name the service's host in ``NO_PROXY``.",
    ),
    "tls": Explanation(
        "No TLS connection could be established.",
        "Check that ``api_url`` names a port that speaks TLS, and that no device between breaks it up.",
    ),
    "certificate": Explanation(
        "The certificate of the service, or of a proxy in its place, is not signed by a trusted authority or is for "
        "another host.",
        "Name the file of the authority in ``ca_path`` (``KF_CA_PATH``). Do not set ``validate_certs: false``.",
    ),
    "ca_path": Explanation(
        "The file in ``ca_path`` contains no certificates.",
        "Name a PEM file or a folder of hashed certificates.",
    ),
    "service": Explanation(
        "The service answered with an error, such as HTTP 500, or with a redirect.",
        "Try again later. For a redirect, set ``api_url`` to the final address.",
    ),
}

RESPONSES: Group = {
    "answered_error": Explanation(
        "The service answered with HTTP 200 and an error in the document.",
        "Try again later. Report the message to the service if it persists.",
    ),
    "payload": Explanation(
        "The response is not the documented JSON: a web page of a proxy or a portal, or a document of another form.",
        "Check ``api_url``, and that no proxy responds in place of the service. The doctor shows the difference.",
    ),
    "answer_too_large": Explanation(
        "The response is larger than 128 MiB or would take more than 768 MiB of memory.",
        "Check ``api_url`` and any proxy: a real account is far smaller.",
    ),
    "incomplete": Explanation(
        "The connection ended in the middle of the response, or its compression is damaged.",
        "Try again. If it happens often, check proxies and firewalls that limit the size or time of a transfer.",
    ),
    "encoding": Explanation(
        "The response is compressed in a way that was not requested, usually by a proxy.",
        "Configure the proxy so that it does not change ``Content-Encoding``.",
    ),
    "old_answer": Explanation(
        "A cache between this machine and the service returned an old response.",
        "Exclude the paths below ``/v2`` from that cache.",
    ),
    "empty_answer": Explanation(
        "The status has no monitors although monitors are configured.",
        "Try again. If it persists, report it to the service: an empty status is never taken as good news.",
    ),
    "cut_short": Explanation(
        "A list lacks a monitor that the service still has, so the list is incomplete.",
        "Try again. If it persists, check proxies, and report it to the service.",
    ),
}

GATE: Group = {
    "new_alert": Explanation(
        "An alert was raised that the baseline does not have.",
        "Roll back or repair. Accept it with ``known`` and ``states: [new_alert]`` if it has another reason.",
    ),
    "silent_failure": Explanation(
        "A monitor failed several tests in a row without an alert; its alerts may be paused.",
        "Repair what it watches, or enable its alerts.",
    ),
    "missing": Explanation(
        "A monitor of the baseline or of the configurations is not in the response.",
        "Activate the monitor, or exclude it.",
    ),
    "existing_alert": Explanation(
        "An alert is active that is older than the deployment.",
        "Repair what it watches, or accept it: ``known``, or ``fixes`` if this deployment repairs it.",
    ),
    "known": Explanation("An entry of ``known`` accepts the problem.", "Nothing is needed until the entry expires."),
    "fixing": Explanation(
        "An alert that this deployment is to repair, by ``fixes``, is still active.",
        "Wait until the alert clears; after the deployment it must.",
    ),
    "existing_problem": Explanation(
        "A monitor already had a lasting problem in the baseline.",
        "Repair it, or list it in ``known``. ``on_existing_problem`` decides what it leads to.",
    ),
    "blind": Explanation(
        "The newest test of a monitor is too old or has an impossible time, so its state is unknown.",
        "Check in the web interface whether the monitor tests. ``stale_factor`` and ``stale_grace`` allow older tests.",
    ),
    "failing": Explanation(
        "Tests failed in a row, and there is no alert yet.",
        "Repair what it watches. The gate waits for clean tests if the time allows.",
    ),
    "pending": Explanation(
        "A monitor does not have enough clean tests since the deployment yet.", "Raise ``timeout`` or ``timeout_max``."
    ),
    "unproved": Explanation(
        "A monitor tests too rarely to be proved within ``timeout_max``.",
        "Raise ``timeout_max``, or accept it: by default it is only a warning.",
    ),
    "max_masked": Explanation(
        "More monitors than ``max_masked`` prove nothing, because their problems are only warned of.",
        "Narrow the scope to healthy monitors, name old problems in ``known``, or raise ``max_masked``.",
    ),
    "timeout_too_short": Explanation(
        "``timeout`` is shorter than the proof needs.", "Set ``timeout`` to the number in the message, or remove it."
    ),
    "interrupted": Explanation("A signal ended the wait, such as Ctrl-C.", "Start the gate again."),
    "unexpected": Explanation(
        "The gate itself crashed. It stops the deployment.",
        "Correct what the message describes, such as a full disk, and run the gate again. Otherwise report it.",
    ),
}

EVENTS: Group = {
    "cursor": Explanation(
        "The cursor file cannot be used: another source uses it, or its folder is missing or writable by everyone.",
        "Name a file in a folder of your own in ``cursor``, one for each source.",
    ),
    "cursor_foreign": Explanation(
        "The cursor belongs to another ``api_url``.", "Name another file for each service in ``cursor``."
    ),
    "cursor_spoilt": Explanation(
        "The cursor file is damaged.",
        "Move it away. The source then starts anew and reports the alerts that are active, but nothing of the time "
        "before.",
    ),
}

JOURNAL: Group = {
    "journal_empty": Explanation(
        "The journal has no poll to rehearse on.",
        "Record the account first, with the playbook ``record`` or the option ``journal`` of the gate.",
    ),
    "journal_invalid": Explanation(
        "The file is not a journal, or it is damaged.",
        "Correct the path. Move a damaged journal away: the next poll starts a new one.",
    ),
    "journal_account": Explanation(
        "The journal was recorded with another ``client_id`` or ``api_url``.",
        "Name a separate file for each account, or use the connection with which it was recorded. A "
        "rehearsal with an empty ``client_id`` accepts any journal.",
    ),
    "journal_newer": Explanation(
        "A newer release of the collection wrote the journal.",
        "Use that release to read it, or name another file.",
    ),
    "journal_older": Explanation(
        "An older release of the collection wrote the journal, and it could not be migrated.",
        "Make the file and its folder writable, and record something or read the journal again.",
    ),
    "journal_future": Explanation(
        "The newest poll in the journal is later than now, so that a clock was or is wrong.",
        "Synchronize the clock of the machine. If it is right, move the journal away.",
    ),
    "journal_unreadable": Explanation(
        "There is no file with this name, or it is a folder or another thing that is not a file.",
        "Correct the path, create the folder, or record a journal first.",
    ),
    "journal_insecure": Explanation(
        "Another user could change the journal: it is a link, belongs to another user, or is in a folder that "
        "everybody can change.",
        "Name a file of your own in a folder of your own.",
    ),
    "journal_unwritable": Explanation(
        "The disk is full, or the file or its folder is read-only. Nothing of the last poll was written.",
        "Free some space, or make both writable. SQLite needs a file beside the journal, also to read it after a "
        "writer was killed.",
    ),
    "journal_locked": Explanation(
        "Another process used the journal for too long.",
        "Try again. A process that was stopped in the middle of a transaction holds the lock until it ends.",
    ),
    "journal_replaced": Explanation(
        "The file was moved, deleted, replaced or cut while it was written. Polls that were recorded before are not at "
        "its path.",
        "Look for the earlier file. Move, restore or delete a journal only while nothing writes it.",
    ),
    "journal_value": Explanation(
        "A value cannot be stored, because it is out of range or larger than 64 MiB. Nothing was written.",
        "Report it with the message: the service and the gate do not produce such values.",
    ),
    "journal_sqlite": Explanation(
        "The Python that runs Ansible was built without SQLite.",
        "Use a Python with the module ``sqlite3``, such as that of your distribution.",
    ),
}

GROUPS: Mapping[str, Group] = {
    "Options and setup": OPTIONS,
    "Credentials": ACCESS,
    "Network": NETWORK,
    "Responses": RESPONSES,
    "Reasons of the gate": GATE,
    "Event source": EVENTS,
    "Journal": JOURNAL,
}
"""The codes by the titles of their sections, in the order of the page."""
