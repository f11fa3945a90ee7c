#!/usr/bin/env bash
# Refuses SQLite one request for memory after the other, once and from then on, in every scenario of
# the crash tests, on devices and hubs; by default one in two hundred. LYNK_CRASH_EVERY=1 tries
# every single one: hours.
#
# GRDB ends the process where it has no memory to open a connection or to pass an argument: nothing
# is acknowledged then, and the sweep goes on after that request in a new process.
#
#   bash Tests/memory.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. Samples/install.sh
install_missing
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
swift build "${build_flags[@]}" --build-tests >"$folder/build" 2>&1 ||
    { cat "$folder/build" >&2; exit 1; }

export LYNK_FAIL_MEMORY=1 LYNK_SWEEP_PROGRESS=$folder/progress SWIFT_BACKTRACE=enable=no
touch "$folder/progress"
ended=0
while true; do
    before=$(wc -l <"$folder/progress")
    status=0
    swift test "${build_flags[@]}" --skip-build --filter 'LynkStoreTests.OutOfMemoryTests' \
        >"$folder/log" 2>&1 || status=$?
    grep -aE 'failures told' "$folder/log" || true
    [ "$status" -ne 0 ] || break
    # A failed expectation, or a process that got nowhere, is a failure.
    if grep -aqE '^✘' "$folder/log" || [ "$(wc -l <"$folder/progress")" -le "$before" ]; then
        grep -aE '^✘|Fatal error' "$folder/log" >&2 || tail -n 20 "$folder/log" >&2
        exit 1
    fi
    ended=$((ended + 1))
done
grep -aE 'Test run with' "$folder/log" | tail -n 1
tried=$(grep -c ':[0-9]' "$folder/progress")
echo "$tried requests refused, $ended of them ended the process, 0 violations"
[ "$tried" -gt 100 ]
