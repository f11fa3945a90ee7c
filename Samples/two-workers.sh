#!/usr/bin/env bash
# Two workers collect 10,000.00 for the same invoice, both without a network. At the hub the first
# payment covers the invoice, the second becomes credit, and the office sees an exception.
#
#   bash Samples/two-workers.sh
#
# Starts a real lynkd on loopback with TLS, in a temporary directory that is removed at the end.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=Samples/install.sh
. "$repository/Samples/install.sh"
install_missing

bin=$repository/.build/release
flags=(-c release -Xswiftc -enable-testing)
if [ ! -x "$bin/lynk" ] || [ ! -x "$bin/lynkd" ]; then
    echo "Building lynk and lynkd (once)"
    swift build --package-path "$repository" "${flags[@]}" --product lynkd
    swift build --package-path "$repository" "${flags[@]}" --product lynk
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

story "The office: a hub with TLS, one wholesaler, two workers, one shop, one unpaid invoice"
run "lynkd certificate --out tls >/dev/null"
lynkd serve --data data --certificate tls/server.pem --key tls/server.key --port-file port \
    2>lynkd.log &
hub=$!
for _ in $(seq 200); do
    [ -s port ] && break
    kill -0 "$hub" 2>/dev/null || exit 1
    sleep 0.05
done
url=https://localhost:$(cat port)
printf '$ lynkd serve --data data --certificate tls/server.pem --key tls/server.key &\n'
export LYNK_CA=$work/tls/authority.pem

# What every call of the operator has in common; the token stays out of the command line.
(
    umask 077
    printf 'silent\nshow-error\nfail-with-body\ncacert = "tls/authority.pem"\n' >operator
    printf 'header = "Authorization: Bearer %s"\n' "$(lynkd operator-token --data data)" >>operator
)
office=$url/v1/operator

id() { printf '01a05b04-3ec0-7000-8000-0000000000%s' "$1"; }
tenant=$(id 01)
asha=$(id 11)
ravi=$(id 12)
cat >areas.csv <<CSV
id,tenant_id,name,zipcodes
$(id 21),$tenant,Deonar,400088
CSV
cat >workers.csv <<CSV
id,tenant_id,name,phone,area_ids
$asha,$tenant,Asha,+919380391762,$(id 21)
$ravi,$tenant,Ravi,+918658756652,$(id 21)
CSV
cat >retailers.csv <<CSV
id,tenant_id,code,name,phone,area_id,zipcode,credit_limit_paise,payment_terms_days,direct_worker_ids
$(id 31),$tenant,R001,Care Chemists,+917839842063,$(id 21),400088,10000000,30,
CSV
columns=id,tenant_id,retailer_id,invoice_number,issue_date,due_date
cat >invoices.csv <<CSV
$columns,taxable_paise,gst_paise,round_off_paise,total_paise
$(id 41),$tenant,$(id 31),INV-01-00001,2026-09-15,2026-10-15,952381,47619,0,1000000
CSV

run "curl -K operator $office/tenants -d '{\"id\":\"$tenant\",\"name\":\"Tank Pharma\"}'; echo"
for file in areas workers retailers invoices; do
    run "curl -K operator $office/tenants/$tenant/imports/$file --data-binary @$file.csv; echo"
done

# A one-time code for a person, as the office would read it out.
code() {
    curl -K operator "$office/tenants/$tenant/codes" -d "{\"user\":\"$1\",\"role\":\"$2\"}" |
        sed 's/.*"code":"\([^"]*\)".*/\1/'
}

story "Each person enrols a device with a one-time code"
run "lynk enroll --replica asha.db --server $url $(code "$asha" worker)"
run "lynk enroll --replica ravi.db --server $url $(code "$ravi" worker)"
run "lynk enroll --replica office.db --server $url $(code "$(id 13)" admin)"

story "In the morning both workers sync, and see the same shop and the same invoice"
run "lynk sync --replica asha.db"
run "lynk sync --replica ravi.db"
run "lynk invoices --replica ravi.db"

story "Without a network, each collects the same 10,000.00"
run "lynk collect --replica asha.db --retailer R001 --amount 10,000.00 --method CASH"
run "lynk collect --replica ravi.db --retailer R001 --amount 10,000.00 --method UPI \\
    --reference 865463525513"
run "lynk outbox --replica ravi.db"
run "lynk balance --replica ravi.db"

story "Asha finds a network first, Ravi later: nothing is refused, nothing is lost"
run "lynk sync --replica asha.db"
run "lynk sync --replica ravi.db"
run "lynk receipts --replica ravi.db"
run "lynk payments --replica ravi.db"

story "The shop owes nothing; the surplus is its credit, and Asha's device agrees"
run "lynk sync --replica asha.db"
run "lynk retailers --replica asha.db"
run "lynk invoices --replica asha.db --all"

story "The office sees both payments, and the exception to talk about"
run "lynk sync --replica office.db"
run "lynk payments --replica office.db"
run "lynk exceptions --replica office.db"
run "lynk balance --replica office.db --retailer R001"
