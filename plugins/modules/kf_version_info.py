#!/usr/bin/python
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kf_version_info
short_description: Read the version of the Knowledge Front API
description:
  - Returns the version of the API. The request needs a token, so this is also the simplest check of the credentials.
author:
  - The knowledgefront.monitoring contributors (@knowledgefront)
version_added: 0.1.0
extends_documentation_fragment:
  - knowledgefront.monitoring.connection
  - knowledgefront.monitoring.connection.timeout
  - knowledgefront.monitoring.connection.modules
  - knowledgefront.monitoring.info
"""

EXAMPLES = r"""
- name: Check that the service accepts the credentials
  knowledgefront.monitoring.kf_version_info:
  register: api

- name: Print the version
  ansible.builtin.debug:
    var: api.version
"""

RETURN = r"""
msg:
  description:
    - Summary of the result, or the error message.
    - A task with C(until) that never becomes true fails with this message.
  returned: always
  type: str
  sample: the service returned its version
version:
  description:
    - The response as the service sends it. Its documentation promises the major and minor version and the release
      date, but does not name the fields.
  returned: success
  type: dict
error_code:
  description: Error code of the failure, such as V(credentials), V(forbidden), V(not_found), V(timeout) or
    V(payload).
  returned: when the service cannot be reached or its response cannot be used
  type: str
  sample: credentials
http_status:
  description: HTTP status of the response, if there was one.
  returned: when the service cannot be reached or its response cannot be used
  type: int
  sample: 401
"""

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.arguments import VERSION_INFO
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.modules import run
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.queries import query_version


def main() -> None:
    run(query_version, VERSION_INFO)


if __name__ == "__main__":
    main()
