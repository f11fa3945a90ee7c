"""One sync: exchanges until everything is sent and the last checkpoint is applied."""

import json
import uuid

from . import cbor, enrol, messages, request
from .answer import Answer
from .transport import Problem

EXCHANGES_MAX = 8


class Report:
    sent = repeated = applied = 0
    equal = True
    dispositions = ()


def sync(replica, server, trace=None, lose_answer=False):
    """Sends what was written here, fetches what others wrote; gives a report.

    With `lose_answer` the hub's answer is thrown away unread, as a broken line would: the next
    sync sends the same bytes again and gets the same receipts."""
    token, report = enrol.token(replica, server), Report()
    everything = with_eras = False
    for _ in range(EXCHANGES_MAX):
        push = request.offered(replica, everything)
        body = request.body(replica, push, with_eras)
        tenant = uuid.UUID(bytes=replica.get("tenant"))
        stream = server.frames(f"/v1/tenants/{tenant}/sync", token, body)
        if lose_answer:
            raise Problem("unreachable", "the answer was lost, as you asked")
        answer = Answer(replica)
        for name, value in messages.read(stream):
            if trace:
                print(json.dumps(messages.to_json(name, value), ensure_ascii=False), file=trace)
            answer.take(name, value)
        if answer.scopes_changed:
            report.sent += len(answer.receipts)
            continue
        if answer.checkpoint is None:
            raise Problem("response_invalid", "the answer ended before its checkpoint")
        count(report, answer)
        verdict, refusal = answer.extensions.get("verdict", "ok"), answer.welcome["refusal"]
        if verdict == "fork":
            new_lane(replica)
        elif refusal and verdict not in ("gap", "rollback"):
            raise Problem(refusal["code"], refusal["detail"])
        everything = verdict in ("gap", "rollback")
        with_eras = answer.extensions.get("wants_eras", False)
        if not everything and not with_eras and not request.offered(replica):
            return report
    raise Problem("response_invalid", f"no end after {EXCHANGES_MAX} exchanges")


def count(report, answer):
    report.sent += len(answer.receipts)
    report.repeated += sum(receipt["repeat"] for receipt in answer.receipts)
    report.applied += answer.applied
    report.equal = answer.equal
    report.dispositions += tuple(receipt["disposition"] for receipt in answer.receipts)


def new_lane(replica):
    """After a fork: what has no receipt moves to a new lane under its old oids (page 1, I3)."""
    with replica.transaction():
        lane, kept = uuid.uuid4().bytes, cbor.decode(replica.get("kept_heads", b"\x80"))
        last = replica.db.execute(
            "SELECT lane, sequence, oid FROM change_set WHERE lane = ? AND oid IN"
            " (SELECT oid FROM receipt) ORDER BY place DESC LIMIT 1",
            (replica.get("lane"),)).fetchone()
        waiting = replica.db.execute(
            "SELECT place FROM change_set WHERE oid NOT IN (SELECT oid FROM receipt)"
            " ORDER BY place").fetchall()
        replica.db.executemany(
            "UPDATE change_set SET lane = ?, sequence = ? WHERE place = ?",
            [(lane, sequence, place) for sequence, (place,) in enumerate(waiting, 1)])
        replica.set(lane=lane, ratchet=None,
                    kept_heads=cbor.encode((kept + [list(last)] if last else kept)[-16:]))
