#!/usr/bin/env bash
# Starts lynkd on loopback with TLS in a temporary folder, plays every case of the conformance kit
# against it, then checks that the cases see a server that lies and that the canary fails. Then it
# plays the cases for clients against ours and the Python one.
#
#   bash Tests/conformance.sh [arguments of lynk-conformance server]
#
# LYNK_BIN names a folder with lynkd, lynk-conformance and lynk-adapter where they are built.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=Samples/install.sh
. "$repository/Samples/install.sh"
if [ -z "${LYNK_BIN:-}" ]; then
    install_missing
    for product in lynkd lynk-conformance lynk-adapter; do
        swift build --package-path "$repository" "${build_flags[@]}" --product "$product" |
            tail -n 1
    done
    LYNK_BIN=$(swift build --package-path "$repository" "${build_flags[@]}" --show-bin-path)
fi
bin=$LYNK_BIN
book=$repository/Protocol/Conformance

work=$(mktemp -d)
finish() {
    local status=$?
    [ ! -s "$work/pid" ] || "$work/control" stop
    [ "$status" -eq 0 ] || { echo "the hub's log:" >&2; tail -20 "$work/lynkd.log" >&2 || true; }
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT

"$bin/lynkd" certificate --out "$work/tls" >/dev/null
# How the kit stops, kills, copies and puts back the server.
cat >"$work/control" <<CONTROL
#!/usr/bin/env bash
set -euo pipefail
stop() {
    kill "-\$1" "\$(cat "$work/pid")" 2>/dev/null || true
    while kill -0 "\$(cat "$work/pid")" 2>/dev/null; do sleep 0.02; done
}
start() {
    rm -f "$work/started"
    "$bin/lynkd" serve --data "$work/data" --certificate "$work/tls/server.pem" \\
        --key "$work/tls/server.key" --port "\$(cat "$work/port" 2>/dev/null || echo 0)" \\
        --port-file "$work/started" 2>>"$work/lynkd.log" </dev/null >/dev/null &
    echo \$! >"$work/pid"
    for _ in \$(seq 400); do
        [ -s "$work/started" ] && cp "$work/started" "$work/port" && exit 0
        kill -0 "\$(cat "$work/pid")" 2>/dev/null || exit 1
        sleep 0.02
    done
    exit 1
}
case \$1 in
start) start ;;
restart) stop TERM; start ;;
kill) stop KILL; start ;;
backup)
    rm -rf "$work/\$2"
    "$bin/lynkd" backup --data "$work/data" --out "$work/\$2" >/dev/null
    ;;
restore)
    stop KILL
    "$bin/lynkd" restore --from "$work/\$2" --data "$work/data" --force >/dev/null
    start
    ;;
stop) stop TERM ;;
esac
CONTROL
chmod +x "$work/control"
"$work/control" start
server=(--book "$book" --url "https://localhost:$(cat "$work/port")"
    --ca "$work/tls/authority.pem"
    --operator-token "$("$bin/lynkd" operator-token --data "$work/data")")

timeout 600 "$bin/lynk-conformance" server "${server[@]}" --control "$work/control" \
    --name lynkd "$@"
[ $# -eq 0 ] || exit 0

timeout 240 "$bin/lynk-conformance" kill-rate "${server[@]}" | tail -n 1
# LYNK_GENERATED=10000 is the whole; this many show that nothing is broken.
timeout 600 "$bin/lynk-conformance" fuzz-server "${server[@]}" --count "${LYNK_GENERATED:-1000}"
timeout 600 "$bin/lynk-conformance" explore "${server[@]:2}" --walks "${LYNK_WALKS:-12}"
# The canary expects what no server may answer: a kit that passes it judges nothing.
if timeout 60 "$bin/lynk-conformance" server "${server[@]/$book/$book/canary}" >"$work/canary"; then
    echo "conformance.sh: the canary passed" >&2
    exit 1
fi
grep -q "1 failed, 0 errors" "$work/canary" || { cat "$work/canary" >&2; exit 1; }
echo "the canary fails, as it must"

client() { timeout 300 "$bin/lynk-conformance" client --book "$book" "$@"; }
client --adapter "$bin/lynk-adapter" --name lynk
timeout 300 "$bin/lynk-conformance" explore-client --book "$book" --adapter "$bin/lynk-adapter" \
    --seed 2 --walks "${LYNK_WALKS:-12}"

# Python with the two packages: those that are installed, else from PyPI, else Debian's.
samples=$repository/Samples/PythonClient
has_packages() { "$1" -c 'import cryptography.hazmat.primitives, zstandard' 2>/dev/null; }
python=$(command -v python3 || echo /usr/bin/python3)
has_packages "$python" || python=/usr/bin/python3
if ! has_packages "$python"; then
    if python3 -m venv "$work/venv" >"$work/venv.log" 2>&1 &&
        "$work/venv/bin/pip" install --quiet --retries 1 --disable-pip-version-check \
            --requirement "$samples/requirements.txt" >>"$work/venv.log" 2>&1
    then
        python=$work/venv/bin/python
    else
        install_packages python3 python3-cryptography python3-zstandard
    fi
fi
export PYTHONDONTWRITEBYTECODE=1
client --adapter "$python $samples/conformance_adapter.py" --name python

# A client that says yes to all and does nothing must not pass one case.
cat >"$work/yes" <<'YES'
#!/usr/bin/env bash
while read -r _; do echo '{"ok":true,"equal":true,"pending":0,"refused":0,"rows":[]}'; done
YES
chmod +x "$work/yes"
if client --adapter "$work/yes" >"$work/canary"; then
    echo "conformance.sh: a client that does nothing passed" >&2
    exit 1
fi
grep -q " 0 passed" "$work/canary" || { tail "$work/canary" >&2; exit 1; }
echo "a client that does nothing fails every case, as it must"
