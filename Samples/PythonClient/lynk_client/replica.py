"""The replica: one SQLite file. Every method that writes does so in one transaction."""

import hashlib
import pathlib
import sqlite3
from contextlib import contextmanager

from . import cbor, digest, identity, messages, schema
from .merge import apply_change
from .pages import Row, Stamp
from .words import VECTOR


class Replica:
    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")  # a write is durable when the call returns
        self.db.execute("PRAGMA secure_delete = ON")
        self.db.executescript((pathlib.Path(__file__).parent / "replica.sql").read_text())

    @contextmanager
    def transaction(self):
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise

    # ---- small things that there is one of -------------------------------------------------

    def get(self, name, otherwise=None):
        found = self.db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return otherwise if found is None else found[0]

    def set(self, **values):
        for name, value in values.items():
            self.db.execute("REPLACE INTO state VALUES (?, ?)", (name, value))

    def vector(self):
        """The vector of the last checkpoint, which is the context of what is written now."""
        return VECTOR.read(cbor.decode(self.get("vector", b"\x80")))

    def scopes(self):
        return set(cbor.decode(self.get("scopes", b"\x80")))

    # ---- writing (page 3) ------------------------------------------------------------------

    def write(self, changes, intent=None):
        """Makes a change set of `changes`, to be sent later; gives its oid."""
        with self.transaction():
            claimed = identity.next_timestamp(self.get("claimed", 0))
            last = self.db.execute(
                "SELECT oid FROM change_set ORDER BY place DESC LIMIT 1").fetchone()
            sequence, = self.db.execute("SELECT ifnull(max(sequence), 0) + 1 FROM change_set"
                                        " WHERE lane = ?", (self.get("lane"),)).fetchone()
            content = cbor.encode(messages.CHANGE_SET.write({
                "tenant": self.get("tenant"), "device": self.get("device"),
                "previous": last and last[0], "context": self.vector(),
                "schema_version": schema.VERSION, "claimed": claimed, "made": identity.clock(),
                "intent": intent, "changes": changes}))
            oid = hashlib.sha256(content).digest()
            self.db.execute(
                "INSERT INTO change_set (oid, lane, sequence, bytes) VALUES (?, ?, ?, ?)",
                (oid, self.get("lane"), sequence, content))
            self.set(claimed=claimed)
        return oid

    # ---- reading (page 5, X9) ---------------------------------------------------------------

    def hub_rows(self, table=None):
        """Yields the rows as the hub told them."""
        only, given = ("", ()) if table is None else (" WHERE tbl = ?", (table,))
        for tbl, key, scopes, generation, stamp, overrides, fields in self.db.execute(
                f"SELECT * FROM hub_row{only} ORDER BY tbl, key", given):
            stamps = {field: Stamp(*one) for field, one in cbor.decode(overrides).items()}
            yield Row(tbl, tuple(cbor.decode(scopes)), key, generation,
                      Stamp(*cbor.decode(stamp)), stamps, cbor.decode(fields))

    def rows(self, name):
        """The table as a person sees it, by key: own pending writes lie on the hub's rows."""
        table = schema.BY_NAME[name]
        shown = {row.key: table.defaults | row.fields for row in self.hub_rows(table.number)}
        for content, in self.db.execute(
                "SELECT bytes FROM change_set WHERE NOT included ORDER BY place"):
            for change in messages.CHANGE_SET.read(cbor.decode(content))["changes"]:
                if change["table"] == table.number:
                    apply_change(shown, change, table)
        return {key: table.named(fields) for key, fields in shown.items()}

    def digest(self):
        """Recomputes the digest from all rows: all together, and per scope and table."""
        return digest.of(self.hub_rows(), self.get("digest_key", b""), self.scopes())

    def close(self):
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()
