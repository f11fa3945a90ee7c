#!/usr/bin/env bash
# Fuzzes every reader of bytes from outside with libFuzzer: see Tests/Fuzz/README.md.
#
#   bash Tests/fuzz.sh --seconds 60 --target request --jobs 2
#
#   --seconds N    how long each target runs (10)
#   --target NAME  only this one; may be given again
#   --jobs N       processes at once, each on another target (1)
#   --scratch DIR  where to build (.build-fuzz); .build takes over what Tests/run.sh has built
#   --debug        builds without optimisation: slower inputs, sooner at work
#   --keep         what was found goes into Tests/Corpus, as few and as small inputs as reach it
#
# Ends with an error when a target broke; the input is then in Tests/Fuzz/found/NAME.
set -euo pipefail
cd "$(dirname "$0")/.."
. Samples/install.sh
install_missing
export LYNK_FUZZ=1 SWIFT_BACKTRACE=enable=no

seconds=10 jobs=1 scratch=.build-fuzz keep= targets=()
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=$2 && shift ;;
    --target) targets+=("$2") && shift ;;
    --jobs) jobs=$2 && shift ;;
    --scratch) scratch=$2 && shift ;;
    --debug) build_flags=() ;;
    --keep) keep=1 ;;
    *) sed -n '2,13p' "$0" >&2 && exit 64 ;;
    esac
    shift
done

started=$SECONDS
log=$(mktemp)
trap 'rm -f "$log"' EXIT
build=(swift build "${build_flags[@]}" --scratch-path "$scratch")
if ! "${build[@]}" --product lynk-fuzz >"$log" 2>&1; then
    cat "$log" >&2
    echo "The build failed: its words are above." >&2
    exit 1
fi
echo "Built in $((SECONDS - started)) s"
program=$("${build[@]}" --show-bin-path)/lynk-fuzz

declare -A longest
while read -r name length; do
    longest[$name]=$length
done < <(LYNK_FUZZ_TARGET= "$program" || true)
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(printf '%s\n' "${!longest[@]}" | sort)
fi
work=$scratch/corpus
found=Tests/Fuzz/found
python3 Tests/Fuzz/seeds.py "$work"

# One target: from what is kept and what earlier runs left in the build folder.
fuzz() {
    local name=$1 said
    mkdir -p "$work/$name" "$found/$name" "Tests/Corpus/$name"
    said=$work/$name.log
    local status=0
    LYNK_FUZZ_TARGET=$name LYNK_FUZZ_SEEDS=$work/$name "$program" \
        -max_total_time="$seconds" -max_len="${longest[$name]:-4096}" -timeout=10 \
        -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix="$found/$name/" \
        "$work/$name" "Tests/Corpus/$name" >"$said" 2>&1 || status=$?
    rmdir --ignore-fail-on-non-empty "$found/$name" "$found"
    local runs reached
    runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$said")
    reached=$(grep -aoE 'cov: [0-9]+' "$said" | tail -n 1 | cut -d' ' -f2)
    printf '%-18s %10s runs  %6s places reached' "$name" "${runs:-?}" "${reached:-?}"
    if [ "$status" -eq 0 ]; then
        echo
    else
        printf '  BROKEN: %s\n' \
            "$(grep -aE "^$name: |ERROR: libFuzzer|Fatal error" "$said" | head -n 1)"
    fi
    return "$status"
}

# What reaches everything that was ever reached, in as few inputs, in the place of what is kept.
minimise() {
    local name=$1 fresh
    fresh=$(mktemp -d)
    LYNK_FUZZ_TARGET=$name "$program" -set_cover_merge=1 -timeout=10 "$fresh" \
        "Tests/Corpus/$name" "$work/$name" >>"$work/$name.log" 2>&1
    # Inputs that once broke a target stay for ever.
    find "Tests/Corpus/$name" -type f ! -name 'found-*' -delete
    cp "$fresh"/* "Tests/Corpus/$name/"
    rm -rf "$fresh"
    echo "$name: $(ls "Tests/Corpus/$name" | wc -l) inputs," \
        "$(cat "Tests/Corpus/$name"/* | wc -c) bytes"
}

broken=0 running=0
for name in "${targets[@]}"; do
    if [ "$running" -ge "$jobs" ]; then
        wait -n || broken=$((broken + 1))
        running=$((running - 1))
    fi
    fuzz "$name" &
    running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
    wait -n || broken=$((broken + 1))
    running=$((running - 1))
done
if [ -n "$keep" ]; then
    for name in "${targets[@]}"; do minimise "$name"; done
fi
echo "$((${#targets[@]} - broken)) of ${#targets[@]} targets held, in $((SECONDS - started)) s"
[ "$broken" -eq 0 ]
