#!/usr/bin/env bash
# A worker collects 10,000.00 without a network, and the retailer confirms it on a phone of his own:
# once with typed digits, once by scanning. The hub's operator gave the phone its card before.
#
#   bash Samples/confirm.sh
set -euo pipefail

# shellcheck source=Samples/town.sh
. "$(dirname "${BASH_SOURCE[0]}")/town.sh"

story "The office: a hub with TLS, one wholesaler, one worker, one shop, one unpaid invoice"
open_office
shop=$(id 31)
# One figure of a JSON answer.
figure() { sed 's/.*"'"$1"'":"\([^"]*\)".*/\1/'; }

story "The retailer's phone gets its card once; its own signing key never leaves it"
card=$(lynkd retailer-key --data data --tenant "$tenant" --retailer "$shop" --version 1)
run "lynk confirm enroll --phone shop.phone $card"

story "The worker collects 10,000.00 without a network, and reads seven digits out"
run "lynk enroll --replica asha.db --server $url $(code "$asha" worker)"
run "lynk sync --replica asha.db"
run "lynk collect --replica asha.db --retailer R001 --amount 10,000.00 --method CASH"
receipt=$(lynk payments --replica asha.db --json | figure receipt_no)
run "lynk challenge --replica asha.db $receipt"
shown=$(lynk challenge --replica asha.db "$receipt" --json)
challenge=$(figure challenge <<<"$shown")
scan=$(figure scan <<<"$shown")

story "The retailer types what he paid, and reads nine digits back"
run "lynk confirm code --phone shop.phone --amount 10,000.00 --method CASH $challenge"

story "A slip in the challenge uses up no number"
wrong=${challenge%?}$(((${challenge: -1} + 1) % 10))
if lynk confirm code --phone shop.phone --amount 10,000.00 --method CASH "$wrong"; then
    echo "a wrong challenge was confirmed" >&2
    exit 1
fi

story "Or he scans the payment, reads what it says, and says yes"
run "lynk confirm scan --phone shop.phone $scan"
run "lynk confirm scan --phone shop.phone --yes $scan"

story "The worker attaches the digits; the hub gets them with the payment"
nine=$(lynk confirm code --phone shop.phone --amount 10,000.00 --method CASH "$challenge" --json |
    figure code)
run "lynk attest --replica asha.db $receipt $nine"
run "lynk sync --replica asha.db"

story "His phone's own numbered log has all three"
run "lynk confirm log --phone shop.phone"
[ "$(lynk confirm log --phone shop.phone | wc -l)" -eq 3 ]
