#!/usr/bin/env bash
# Two workers collect 10,000.00 for the same invoice, both without a network. At the hub the first
# payment covers the invoice, the second becomes credit, and the office sees an exception.
#
#   bash Samples/two-workers.sh
set -euo pipefail

# shellcheck source=Samples/town.sh
. "$(dirname "${BASH_SOURCE[0]}")/town.sh"

story "The office: a hub with TLS, one wholesaler, two workers, one shop, one unpaid invoice"
open_office

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
