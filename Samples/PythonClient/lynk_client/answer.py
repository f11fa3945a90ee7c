"""What the hub says, in its order: welcome, receipts, pages, checkpoint (page 5)."""

import hashlib

from . import cbor, identity, messages
from .cbor import Malformed
from .checkpoint import apply
from .transport import Problem


class Answer:
    """Takes in the messages of one answer. Receipts are kept as they come; pages wait for their
    checkpoint, and are applied with it in one transaction or not at all."""

    def __init__(self, replica):
        self.replica = replica
        self.welcome = self.checkpoint = None
        self.scopes_changed = False
        self.receipts, self.unproven, self.pages, self.conflicts = [], [], [], []

    def take(self, name, value):
        if (name == "welcome") != (self.welcome is None and name != "problem"):
            raise Malformed("an answer that does not begin with its welcome")
        if name == "problem" and value["code"] == "scopes_changed" and self.welcome is not None:
            # In the place of the checkpoint: the next exchange has the new scopes (X7).
            self.scopes_changed = True
        elif name == "problem":
            raise Problem(value["code"], value["detail"])
        elif name == "welcome":
            if value["version"] != 1:
                raise Malformed("a welcome of another version")
            self.welcome = value
            self.extensions = value["extensions"]
        elif name == "receipts":
            self._receipts(value)
        elif name == "proof":
            self._proof(value)
        elif name == "page":
            self._page(value)
        elif name == "conflicts":
            self.conflicts += value
        elif name == "checkpoint":
            self._checkpoint(value)
        else:
            raise Malformed(f"a {name} in an answer")

    # ---- receipts ---------------------------------------------------------------------------

    def _receipts(self, value):
        """In one transaction with the next push's token, so that a lost answer is no fork (X21)."""
        with self.replica.transaction():
            for receipt in value["receipts"]:
                problem = receipt["problem"] or {"code": None, "detail": None}
                era = value["eras"][receipt["era"]]
                self.replica.db.execute(
                    "INSERT OR IGNORE INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (receipt["oid"], receipt["disposition"], era, receipt["number"],
                     receipt["effective"], receipt["conflicts"], problem["code"],
                     problem["detail"], receipt["repeat"]))
                self.unproven.append({"oid": receipt["oid"], "era": era,
                                      "number": receipt["number"],
                                      "effective": receipt["effective"]})
            self._ratchet()
        self.receipts += value["receipts"]

    def _ratchet(self):
        if "ratchet" in self.extensions:
            self.replica.set(ratchet=self.extensions["ratchet"])

    def _proof(self, signature):
        """The hub's signature over the receipts since the last one (page 7, D5)."""
        entries = cbor.encode(messages.PROOF_ENTRIES.write(self.unproven))
        key, self.unproven = self.extensions.get("hub_key") or self.replica.get("hub_key"), []
        if key and identity.verifies(key, "lynk-receipts-1", hashlib.sha256(entries).digest(),
                                     signature):
            with self.replica.transaction():
                self.replica.db.execute("INSERT INTO proof VALUES (?, ?)", (entries, signature))
        else:
            self.note("a proof of receipts does not verify with the hub's key")

    def _page(self, value):
        """Refuses a page that names a scope which the device does not have: no digest would cover
        its rows (page 6, S1)."""
        told = self.welcome["scopes"]
        mine = self.replica.scopes() if told is None else set(told)
        if not mine.issuperset(value["scopes"]):
            raise Malformed("a page of a scope that this device does not have")
        self.pages.append(value)

    def _checkpoint(self, value):
        """The end of a cut: all that waited becomes rows in one transaction."""
        self._must_contain(value)
        with self.replica.transaction():
            self.applied, self.equal = apply(self, value)
            self._ratchet()
        self.checkpoint, self.pages, self.conflicts = value, [], []

    def _must_contain(self, checkpoint):
        """Refuses a checkpoint that lacks what this device has seen, unless the hub said that it
        was rolled back (X8). An era contains what its parents had."""
        if self.extensions.get("verdict") == "rollback":
            return
        reached = self.reached(checkpoint)
        for entry in self.replica.vector():
            if reached.get(entry["era"], 0) < entry["number"]:
                raise Problem("hub_rolled_back", "the checkpoint lacks what was seen before")

    def reached(self, checkpoint):
        """How far each era is in a checkpoint, with what eras inherited (page 2, T1)."""
        parents = {record["era"]: record["parents"] for record in self.welcome["eras"]}
        for era, told in self.replica.db.execute("SELECT era, parents FROM era"):
            parents[era] = messages.VECTOR.read(cbor.decode(told))
        reached, open = {}, list(checkpoint["vector"])
        while open:
            entry = open.pop()
            if reached.get(entry["era"], 0) < entry["number"]:
                reached[entry["era"]] = entry["number"]
                open += parents.get(entry["era"], [])
        return reached

    def note(self, what):
        self.replica.db.execute("INSERT INTO incident (what) VALUES (?)", (what,))
