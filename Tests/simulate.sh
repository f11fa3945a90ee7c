#!/usr/bin/env bash
# Builds lynk as for release and plays many seeds; writes the rates down.
#
#   bash Tests/simulate.sh                     60,000 seeds on all cores: about an hour
#   bash Tests/simulate.sh 2000                so many
#   bash Tests/simulate.sh 2000 --store sqlite  the shipped stores on simulated disks
#   LYNK_DAY=2026-11-23 bash Tests/simulate.sh 5000 --record Tests/Rates.csv
set -euo pipefail
cd "$(dirname "$0")/.."
. Samples/install.sh
install_missing
seeds=${1:-60000}
[ $# -eq 0 ] || shift
swift build "${build_flags[@]}" --product lynk >/dev/null
exec "$(swift build "${build_flags[@]}" --show-bin-path)/lynk" simulate --seeds "$seeds" \
    --jobs "$(nproc)" --commit "$(git describe --always --dirty 2>/dev/null || echo unnamed)" \
    --date "${LYNK_DAY:-$(date +%F)}" "$@"
