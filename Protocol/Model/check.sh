#!/usr/bin/env bash
# Explores every state of the model in lanes.pml with Spin, and then plants each of its slips, which
# must be found. Arguments: nothing for the short form, a minute; --all for every mix of faults,
# a quarter of an hour and up to 8 GB of memory; --help.
#
#   bash Protocol/Model/check.sh --all
set -euo pipefail
cd "$(dirname "$0")"
. ../../Samples/install.sh

all=no
case "${1:-}" in
    "") ;;
    --all) all=yes ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
missing=()
command -v spin >/dev/null || missing+=(spin)
command -v gcc >/dev/null || missing+=(gcc)
[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
model=$PWD/lanes.pml

# Builds the verifier of one mix and runs it: NAME FLAGS. Hash compaction keeps 64 bits a state.
explore() {
    local name=$1; shift
    mkdir -p "$folder/$name"
    cd "$folder/$name"
    spin -a "$@" "$model" >out 2>&1 &&
        gcc -O2 -w -DSAFETY -DHC4 -DNOREDUCE -DMEMLIM=13000 -o pan pan.c >>out 2>&1 ||
        { cat out >&2; exit 1; }
    local started=$SECONDS
    # -E: a choice that leads nowhere is no deadlock.
    ./pan -E -m100000 -w"${table_bits:-24}" >result 2>&1 || true
    states=$(sed -nE 's/ *([0-9.e+]+) states, stored.*/\1/p' result)
    errors=$(sed -nE 's/.*errors: ([0-9]+).*/\1/p' result)
    seconds=$((SECONDS - started))
    if [ -z "$errors" ] || grep -qE 'out of memory|max search depth too small' result; then
        echo "$name: the exploration did not come to an end" >&2
        cat result >&2
        exit 1
    fi
}

failed=0
tell() { printf '%-10s  %-52s %12s  %s\n' "$@"; }
holds() {
    local name=$1 words=$2; shift 2
    explore "$name" "$@"
    if [ "$errors" = 0 ]; then
        tell "$name" "$words" "$states" "holds, ${seconds} s"
    else
        failed=1
        tell "$name" "$words" "$states" "VIOLATED: $(grep -m1 'assertion' "$folder/$name/result")"
    fi
}
slips() {
    local name=$1 words=$2; shift 2
    explore "$name" "-D$name" -DTOTAL=2 -DERAS=3
    if [ "$errors" = 0 ]; then
        failed=1
        tell "$name" "$words" "$states" "NOT FOUND"
    else
        tell "$name" "$words" "$states" "found"
    fi
}

tell "mix" "2 hubs, 2 devices; writes in all; faults" "states" "invariants"
holds lost "4 writes; lost answers, strays" -DERAS=2 -DCLONES=0 -DRESTORES=0
holds restart "4 writes; lost answers, strays, a restart" \
    -DERAS=3 -DRESTARTS=1 -DCLONES=0 -DRESTORES=0
holds restore "3 writes; strays, a restore" -DERAS=3 -DLOST=0 -DCLONES=0 -DTOTAL=3
holds both "2 writes; lost answers, strays, a restart, a restore" \
    -DERAS=4 -DRESTARTS=1 -DCLONES=0 -DTOTAL=2
if [ "$all" = yes ]; then
    holds clone "4 writes; lost answers, strays, a clone" -DERAS=2 -DRESTORES=0
    holds mixed "2 writes; lost answers, strays, a clone, a restore" -DERAS=3 -DTOTAL=2
    table_bits=28
    holds restores "4 writes; strays, a restore" -DERAS=3 -DLOST=0 -DCLONES=0
    table_bits=24
fi

tell "slip" "what is wrong" "states" ""
slips SAMEERA "a restored hub goes on in its old era"
slips INFLATE "a context is not truncated to what the hub has"
slips ALLKNOWN "an author is taken to have known all that the hub has"
slips NOPREV "a change set is taken before its predecessor"
slips NOHEAD "a device does not compare lane heads, only vectors"
exit $failed
