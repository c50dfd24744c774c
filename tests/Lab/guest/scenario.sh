#!/bin/bash
# Runs one scenario: its commands, with the library, until the first that fails; then tells which.
set -eEuo pipefail
scenario=$1; shift
. "$LAB/guest/lib.sh"
trap 'status=$?; echo "FAILED with $status at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"; dmesg | tail -n 20 >"$RESULTS/dmesg"' ERR
. "$scenario"
say "passed: $(basename "$scenario" .sh)"
