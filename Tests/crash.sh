#!/usr/bin/env bash
# Crashes devices and hubs at every boundary of every scenario, and lets every call of the file
# system fail once, and from then on: some minutes. The tests of CI try a part of both.
#
#   bash Tests/crash.sh
set -euo pipefail
cd "$(dirname "$0")/.."
LYNK_CRASH_EVERY=1 bash Tests/run.sh --filter 'LynkStoreTests.CrashTests'
