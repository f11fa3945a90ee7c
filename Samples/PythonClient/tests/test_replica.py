"""The replica without a hub: what is written is there, shown, and chained."""

import hashlib
import io
import os
import tempfile
import unittest

from lynk_client import cbor, checkpoint, digest, messages, payments, request, schema, sync
from lynk_client.answer import Answer
from lynk_client.identity import verifies, public_key
from lynk_client.merge import merged
from lynk_client.pages import Row, Stamp
from lynk_client.replica import Replica
from lynk_client.transport import Problem

ID = {name: bytes([at]) * 16 for at, name in enumerate(
    ("tenant", "device", "user", "lane", "shop", "area", "hub", "one", "two"), 1)}


class ReplicaTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "replica.db")
        self.replica = Replica(self.path)
        self.replica.set(key=b"\7" * 32, scopes=cbor.encode(["tenant"]), digest_key=b"k",
                         **{name: ID[name] for name in ("tenant", "device", "user", "lane")})
        self.hub("worker", ID["user"], name="Asha")
        self.hub("retailer", ID["shop"], code="R001", name="Care", area=ID["area"])
        for key, day in (("two", "2026-10-02"), ("one", "2026-10-01")):
            self.hub("invoice", ID[key], retailer=ID["shop"], issue_date=day, open=1000,
                     invoice_number=key)

    def tearDown(self):
        self.replica.db.close()
        self.folder.cleanup()

    def hub(self, table, key, **fields):
        """Puts a row in place as the hub's."""
        table = schema.BY_NAME[table]
        values = table.defaults | {table.numbers[name]: v for name, v in fields.items()}
        stamp = Stamp(ID["hub"], 1, 2, ID["hub"])
        checkpoint.put(self.replica.db,
                       Row(table.number, ("tenant",), key, 0, stamp, {}, values))

    def test_written_is_shown_and_chained(self):
        first = payments.pay(self.replica, "R001", 1500, "CASH")
        second = payments.pay(self.replica, "R001", 1500, "UPI", "8654")
        one, two = map(payments.text, (ID["one"], ID["two"]))
        self.assertEqual(first["provisional"], f"{one}:1000,{two}:500")
        self.assertEqual(second["provisional"], f"{two}:500")
        self.assertEqual([p["amount"] for p in self.replica.rows("payment").values()], [1500] * 2)
        (oid, content), (last, after) = request.offered(Replica(self.path))
        self.assertEqual(oid, hashlib.sha256(content).digest())
        self.assertEqual(messages.CHANGE_SET.read(cbor.decode(after))["previous"], oid)

    def test_scopes_that_changed_end_the_answer_and_not_the_sync(self):
        answer = Answer(self.replica)
        answer.take("welcome", {"version": 1, "extensions": {}})
        answer.take("problem", {"code": "scopes_changed", "detail": ""})
        self.assertTrue(answer.scopes_changed)
        self.assertIsNone(answer.checkpoint)
        with self.assertRaises(Problem):
            answer.take("problem", {"code": "internal_failure", "detail": ""})

    def test_what_the_schema_has_not_is_kept_and_in_the_digest(self):
        stamp = Stamp(ID["hub"], 1, 2, ID["hub"])
        row = Row(4_000, ("tenant",), ID["one"], 0, stamp, {}, {9: "new", 10: 7}, {10: 7})
        before = self.replica.digest()[0]
        checkpoint.put(self.replica.db, row)
        (kept,) = self.replica.hub_rows(4_000)
        self.assertEqual(kept.fields, {9: "new"})
        self.assertEqual(digest.row_image(kept), digest.row_image(row))
        self.assertEqual(self.replica.digest()[0].count, before.count + 1)

    def test_the_same_push_has_the_same_bytes(self):
        payments.pay(self.replica, "R001", 100, "CASH")
        push = request.offered(self.replica)
        once, again = (request.body(self.replica, push) for _ in range(2))
        signature = dict(messages.read(io.BytesIO(once)))["signature"]
        self.assertEqual(once[-73:], again[-73:])
        self.assertTrue(verifies(public_key(b"\7" * 32), "lynk-change-set-1", push[-1][0],
                                 signature))

    def test_fork(self):
        for _ in range(3):
            payments.pay(self.replica, "R001", 100, "CASH")
        before = request.offered(self.replica)
        self.replica.db.execute("INSERT INTO receipt (oid) VALUES (?)", (before[0][0],))
        sync.new_lane(self.replica)
        self.assertEqual(request.offered(self.replica), before[1:])
        self.assertEqual(request.head(self.replica, before[1:])["sequence"], 2)
        self.assertNotEqual(self.replica.get("lane"), ID["lane"])

    def test_scopes(self):
        self.assertEqual(self.replica.digest()[0].count, 4)
        self.replica.set(scopes=cbor.encode(["retailer/x"]))
        checkpoint.purge(self.replica)
        self.assertEqual(list(self.replica.hub_rows()), [])

    def test_policies(self):
        ladder = {"name": "lattice", "states": ["NO", "YES"]}
        self.assertEqual(merged(ladder, "YES", "NO"), "YES")
        self.assertEqual(merged({"name": "immutable"}, 1, 2), 1)
        self.assertEqual(merged({"name": "lastWriter"}, 1, 2), 2)
        self.assertEqual(merged({"name": "maximum"}, None, -2), -2)

    def test_money(self):
        self.assertEqual(payments.paise("1,23,456.78"), 12345678)
        for slip in ("0", "-1", "1.234", "x", "1e999999"):
            with self.assertRaises(payments.Problem):
                payments.paise(slip)
