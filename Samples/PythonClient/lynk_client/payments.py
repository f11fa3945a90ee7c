"""The payment form: what a worker fills in at a shop (page 11)."""

import re
import time
import uuid

from . import identity, schema
from .transport import Problem

METHODS = ("CASH", "UPI", "CHEQUE", "BANK")


def paise(rupees):
    """Exact money: 1,23,456.78 is 12345678 paise."""
    found = re.fullmatch(r"(\d{1,12})(?:\.(\d{1,2}))?", rupees.replace(",", ""))
    amount = int(found[1] + (found[2] or "").ljust(2, "0")) if found else 0
    if amount <= 0:
        raise Problem("value_invalid", f"{rupees} is no amount above zero in whole paise")
    return amount


def rupees(paise):
    return f"{'-' if paise < 0 else ''}{abs(paise) // 100}.{abs(paise) % 100:02}"


def text(key):
    return str(uuid.UUID(bytes=key))


def expected(replica, retailer, amount):
    """What the payer's open invoices, oldest first, will get of this amount as far as this device
    knows: own payments that the hub has not booked yet count as applied."""
    promised = {}
    for payment in replica.rows("payment").values():
        if payment["posting"] == "":
            for part in payment["provisional"].split(",") if payment["provisional"] else ():
                invoice, share = part.split(":")
                promised[invoice] = promised.get(invoice, 0) + int(share)
    parts = []
    invoices = sorted(replica.rows("invoice").items(),
                      key=lambda one: (one[1]["issue_date"], one[1]["invoice_number"]))
    for key, invoice in invoices:
        still = invoice["open"] - promised.get(text(key), 0)
        if invoice["retailer"] == retailer and invoice["cancelled"] == "NO" and still > 0 < amount:
            share = min(still, amount)
            parts.append(f"{text(key)}:{share}")
            amount -= share
    return ",".join(parts)


def pay(replica, code, amount, method, reference=""):
    """Writes a payment; needs no network. Gives its row."""
    shops = {k: r for k, r in replica.rows("retailer").items() if r["code"] == code}
    if not shops:
        raise Problem("row_unknown", f"no shop has the code {code}")
    (retailer, shop), = shops.items()
    key = identity.new_id()
    worker = replica.get("user")
    digits = key[-6:].hex().upper()
    row = {
        "retailer": retailer, "worker": worker, "amount": amount, "method": method,
        "reference": reference, "receipt_no": "-".join((digits[:4], digits[4:8], digits[8:])),
        "claimed_at": int(time.time() * 1000), "provisional": expected(replica, retailer, amount),
        "retailer_name": shop["name"], "worker_name": replica.rows("worker")[worker]["name"],
        "area": shop["area"], "lifecycle": "COMPLETED"}
    table = schema.BY_NAME["payment"]
    puts = sorted((table.numbers[name], value) for name, value in row.items()
                  if value != table.defaults[table.numbers[name]])
    change = {"table": table.number, "key": key, "kind": "insert",
              "puts": [{"field": field, "value": value} for field, value in puts]}
    replica.write([change], {"name": "collect", "arguments": code})
    return row
