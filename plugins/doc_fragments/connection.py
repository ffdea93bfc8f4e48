# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options with which every plugin reaches the service."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  api_url:
    description:
      - Where the service is. The paths of the API, such as C(/v2/status), are appended.
      - Plain C(http) is accepted for a loopback address only. A URL with a user name or a password is refused.
    type: str
    default: https://api.knowledgefront.com
    aliases: [base_url]
  client_id:
    description:
      - The id of an API client, made in the web interface under Account Name > API Access.
    type: str
  client_secret:
    description:
      - The secret of that API client. It appears in no output, error or report. Ansible itself may show what a playbook
        says, so give it as a variable or in the environment.
      - Id and secret may hold any printable character. They are sent as they are and, if the service refuses them so,
        once more encoded as RFC 6749 has it; an O(client_id) with a colon is sent encoded only.
    type: str
  validate_certs:
    description:
      - Whether the service's certificate has to verify.
    type: bool
    default: true
  ca_path:
    description:
      - A file or a folder with the certificates of the authorities to trust instead of the usual ones.
    type: path
  retries:
    description:
      - Attempts after the first one when there is no answer, or one with the status 408, 429, 500, 502, 503 or 504.
      - C(Retry-After) is honoured. Otherwise the pause is random, up to a limit that doubles from half a second to
        fifteen.
    type: int
    default: 4
  token_cache:
    description:
      - Whether a token is kept for other tasks, forks and runs of the same user, in a file that is encrypted with the
        secret, until shortly before it expires.
      - Only plugins on the controller keep one.
    type: str
    choices: [file, none]
    default: file
  max_age:
    description:
      - Seconds for which an answer of the service may be used again by whoever asks the same on this controller. So a
        play asks once for all its hosts. With V(0) every question is asked anew.
      - Only lookups, inventories and modules that run on the controller use an answer again;
        M(knowledgefront.monitoring.kf_gate) always asks anew.
    type: int
    default: 10
  cache_dir:
    description:
      - The folder for tokens and answers that are kept, by default C(knowledgefront) below C(ANSIBLE_HOME). It is made
        when it is absent.
      - A folder that belongs or is open to somebody else is not used; a warning says so, and the work goes on without.
    type: path
"""

    TIMEOUT = r"""
options:
  timeout:
    description:
      - Seconds that one question may take in all, with its token, its retries and a slow answer.
    type: int
    default: 60
"""

    MODULES = r"""
options: {}
notes:
  - A connection option that a task does not give is taken from the variable C(kf_<option>), the environment variable
    C(KF_<OPTION>) or, except for O(client_secret), the section C([knowledgefront]) of C(ansible.cfg), in this order.
    All of them are read on the controller.
  - The options can be given once for a whole play with C(module_defaults) and the action group
    C(group/knowledgefront.monitoring.kf).
requirements:
  - requests
"""

    PLUGINS = r"""
options:
  api_url:
    env:
      - name: KF_API_URL
    ini:
      - section: knowledgefront
        key: api_url
    vars:
      - name: kf_api_url
  client_id:
    env:
      - name: KF_CLIENT_ID
    ini:
      - section: knowledgefront
        key: client_id
    vars:
      - name: kf_client_id
  client_secret:
    env:
      - name: KF_CLIENT_SECRET
    vars:
      - name: kf_client_secret
  validate_certs:
    env:
      - name: KF_VALIDATE_CERTS
    ini:
      - section: knowledgefront
        key: validate_certs
    vars:
      - name: kf_validate_certs
  ca_path:
    env:
      - name: KF_CA_PATH
    ini:
      - section: knowledgefront
        key: ca_path
    vars:
      - name: kf_ca_path
  timeout:
    env:
      - name: KF_TIMEOUT
    ini:
      - section: knowledgefront
        key: timeout
    vars:
      - name: kf_timeout
  retries:
    env:
      - name: KF_RETRIES
    ini:
      - section: knowledgefront
        key: retries
    vars:
      - name: kf_retries
  token_cache:
    env:
      - name: KF_TOKEN_CACHE
    ini:
      - section: knowledgefront
        key: token_cache
    vars:
      - name: kf_token_cache
  max_age:
    env:
      - name: KF_MAX_AGE
    ini:
      - section: knowledgefront
        key: max_age
    vars:
      - name: kf_max_age
  cache_dir:
    env:
      - name: KF_CACHE_DIR
    ini:
      - section: knowledgefront
        key: cache_dir
    vars:
      - name: kf_cache_dir
"""
