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
      - Base URL of the service. The paths of the API, such as C(/v2/status), are appended.
      - Plain C(http) is accepted for a loopback address only. A URL with a user name or a password is refused.
    type: str
    default: https://api.knowledgefront.com
    aliases: [base_url]
  client_id:
    description:
      - Id of an API client. Create one in the web interface under Account Name > API Access.
    type: str
  client_secret:
    description:
      - Secret of the API client. No output, error or report contains it. Ansible itself may show literal values of a
        playbook, so set it in a variable or in the environment.
      - Id and secret may contain any printable character. They are sent unchanged and, if the service refuses them,
        once more in the encoding of RFC 6749; an O(client_id) with a colon is sent encoded only.
    type: str
  validate_certs:
    description:
      - Whether to verify the certificate of the service.
    type: bool
    default: true
  ca_path:
    description:
      - File or folder with the certificates of the authorities to trust, instead of the system's.
    type: path
  retries:
    description:
      - Number of retries if there is no response, or one with the status 408, 429, 500, 502, 503 or 504.
      - The delay follows C(Retry-After). Otherwise it is random, up to a limit that doubles from 0.5 to 15 seconds.
    type: int
    default: 4
  token_cache:
    description:
      - Whether to cache the token for other tasks, forks and runs of the same user until shortly before it expires.
        The file is encrypted with the secret.
      - Only plugins on the controller cache tokens.
    type: str
    choices: [file, none]
    default: file
  max_age:
    description:
      - Seconds for which a response may be reused for the same request on this controller, so that a play sends one
        request for all its hosts. V(0) disables reuse.
      - Only lookups, inventories and modules on the controller reuse responses. M(knowledgefront.monitoring.kf_gate)
        never does.
    type: int
    default: 10
  cache_dir:
    description:
      - Folder for cached tokens and responses, by default C(knowledgefront) below C(ANSIBLE_HOME). It is created if
        necessary.
      - A folder that other users own or can access is not used, with a warning.
    type: path
"""

    TIMEOUT = r"""
options:
  timeout:
    description:
      - Total seconds per request, including authentication, retries and a slow response.
    type: int
    default: 60
"""

    MODULES = r"""
options: {}
notes:
  - A connection option that the task does not set is taken from the variable C(kf_<option>), the environment variable
    C(KF_<OPTION>) or, except for O(client_secret), the section C([knowledgefront]) of C(ansible.cfg), in this order.
    All of them are read on the controller.
  - To set options for a whole play, use C(module_defaults) with the action group
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
