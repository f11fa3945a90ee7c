"""What a device says: hello, change sets, signature (page 5)."""

from . import cbor, frames, identity, messages, schema

CHANGE_SETS_MAX, PUSH_BYTES_MAX = 2_000, 8 << 20


def offered(replica, everything=False):
    """Oids and bytes of the change sets to send: those without a receipt, in their order, or after
    a gap or a rollback all that this device still has."""
    chosen, size = [], 0
    for oid, content in replica.db.execute(
            "SELECT oid, bytes FROM change_set WHERE ? OR oid NOT IN (SELECT oid FROM receipt)"
            " ORDER BY place", (everything,)):
        size += len(content)
        if len(chosen) == CHANGE_SETS_MAX or size > PUSH_BYTES_MAX:
            break
        chosen.append((oid, content))
    return chosen


def body(replica, push, with_eras=False):
    """The body of a request. The same push gives change sets and signature of the same bytes."""
    said = messages.write("hello", hello(replica, push, with_eras))
    if push:
        content = b"".join(cbor.encode(bytes) for _, bytes in push)
        said += frames.write(messages.NUMBERS["change-sets"][0], content)
    signature = push and identity.sign(replica.get("key"), "lynk-change-set-1", push[-1][0])
    return said + messages.write("signature", signature or b"")


def hello(replica, push, with_eras):
    """Who this is and where it stands: the cursor is what the last checkpoint said."""
    extensions = {}
    if replica.get("ratchet"):
        extensions["ratchet"] = replica.get("ratchet")
    if replica.get("chain"):
        extensions["chain"] = replica.get("chain")
    if kept := kept_heads(replica):
        extensions["kept_heads"] = kept
    if with_eras:
        extensions |= {name: value for name, value in (
            ("eras", eras(replica)), ("proofs", proofs(replica))) if value}
    return {
        "version": 1, "device": replica.get("device"), "lane": replica.get("lane"),
        "schema_name": schema.NAME, "schema_version": schema.VERSION,
        "head": head(replica, push),
        "cursor": {"position": replica.get("position", 0), "vector": replica.vector(),
                   "scope_set": replica.get("scope_set", b"")},
        "clock": identity.clock(), "digest_root": replica.get("digest_root", b""),
        "extensions": extensions}


def head(replica, push):
    """The last change set that this request offers, else the last that this lane has. Its lane is
    left out: it is the hello's."""
    oid = push[-1][0] if push else None
    found = replica.db.execute(
        "SELECT sequence, oid FROM change_set WHERE lane = ? AND (? IS NULL OR oid = ?)"
        " ORDER BY place DESC LIMIT 1", (replica.get("lane"), oid, oid)).fetchone()
    return found and {"lane": None, "sequence": found[0], "oid": found[1]}


def kept_heads(replica):
    """Heads of earlier lanes, and the last change set that was answered while no checkpoint
    includes it (page 5, X21): a hub that was restored from before it is told so."""
    kept = cbor.decode(replica.get("kept_heads", b"\x80"))
    found = replica.db.execute(
        "SELECT lane, sequence, oid FROM change_set WHERE NOT included"
        " AND oid IN (SELECT oid FROM receipt) ORDER BY place DESC LIMIT 1").fetchone()
    if found and found[2] not in [oid for _, _, oid in kept]:
        kept = kept[-15:] + [list(found)]
    return messages.KEPT_HEADS.read(kept) if kept else None


def eras(replica):
    """The records of all eras that were told, parents first, as the hub ordered them."""
    return [{"era": era, "hub": hub, "parents": messages.VECTOR.read(cbor.decode(parents))}
            for era, hub, parents in replica.db.execute(
                "SELECT era, hub, parents FROM era ORDER BY place")]


def proofs(replica):
    latest = replica.db.execute(
        "SELECT entries, signature FROM proof ORDER BY rowid DESC LIMIT 64").fetchall()
    return [{"entries": messages.PROOF_ENTRIES.read(cbor.decode(entries)), "signature": signature}
            for entries, signature in reversed(latest)]
