#!/usr/bin/env bash
# Plants every slip of Tests/Mutants into a copy of the sources, builds lynk once, and hunts each
# slip with the simulator. Some minutes for the build, some for the hunt.
#
#   bash Tests/mutants.sh                      every mutant, as a table
#   bash Tests/mutants.sh --write              and the table as Tests/Mutants.md
#   bash Tests/mutants.sh era-reused           one of them
#   bash Tests/mutants.sh --texts              only that the texts still match; no build
#   bash Tests/mutants.sh --help               the rest
set -euo pipefail
cd "$(dirname "$0")/.."
. Samples/install.sh
command -v python3 >/dev/null || install_packages python3
if [ "${1:-}" != --texts ] && [ "${1:-}" != --help ]; then install_missing; fi
export LYNK_BUILD_FLAGS="${build_flags[*]}"
exec python3 Tests/Mutants/run.py "$@"
