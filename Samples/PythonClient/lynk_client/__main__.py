"""python3 -m lynk_client: enroll, pay, sync, list, verify."""

import argparse
import os
import sys

from . import enrol, payments, sync, verify
from .cbor import Malformed
from .replica import Replica
from .transport import Problem, Server


def main():
    arguments = parse()
    replica = Replica(arguments.replica)
    if arguments.command != "enroll" and replica.get("device") is None:
        raise Problem("not_enrolled", "this replica has no identity", "Run enroll first.")
    try:
        return COMMANDS[arguments.command](replica, arguments) or 0
    finally:
        replica.close()


def parse():
    parser = argparse.ArgumentParser(prog="lynk_client", description=__doc__)
    parser.add_argument("--replica", default="replica.db", help="the SQLite file")
    parser.add_argument("--ca", default=os.environ.get("LYNK_CA"), help="the authority, in PEM")
    commands = parser.add_subparsers(dest="command", required=True)
    enroll = commands.add_parser("enroll", help="turn a one-time code into an identity")
    enroll.add_argument("--server", required=True)
    enroll.add_argument("code")
    pay = commands.add_parser("pay", help="record money received; needs no network")
    pay.add_argument("retailer")
    pay.add_argument("amount")
    pay.add_argument("--method", choices=payments.METHODS, default="CASH")
    pay.add_argument("--reference", default="")
    step = commands.add_parser("sync", help="send what was written here, fetch the rest")
    step.add_argument("--trace", action="store_true", help="print the hub's messages as JSON")
    step.add_argument("--lose-answer", action="store_true", help="as if the line broke")
    commands.add_parser("list", help="shops, invoices and payments")
    commands.add_parser("verify", help="recompute the digests and compare them with the hub's")
    return parser.parse_args()


def server(replica, arguments):
    return Server(replica.get("server"), arguments.ca)


def run_enroll(replica, arguments):
    hub = Server(arguments.server, arguments.ca)
    for name, value in enrol.enrol(replica, hub, arguments.server, arguments.code).items():
        print(f"{name:8}{value}")


def run_pay(replica, arguments):
    row = payments.pay(replica, arguments.retailer, payments.paise(arguments.amount),
                       arguments.method, arguments.reference)
    print(f"receipt no  {row['receipt_no']}\namount      {payments.rupees(row['amount'])}\n"
          "state       kept; sent by sync")


def run_sync(replica, arguments):
    report = sync.sync(replica, server(replica, arguments),
                       sys.stdout if arguments.trace else None, arguments.lose_answer)
    again = f" ({report.repeated} of them known before)" if report.repeated else ""
    print(f"sent          {report.sent}{again}")
    for disposition in sorted(set(report.dispositions)):
        print(f"  {disposition:12}{report.dispositions.count(disposition)}")
    print(f"rows applied  {report.applied}")
    print("digest        " + ("equal to the hub's" if report.equal else "NOT the hub's"))
    return 0 if report.equal else 2


def run_list(replica, arguments):
    show("shops", ("code", "name", "outstanding", "unapplied_credit"), replica.rows("retailer"))
    show("invoices", ("invoice_number", "due_date", "total", "open"), replica.rows("invoice"))
    show("payments", ("receipt_no", "worker_name", "method", "amount", "posting", "applied",
                      "unapplied"), replica.rows("payment"))


    for oid, disposition, code, detail in replica.db.execute(
            "SELECT oid, disposition, code, detail FROM receipt WHERE code IS NOT NULL"):
        print(f"for people: {oid.hex()[:12]} is {disposition}: {code}, {detail}")


def show(title, names, rows):
    money = {"outstanding", "unapplied_credit", "total", "open", "amount", "applied", "unapplied"}
    cells = [names] + [[payments.rupees(row[n]) if n in money else row[n] or "-" for n in names]
                       for row in rows.values()]
    widths = [max(map(len, column)) for column in zip(*cells)]
    print(title)
    for line in cells:
        print("  " + "  ".join(cell.ljust(w) for cell, w in zip(line, widths)).rstrip())


def run_verify(replica, arguments):
    found = verify.verify(replica, server(replica, arguments))
    for line in found.lines:
        print(line)
    return 0 if found.equal else 2


COMMANDS = {"enroll": run_enroll, "pay": run_pay, "sync": run_sync, "list": run_list,
            "verify": run_verify}

if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Problem, Malformed) as problem:
        print(problem, file=sys.stderr)
        sys.exit(3 if getattr(problem, "code", "") == "unreachable" else 1)
