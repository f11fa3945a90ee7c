#!/usr/bin/env bash
# Crashes devices and hubs at every boundary of every scenario: some minutes. The tests of CI try
# every seventh.
#
#   bash Tests/crash.sh
set -euo pipefail
cd "$(dirname "$0")/.."
LYNK_CRASH_EVERY=1 bash Tests/run.sh --filter 'LynkStoreTests.CrashTests'
