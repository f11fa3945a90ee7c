"""Are the rows here those of the hub? (page 7, D3 and D4)"""

import uuid

from . import enrol, messages, schema


class Found:
    def __init__(self):
        self.equal, self.lines = True, []

    def compare(self, what, here, there):
        same = here == there
        self.equal &= same
        self.lines.append(f"{'equal' if same else 'DIFFERS':9}{what}")


def verify(replica, server):
    """Recomputes every digest from the rows, and asks the hub for the digest of each table in each
    scope. The hub answers at its own head, so sync first."""
    found = Found()
    whole, parts = replica.digest()
    found.compare(f"all: {whole.count} places of rows", whole.root(), replica.get("digest_root"))
    ask = {"scope_set": replica.get("scope_set"), "position": replica.get("position"), "asks": []}
    tenant = uuid.UUID(bytes=replica.get("tenant"))
    stream = server.frames(f"/v1/tenants/{tenant}/verify", enrol.token(replica, server),
                           messages.write("verify", ask))
    (name, told), = messages.read(stream)
    there = {(told["scopes"][d["scope"]], d["table"]): (d["count"], d["hash"])
             for d in told["digests"]}
    here = {place: (digest.count, digest.root()) for place, digest in parts.items()}
    for scope, table in sorted(here.keys() | there.keys()):
        place = (scope, table)
        count = here.get(place, (0,))[0]
        name = schema.TABLES[table].name if table in schema.TABLES else f"table {table}"
        found.compare(f"{name} in {scope}: {count} rows",
                      here.get(place), there.get(place))
    return found
