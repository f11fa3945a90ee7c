#!/usr/bin/env bash
# A worker collects 10,000.00 without a network, and the retailer confirms it on a phone of his own:
# once with typed digits, once by scanning. Then the hub says what each confirmation is worth. The
# hub's operator gave the phone its card before.
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
# What the hub answers to one of the office's questions.
ask() { curl -K operator "$office/tenants/$tenant/queries/$1"; }

story "The retailer's phone gets its card once; its own signing key never leaves it"
card=$(lynkd retailer-key --data data --tenant "$tenant" --retailer "$shop" --version 1)
public=$(lynk confirm enroll --phone shop.phone "$card" --json | figure public_key)

story "The office registers the public half, so that the hub can tell what he confirmed"
printf '%s\n%s\n' 'id,tenant_id,retailer_id,key_version,public_key' \
    "$(id 51),$tenant,$shop,1,$public" >retailer_keys.csv
keys=$office/tenants/$tenant/imports/retailer_keys
run "curl -K operator $keys --data-binary @retailer_keys.csv; echo"

story "The worker drafts 6,000.00 without a network, and reads seven digits out"
run "lynk enroll --replica asha.db --server $url $(code "$asha" worker)"
run "lynk sync --replica asha.db"
collect="lynk collect --replica asha.db --retailer R001 --method CASH"
shown=$($collect --amount 6,000.00 --draft new --json)
draft=$(figure draft <<<"$shown")
challenge=$(figure challenge <<<"$shown")
echo "$shown"

story "The retailer types what he pays, and reads nine digits back"
nine=$(lynk confirm code --phone shop.phone --amount 6,000.00 --method CASH "$challenge" --json |
    figure code)

story "A slip in the challenge uses up no number"
wrong=${challenge%?}$(((${challenge: -1} + 1) % 10))
if lynk confirm code --phone shop.phone --amount 6,000.00 --method CASH "$wrong"; then
    echo "a wrong challenge was confirmed" >&2
    exit 1
fi

story "The payment and his word are kept as one, still without a network"
run "$collect --amount 6,000.00 --draft $draft --code $nine"

story "Another payment he scans: he reads what it says, and says yes"
shown=$($collect --amount 4,000.00 --draft new --json)
draft=$(figure draft <<<"$shown")
scan=$(figure scan <<<"$shown")
run "lynk confirm scan --phone shop.phone $scan"
signed=$(lynk confirm scan --phone shop.phone --yes "$scan" --json | figure confirmation)
run "$collect --amount 4,000.00 --draft $draft --code $signed"

story "A third one he never sees: the worker uses the digits of the first again"
shown=$($collect --amount 6,000.00 --draft new --json)
run "$collect --amount 6,000.00 --draft $(figure draft <<<"$shown") --code $nine"

story "The hub judges: two are confirmed, the copied digits hold the third"
run "lynk sync --replica asha.db"
run "lynk payments --replica asha.db"
verdicts=$(ask confirmations)
echo "$verdicts"
[ "$(grep -o VERIFIED <<<"$verdicts" | wc -l)" -eq 4 ]
[ "$(grep -o REPLAYED <<<"$verdicts" | wc -l)" -eq 2 ]
held=$(ask collected_total)
echo "$held"
grep -q '"600000"' <<<"$held"
ask exceptions | grep -q ATTESTATION_REPLAY

story "His phone's own numbered log has the two that he confirmed"
run "lynk confirm log --phone shop.phone"
[ "$(lynk confirm log --phone shop.phone | wc -l)" -eq 2 ]

story "With a network the shop's own device asks the hub for a code, and the worker types it"
run "$collect --amount 2,500 || true"
run "$collect --amount 2,500 --initiate | tee fourth"
run "lynk sync --replica asha.db"
run "lynk enroll --replica shop.db --server $url $(code "$shop" retailer)"
run "lynk sync --replica shop.db"
receipt=$(sed -n 's/^receipt no *//p' fourth)
given=$(lynk confirm online --replica shop.db "$receipt" --json | figure code)
run "lynk attest --replica asha.db --online $receipt $given"
run "lynk complete --replica asha.db $receipt"
run "lynk sync --replica asha.db"
ask confirmations | grep -q 'ONLINE_OTP","WORKER_UPLOAD","VERIFIED'

echo
echo "Three confirmations were verified, and the copied one was held."
