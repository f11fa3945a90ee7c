#!/usr/bin/env bash
# A day of collecting, from the first visit to the cashier: receipts, a day sheet, a cheque that two
# people typed, a handover that is short, decisions about both, a statement, and the books' check.
#
#   bash Samples/collecting.sh
set -euo pipefail

# shellcheck source=Samples/town.sh
. "$(dirname "${BASH_SOURCE[0]}")/town.sh"

story "The office: a hub with TLS, one wholesaler, two workers, one shop, one unpaid invoice"
open_office >/dev/null
lynk enroll --replica asha.db --server "$url" "$(code "$asha" worker)" >/dev/null
lynk enroll --replica ravi.db --server "$url" "$(code "$ravi" worker)" >/dev/null
lynk enroll --replica office.db --server "$url" "$(code "$(id 13)" admin)" >/dev/null
for replica in asha ravi office; do lynk sync --replica $replica.db >/dev/null; done

receipt_of() { sed -n 's/^receipt no *//p' "$1"; }

story "Asha's shops, and what she collects without a network"
run "lynk retailers --replica asha.db"
run "lynk collect --replica asha.db --retailer R001 --amount 4,000.00 --method CASH | tee first"
run "lynk collect --replica asha.db --retailer R001 --amount 60,000 --method CASH || true"
run "lynk receipt --replica asha.db $(receipt_of first)"
lynk receipt --replica asha.db "$(receipt_of first)" --svg receipt.svg >/dev/null
grep -q '<path ' receipt.svg
lynk receipt --replica asha.db "$(receipt_of first)" --png code.png >/dev/null
# Another implementation's checksums, and as many rows as the picture says.
python3 - code.png <<'END'
import struct, sys, zlib
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n"
chunks, at = [], 8
while at < len(data):
    size, name = struct.unpack(">I4s", data[at:at + 8])
    content = data[at + 8:at + 8 + size]
    assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(name + content)
    chunks.append((name, content))
    at += size + 12
assert [name for name, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
width, height = struct.unpack(">II", chunks[0][1][:8])
assert width == height and len(zlib.decompress(chunks[1][1])) == height * (1 + (width + 7) // 8)
END

story "Both type the same transfer of the shop"
run "lynk collect --replica asha.db --retailer R001 --amount 2,500 --method UPI \\
    --reference 865463525513"
run "lynk collect --replica ravi.db --retailer R001 --amount 2,500 --method UPI \\
    --reference 865463525513 | tee second"
for replica in asha ravi asha office; do lynk sync --replica $replica.db >/dev/null; done

story "Asha's day on paper, and what she hands over"
run "lynk day-sheet --replica asha.db"
run "lynk handover --replica asha.db --cash 4,000"
for replica in asha office; do lynk sync --replica $replica.db >/dev/null; done

story "The office: what people should look at, and a decision"
run "lynk exceptions --replica office.db"
run "lynk resolve --replica office.db $(receipt_of second) reject \\
    --reason 'the bank shows one transfer'"
run "lynk handover --replica office.db"
run "lynk count --replica office.db"
run "lynk count --replica office.db Asha --cash 3,900"
run "lynk sync --replica office.db"
run "lynk deposit --replica office.db --cash 3,900 --account HDFC-1 --slip 99120"
run "lynk sync --replica office.db"
run "lynk exceptions --replica office.db | tee short"
run "lynk resolve --replica office.db $(grep -o '[0-9a-f-]\{36\}$' short | tail -n 1) resolve \\
    --reason 'Asha brought the rest'"
lynk sync --replica office.db >/dev/null
[ "$(lynk exceptions --replica office.db)" = "No exceptions." ]
run "lynk statement --replica office.db R001 --from 2026-09-01"
run "lynk dashboard --replica office.db"

story "Every figure of the books, recomputed from the facts while lynkd serves"
run "lynkd check --data data"
