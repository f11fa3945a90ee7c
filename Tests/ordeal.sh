#!/usr/bin/env bash
# Runs lynkd and devices as real processes under real failures, and checks all that they saw.
#
#   bash Tests/ordeal.sh [--runs N] [--seed S] [--seconds T] [--record] [--keep]
#
# --runs N     how many runs, one after the other (2)
# --seed S     the seed of the first one; the next has S + 1 (1)
# --seconds T  how long things go wrong in each run; coming to rest takes about as long (8)
# --record     add a line per run to Tests/Ordeal.csv
# --keep       keep the files of every run, not only of those with a violation
#
# LYNK_BIN names a folder with lynkd and lynk-ordeal of another build. As root, or where users may
# have namespaces, runs with an even seed fill up a small file system of their own; the others, and
# all of them elsewhere, limit the size of files instead.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=Samples/install.sh
. "$repository/Samples/install.sh"

usage() { sed -n 's/^# \{0,1\}//; 2,14p' "${BASH_SOURCE[0]}"; }
options=()
while [ $# -gt 0 ]; do
    case $1 in
    --runs | --seed | --seconds)
        [ $# -ge 2 ] || { usage >&2 && exit 64; }
        options+=("$1" "$2") && shift 2
        ;;
    --record) options+=(--record "$repository/Tests/Ordeal.csv") && shift ;;
    --keep) options+=("$1") && shift ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 64 ;;
    esac
done

if [ -z "${LYNK_BIN:-}" ]; then
    install_missing
    for product in lynkd lynk-ordeal; do
        swift build --package-path "$repository" "${build_flags[@]}" --product "$product" |
            tail -n 1
    done
    LYNK_BIN=$(swift build --package-path "$repository" "${build_flags[@]}" --show-bin-path)
fi
export SWIFT_BACKTRACE=enable=no
commit=$(git -C "$repository" rev-parse --short HEAD 2>/dev/null || echo unknown)
command=("$LYNK_BIN/lynk-ordeal" run --lynkd "$LYNK_BIN/lynkd" --commit "$commit"
    "${options[@]}")

# A mount of our own: nobody else sees it, and it goes with the process.
own=(unshare -m)
[ "$(id -u)" -eq 0 ] || own=(unshare -rm)
small=$(mktemp -d)
trap 'rmdir "$small" 2>/dev/null || true' EXIT
# In its place: both folders are file systems, of 160 MB each.
mount_both='mount -t tmpfs -o size=1m tmpfs "$1" && mkdir "$1/hub" "$1/devices" &&
    mount -t tmpfs -o size=160m tmpfs "$1/hub" && mount -t tmpfs -o size=160m tmpfs "$1/devices"'
if "${own[@]}" bash -c "$mount_both" _ "$small" 2>/dev/null; then
    "${own[@]}" bash -c "$mount_both"' && small=$1 && shift && exec "$@" --small-disk "$small"' \
        _ "$small" "${command[@]}"
else
    echo "No small file system can be had here: the size of files is limited instead."
    "${command[@]}"
fi
