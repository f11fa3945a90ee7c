"""The client of this folder as `lynk-conformance client` drives it: a line of JSON in, a line of
JSON out (Protocol/Conformance/README.md has the vocabulary)."""

import http.client
import json
import sys
import urllib.parse
import uuid

from lynk_client import enrol, sync
from lynk_client.cbor import Malformed
from lynk_client.replica import Replica
from lynk_client.transport import Problem, Server



class Plain(Server):
    """The kit's hub speaks plain HTTP on loopback; a token would travel in the clear elsewhere."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)


def value(said):
    if said is None:
        return None
    (kind, text), = said.items()
    return {"integer": int, "real": float, "text": str, "blob": bytes.fromhex}[kind](text)


def told(value):
    if value is None:
        return None
    if isinstance(value, bytes):
        return {"blob": value.hex()}
    return {"text": value} if isinstance(value, str) else {"integer": str(value)}


class Adapter:
    replica = None

    def hello(self):
        verbs = ["open", "enroll", "write", "sync", "rows", "status", "outbox",
                 "receipts", "close"]
        return {"name": "lynk_client (Python)", "protocol": 1, "verbs": verbs}

    def open(self, file):
        self.replica = Replica(file)

    def close(self):
        self.replica.close()
        self.replica = None

    def server(self):
        return Plain(self.replica.get("server"))

    def enroll(self, server, code):
        enrol.enrol(self.replica, Plain(server), server, code)

    def write(self, changes):
        self.replica.write([self.change(**one) for one in changes],
                           {"name": "collect", "arguments": "conformance"})

    def change(self, table, key, kind, puts=None):
        puts = sorted((int(field), value(said)) for field, said in (puts or {}).items())
        return {"table": table, "key": uuid.UUID(key).bytes, "kind": kind,
                "puts": [{"field": field, "value": put} for field, put in puts]}

    def sync(self):
        report = sync.sync(self.replica, self.server())
        return {"equal": report.equal, "applied": report.applied}

    def rows(self, table):
        from lynk_client import schema
        known = schema.TABLES[table]
        return {"rows": [
            {"key": key.hex(), "fields": {
                str(known.numbers[name]): told(field) for name, field in fields.items()}}
            for key, fields in sorted(self.replica.rows(known.name).items())]}

    def count(self, query):
        return self.replica.db.execute("SELECT count(*) FROM " + query).fetchone()[0]

    def status(self):
        return {"pending": self.count("change_set WHERE NOT included"),
                "refused": self.count("receipt WHERE disposition IN ('rejected', 'quarantined')"),
                "incidents": self.count("incident"),
                "position": str(self.replica.get("position", 0))}

    def outbox(self):
        return {"changeSets": [{"oid": oid.hex()} for oid, in self.replica.db.execute(
            "SELECT oid FROM change_set WHERE NOT included ORDER BY place")]}

    def receipts(self):
        return {"receipts": [
            {"oid": oid.hex(), "is": disposition, "code": code or ""}
            for oid, disposition, code in self.replica.db.execute(
                "SELECT oid, disposition, code FROM receipt")]}


def main():
    adapter = Adapter()
    for line in sys.stdin:
        said = json.loads(line)
        try:
            answer = {"ok": True} | (getattr(adapter, said.pop("do"))(**said) or {})
        except Problem as problem:
            answer = {"ok": False, "code": problem.code, "detail": problem.detail}
        except Malformed as slip:
            answer = {"ok": False, "code": "response_invalid", "detail": str(slip)}
        except Exception as error:  # a slip of this client is for the kit to judge
            answer = {"ok": False, "code": "internal_failure", "detail": repr(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
