# Sourced by the stories of this folder: a real lynkd on loopback with TLS, one wholesaler, two
# workers, one shop and one unpaid invoice, in a temporary directory that is removed at the end.
#
#   . Samples/town.sh && open_office
#
# Leaves $url, $office, $tenant, $asha, $ravi and $hub (lynkd's process), and stands in $work.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=Samples/install.sh
. "$repository/Samples/install.sh"
install_missing

bin=${LYNK_BIN:-$(swift build --package-path "$repository" "${build_flags[@]}" --show-bin-path)}
if [ ! -x "$bin/lynk" ] || [ ! -x "$bin/lynkd" ]; then
    echo "Building lynk and lynkd (once)"
    swift build --package-path "$repository" "${build_flags[@]}" --product lynkd
    swift build --package-path "$repository" "${build_flags[@]}" --product lynk
fi
export PATH=$bin:$PATH SWIFT_BACKTRACE=enable=no

work=$(mktemp -d)
hub=
finish() {
    local status=$?
    stop_hub TERM
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

# Starts the hub of the directory `data`, on the same port each time.
start_hub() {
    local port
    port=$(cat port 2>/dev/null || echo 0)
    rm -f port.new
    lynkd serve --data data --certificate tls/server.pem --key tls/server.key --port "$port" \
        --port-file port.new 2>>lynkd.log &
    hub=$!
    for _ in $(seq 200); do
        [ -s port.new ] && break
        kill -0 "$hub" 2>/dev/null || exit 1
        sleep 0.05
    done
    mv port.new port
    printf '$ lynkd serve --data data --certificate tls/server.pem --key tls/server.key &\n'
}

# Ends it with a signal.
stop_hub() {
    [ -n "$hub" ] || return 0
    kill "-$1" "$hub" 2>/dev/null || true
    wait "$hub" 2>/dev/null || true
    hub=
}

id() { printf '01a05b04-3ec0-7000-8000-0000000000%s' "$1"; }

# A one-time code for a person, as the office would read it out.
code() {
    curl -K operator "$office/tenants/$tenant/codes" -d "{\"user\":\"$1\",\"role\":\"$2\"}" |
        sed 's/.*"code":"\([^"]*\)".*/\1/'
}

open_office() {
    run "lynkd certificate --out tls >/dev/null"
    start_hub
    url=https://localhost:$(cat port)
    export LYNK_CA=$work/tls/authority.pem
    # What every call of the operator has in common; the token stays out of the command line.
    (
        umask 077
        printf 'silent\nshow-error\nfail-with-body\ncacert = "tls/authority.pem"\n' >operator
        printf 'header = "Authorization: Bearer %s"\n' "$(lynkd operator-token --data data)" \
            >>operator
    )
    office=$url/v1/operator
    tenant=$(id 01)
    asha=$(id 11)
    ravi=$(id 12)
    write_files
    run "curl -K operator $office/tenants -d '{\"id\":\"$tenant\",\"name\":\"Tank Pharma\"}'; echo"
    for file in areas workers retailers invoices; do
        run "curl -K operator $office/tenants/$tenant/imports/$file --data-binary @$file.csv; echo"
    done
}

write_files() {
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
    local columns=id,tenant_id,retailer_id,invoice_number,issue_date,due_date
    cat >invoices.csv <<CSV
$columns,taxable_paise,gst_paise,round_off_paise,total_paise
$(id 41),$tenant,$(id 31),INV-01-00001,2026-09-15,2026-10-15,952381,47619,0,1000000
CSV
}
