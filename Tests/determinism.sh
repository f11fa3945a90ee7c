#!/usr/bin/env bash
# Plays the same seeds in a debug and in a release build: both must give the same histories, event
# for event. Two builds the first time; then a minute for a hundred seeds.
#
#   bash Tests/determinism.sh                  a hundred seeds
#   bash Tests/determinism.sh 1000             so many
#   bash Tests/determinism.sh 100 ONE OTHER    of two programs that are there already
set -euo pipefail
cd "$(dirname "$0")/.."
. Samples/install.sh
seeds=${1:-100}
if [ $# -eq 3 ]; then
    one=$2 other=$3
else
    install_missing
    swift build --product lynk >/dev/null
    swift build "${build_flags[@]}" --product lynk >/dev/null
    one="$(swift build --show-bin-path)/lynk"
    other="$(swift build "${build_flags[@]}" --show-bin-path)/lynk"
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$one" simulate --hashes --seeds "$seeds" >"$scratch/one" &
"$other" simulate --hashes --seeds "$seeds" >"$scratch/other"
wait
if ! diff "$scratch/one" "$scratch/other"; then
    echo "0 passed, 1 failed: the two builds play different histories; the seeds are above." >&2
    exit 1
fi
echo "$seeds seeds have the same hash in both builds"
echo "1 passed, 0 failed"
