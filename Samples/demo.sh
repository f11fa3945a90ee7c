#!/usr/bin/env bash
# The demonstration: a month of offline payments on real parts, twice: clean, then with repeated
# requests, lost answers and a server that is killed; the money is the same to the paisa.
#
#   bash Samples/demo.sh [--tenants N] [--quick] [--keep]
#
# --tenants N  only the first N of the 50 wholesalers
# --quick      only the first week of the month
# --keep       keep the files of hub and devices, and say where they are
set -euo pipefail
cd "$(dirname "$0")/.."
. Samples/install.sh

tenants=50 days=31 keep=no
while [ $# -gt 0 ]; do
    case $1 in
    --tenants) tenants=${2:?--tenants needs a number} && shift 2 ;;
    --quick) days=7 && shift ;;
    --keep) keep=yes && shift ;;
    *)
        sed -n 's/^# \{0,1\}//; 2,10p' "$0" >&2
        exit 64
        ;;
    esac
done
install_missing

work=$(mktemp -d)
finish() {
    if [ "$keep" = yes ]; then echo "The files are in $work"; else rm -rf "$work"; fi
}
trap finish EXIT

build() {
    echo "Building $1"
    swift build "${build_flags[@]}" --product "$1" >"$work/build.log" 2>&1 || {
        cat "$work/build.log" >&2
        exit 1
    }
}
build lynkd
build month-of-payments
programs=$(swift build "${build_flags[@]}" --show-bin-path)
export SWIFT_BACKTRACE=enable=no

"$programs/lynkd" certificate --out "$work/certificates" >/dev/null

run() {
    mkdir "$work/$1"
    "$programs/month-of-payments" --lynkd "$programs/lynkd" \
        --certificates "$work/certificates" --data Samples/Data --work "$work/$1" \
        --money-report "$work/$1.txt" --faults "$2" --tenants "$tenants" --days "$days"
}
echo
echo "== A month of payments"
run clean none
echo
echo "== The same month: 10 % of requests repeated, 10 % of answers lost, lynkd killed three times"
run faulty all
echo
if ! diff "$work/clean.txt" "$work/faulty.txt"; then
    echo "The two money reports differ: see above." >&2
    keep=yes
    exit 1
fi
echo "Both money reports are the same, byte for byte."
