#!/usr/bin/env bash
# A hub loses its disk and is restored from a backup of the morning; a phone was copied at noon. The
# devices come back, offer again what the hub has lost, and the books are the same to the paisa.
#
#   bash Samples/restored-hub.sh
set -euo pipefail

# shellcheck source=Samples/town.sh
. "$(dirname "${BASH_SOURCE[0]}")/town.sh"

story "The office: a hub with TLS, one wholesaler, two workers, one shop, one unpaid invoice"
open_office
run "lynk enroll --replica asha.db --server $url $(code "$asha" worker)"
run "lynk enroll --replica ravi.db --server $url $(code "$ravi" worker)"
run "lynk enroll --replica office.db --server $url $(code "$(id 13)" admin)"

collect() { run "lynk collect --replica $1.db --retailer R001 --amount $2 --method CASH"; }
# Everybody's devices, twice: what one re-offers is there for the others at the second time.
everybody() {
    local round device
    for round in 1 2; do
        for device in "$@"; do run "lynk sync --replica $device.db"; done
    done
}
# What the office counts: each payment's amount, in order.
books() {
    lynk payments --replica office.db --json | grep -oE '"amount_paise":"[0-9]+"' | sort
}

story "In the morning both collect and sync; then the hub is backed up"
run "lynk sync --replica asha.db"
run "lynk sync --replica ravi.db"
collect asha 1,000.00
collect ravi 2,000.00
everybody asha ravi
run "lynkd backup --data data --out backup"

story "At noon Ravi copies his phone to a new one and enrols a tablet; all go on without a network"
run "cp ravi.db new-phone.db"
run "lynk enroll --replica tablet.db --server $url $(code "$ravi" worker)"
run "lynk sync --replica tablet.db"
collect tablet 7.00
collect asha 300.00
collect ravi 40.00
collect new-phone 5.00
everybody asha ravi new-phone tablet office
run "lynk payments --replica office.db"
books >before

story "In the evening the hub's disk is gone, in the middle of its work; the backup is restored"
stop_hub KILL
printf '$ kill -KILL lynkd; rm -r data\n'
rm -r data
run "lynkd restore --from backup --data data"
start_hub

story "Nobody does anything but sync; the tablet, unknown to the backup, proves its enrolment"
collect asha 0.60
everybody asha ravi new-phone tablet office
run "lynk payments --replica office.db"
for device in asha ravi new-phone tablet office; do run "lynk verify --replica $device.db"; done

story "One more payment than before the loss, and not one less"
books >after
[ "$(wc -l <before)" -eq 6 ]
# Nothing that was there is gone, and the one that came after is there.
[ -z "$(comm -23 before after)" ]
[ "$(comm -13 before after)" = '"amount_paise":"60"' ]
lynk balance --replica office.db --retailer R001
echo "The books are whole: six payments from before the loss, and the one after it."
