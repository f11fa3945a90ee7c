#!/usr/bin/env bash
# A day of shared inspection checklists: three inspectors edit one site without a network, the
# office plans meanwhile, then everybody syncs, and one sees how each conflict was decided.
#
#   bash Samples/checklists.sh [--work DIR]
#
# Runs a real hub on loopback with TLS and five devices in one process, in a temporary directory
# that is removed at the end. Exits 1 unless all devices agree.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=Samples/install.sh
. "$repository/Samples/install.sh"
install_missing

program=$repository/.build/release/checklists
if [ ! -x "$program" ]; then
    echo "Building checklists (once)"
    swift build --package-path "$repository" "${build_flags[@]}" --product checklists
fi
exec "$program" "$@"
