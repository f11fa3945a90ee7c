#!/usr/bin/env bash
# A client in another language, written from the book alone: Asha's device runs Python, Ravi's the
# Swift client. Both collect from the same shop without a network, both sync, and both agree with
# the hub to the paisa. Ends with an error if they do not.
#
#   bash Samples/python-client.sh
#
# Starts a real lynkd on loopback with TLS, in a temporary directory that is removed at the end.
# LYNK_BIN names a folder with lynk and lynkd where they are built already.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=Samples/install.sh
. "$repository/Samples/install.sh"

[ -n "${LYNK_BIN:-}" ] || install_missing

bin=${LYNK_BIN:-$repository/.build/release}
if [ ! -x "$bin/lynk" ] || [ ! -x "$bin/lynkd" ]; then
    echo "Building lynk and lynkd (once)"
    swift build --package-path "$repository" "${build_flags[@]}" --product lynkd
    swift build --package-path "$repository" "${build_flags[@]}" --product lynk
fi
export PATH=$bin:$PATH

work=$(mktemp -d)
hub=
finish() {
    local status=$?
    if [ -n "$hub" ]; then
        kill "$hub" 2>/dev/null || true
        wait "$hub" 2>/dev/null || true
    fi
    [ "$status" -eq 0 ] || { echo "failed; the hub's log:" >&2; cat "$work/lynkd.log" >&2 || true; }
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
cd "$work"

# Prints a command as one would type it, runs it, and shows what it prints.
run() {
    printf '\n$ %s\n' "$1"
    eval "$1"
}
story() { printf '\n# %s\n' "$1"; }
fail() {
    echo "python-client.sh: $1" >&2
    exit 1
}

# Python with the two packages: those that are installed, else Debian's, else from PyPI.
has_packages() { "$1" -c 'import cryptography.hazmat.primitives, zstandard' 2>/dev/null; }
python=$(command -v python3 || echo /usr/bin/python3)
if ! has_packages "$python"; then
    if "$python" -m venv venv >venv.log 2>&1 &&
        venv/bin/pip install --quiet --retries 1 --disable-pip-version-check \
            --requirement "$repository/Samples/PythonClient/requirements.txt" >>venv.log 2>&1
    then
        python=$work/venv/bin/python
    else
        python=/usr/bin/python3
        has_packages "$python" ||
            install_packages python3 python3-cryptography python3-zstandard ||
            { cat venv.log >&2; fail "no Python with cryptography and zstandard"; }
    fi
fi
export PYTHONPATH=$repository/Samples/PythonClient PYTHONDONTWRITEBYTECODE=1
asha() { "$python" -m lynk_client --replica asha.db "$@"; }

story "Every golden vector of the book, read and written by the Python client"
(cd "$PYTHONPATH" && "$python" -m unittest 2>&1 | tail -3)

story "The office: a hub, one wholesaler, two workers, one shop, two unpaid invoices"
lynkd certificate --out tls >/dev/null
lynkd serve --data data --certificate tls/server.pem --key tls/server.key --port-file port \
    2>lynkd.log &
hub=$!
for _ in $(seq 200); do
    [ -s port ] && break
    kill -0 "$hub" 2>/dev/null || exit 1
    sleep 0.05
done
url=https://localhost:$(cat port)
export LYNK_CA=$work/tls/authority.pem
(
    umask 077
    printf 'silent\nshow-error\nfail-with-body\ncacert = "tls/authority.pem"\n' >operator
    printf 'header = "Authorization: Bearer %s"\n' "$(lynkd operator-token --data data)" >>operator
)
office=$url/v1/operator
id() { printf '01a05b04-3ec0-7000-8000-0000000000%s' "$1"; }
tenant=$(id 01)
cat >areas.csv <<CSV
id,tenant_id,name,zipcodes
$(id 21),$tenant,Deonar,400088
CSV
cat >workers.csv <<CSV
id,tenant_id,name,phone,area_ids
$(id 11),$tenant,Asha,+919380391762,$(id 21)
$(id 12),$tenant,Ravi,+918658756652,$(id 21)
CSV
cat >retailers.csv <<CSV
id,tenant_id,code,name,phone,area_id,zipcode,credit_limit_paise,payment_terms_days,direct_worker_ids
$(id 31),$tenant,R001,Care Chemists,+917839842063,$(id 21),400088,10000000,30,
CSV
columns=id,tenant_id,retailer_id,invoice_number,issue_date,due_date
cat >invoices.csv <<CSV
$columns,taxable_paise,gst_paise,round_off_paise,total_paise
$(id 41),$tenant,$(id 31),INV-01-00001,2026-09-15,2026-10-15,952381,47619,0,1000000
$(id 42),$tenant,$(id 31),INV-01-00002,2026-09-20,2026-10-20,476190,23810,0,500000
CSV
curl -K operator "$office/tenants" -d "{\"id\":\"$tenant\",\"name\":\"Tank Pharma\"}" >/dev/null
for file in areas workers retailers invoices; do
    curl -K operator "$office/tenants/$tenant/imports/$file" --data-binary "@$file.csv" >/dev/null
done
code() {
    curl -K operator "$office/tenants/$tenant/codes" -d "{\"user\":\"$1\",\"role\":\"worker\"}" |
        sed 's/.*"code":"\([^"]*\)".*/\1/'
}

story "Asha enrols with the Python client, Ravi with the Swift one; both sync"
run "asha enroll --server $url $(code "$(id 11)")"
run "lynk enroll --replica ravi.db --server $url $(code "$(id 12)")"
run "asha sync"
run "lynk sync --replica ravi.db"

story "Without a network, both collect from the same shop; each sees its own payment"
run "asha pay R001 12,500.00 --method CASH"
run "lynk collect --replica ravi.db --retailer R001 --amount 4,000.00 --method UPI \\
    --reference 865463525513"
run "asha list"

story "Asha's line breaks when the hub has her payment: the same bytes again do no harm"
printf '\n$ asha sync --lose-answer\n'
asha sync --lose-answer 2>&1 && fail "a lost answer was not noticed"
run "asha sync | tee again"
grep -q '1 of them known before' again || fail "the hub did not know the change set again"

story "Ravi syncs, then Asha: both see what the shop owes, each his own payment"
run "lynk sync --replica ravi.db"
run "asha sync"
run "asha list | tee asha.list"
run "lynk retailers --replica ravi.db"

story "Digests: recomputed from all rows, and asked of the hub by table and scope"
run "asha verify"
run "lynk sync --replica ravi.db | tee ravi.sync"
grep -q "equal to the hub's" ravi.sync || fail "Ravi's digest differs"

# 10,000.00 + 5,000.00 invoiced, 12,500.00 + 4,000.00 collected: 1,500.00 too much.
ravi_money=$("$python" -c 'import sqlite3
print(*sqlite3.connect("ravi.db").execute(
    "SELECT outstanding, unapplied_credit FROM retailer").fetchone())')
asha_money=$("$python" -c 'from lynk_client.replica import Replica
(shop,) = Replica("asha.db").rows("retailer").values()
print(shop["outstanding"], shop["unapplied_credit"])')
[ "$asha_money" = "$ravi_money" ] || fail "Asha has $asha_money, Ravi $ravi_money"
[ "$asha_money" = "-150000 150000" ] || fail "the shop's account is $asha_money"
printf '\nPython and Swift agree: outstanding and credit of R001 in paise are %s\n' "$asha_money"
