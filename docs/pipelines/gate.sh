#!/bin/sh
# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# gate.sh gate|watch: runs the gate before or after a deployment, and exits with gate_rc. The reports are in gate-reports.
set -eu
phase=$1 folder=gate-reports
report=$folder/$phase.json
mkdir -p "$folder"
rm -f "$folder/$phase".*

read_report() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2" 2>/dev/null; }

set -- -e @gate.yml -e "{\"deploy_gate_reports\": [\"$report\", \"$folder/$phase.md\", \"$folder/$phase.xml\"]}"
# The baseline of the gate before the deployment distinguishes new alerts from older ones, and reveals missing monitors.
write_baseline() { python3 -c 'import json, sys; baseline = json.load(open(sys.argv[1]))["baseline"]
json.dump({"deploy_gate_baseline": baseline}, open(sys.argv[2], "w")) if baseline else sys.exit(1)' "$1" "$2" 2>/dev/null; }
if [ "$phase" = watch ] && write_baseline "$folder/gate.json" "$folder/baseline.json"; then
    set -- "$@" -e "@$folder/baseline.json"
elif [ "$phase" = watch ]; then
    echo "gate.sh: $folder/gate.json has no baseline: every alert counts as new, and a missing monitor is not noticed" >&2
fi

# While Ansible runs, GitHub Actions ignores commands in the log until the random token appears.
token=
if [ "${GITHUB_ACTIONS:-}" = true ]; then
    token=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
    echo "::stop-commands::$token"
fi

rc=0
ansible-playbook "knowledgefront.monitoring.$phase" "$@" || rc=$?
[ -z "$token" ] || echo "::$token::"

# Ansible exits with 2 for every failure; the report has the reason. Without a report there is no verdict, and no pass.
gate_rc=$(read_report "$report" gate_rc) || gate_rc=12
[ "$rc" -eq 0 ] || [ "$gate_rc" -ne 0 ] || gate_rc=$rc
echo "gate_rc $gate_rc"
exit "$gate_rc"
