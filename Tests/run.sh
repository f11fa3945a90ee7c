#!/usr/bin/env bash
# Installs what is missing, builds once, runs all tests. Arguments go to `swift test`:
#   bash Tests/run.sh --filter LynkCoreTests
set -euo pipefail
cd "$(dirname "$0")/.."
. Samples/install.sh
install_missing

started=$SECONDS
log=$(mktemp)
trap 'rm -f "$log"' EXIT

echo "Building (the first time takes some minutes)"
if ! swift build "${build_flags[@]}" --build-tests >"$log" 2>&1; then
    cat "$log" >&2
    echo "The build failed: its words are above." >&2
    exit 1
fi
grep -E '(Sources|Tests|Samples)/.*warning:' "$log" || true
echo "Built in $((SECONDS - started)) s"

total=0 failed=0

# One process of tests. Counts what the last line of Swift Testing says, the one count that is true:
# it also says how many there were.
run_tests() {
    local status=0 summary ran broken
    swift test "${build_flags[@]}" --skip-build "$@" 2>&1 | tee "$log" |
        grep -a --line-buffered -E '^(✘|↳|error:)|Fatal error|^✔ (Suite|Test run)' || true
    status=${PIPESTATUS[0]}
    summary=$(grep -aoE 'Test run with [0-9]+ tests?.*' "$log" | tail -n 1 || true)
    ran=$(sed -nE 's/^Test run with ([0-9]+) tests?.*/\1/p' <<<"$summary")
    broken=$(grep -aE '^✘ Test .* failed after' "$log" | grep -avc '^✘ Test run' || true)
    if [ -z "$ran" ]; then
        tail -n 40 "$log" >&2
        echo "The tests did not come to an end: the last lines are above." >&2
        exit 1
    fi
    if [ "$status" -ne 0 ] && [ "$broken" -eq 0 ]; then broken=1; fi
    total=$((total + ran)) failed=$((failed + broken))
}

if [ $# -gt 0 ]; then
    run_tests "$@"
else
    # Those that wait for a real server by themselves: beside thousands of simulated worlds on two
    # cores an answer may take longer than a client waits.
    served='^(EndToEndTests|LynkServerTests)\.'
    run_tests --skip "$served"
    run_tests --filter "$served"
fi
echo "$((total - failed)) passed, $failed failed, in $((SECONDS - started)) s"
if [ "$total" -eq 0 ]; then
    echo "No test ran: see the filter that was given." >&2
    exit 1
fi
[ "$failed" -eq 0 ]
