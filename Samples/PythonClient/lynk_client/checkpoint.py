"""How an answer becomes rows: one transaction, in which rows, vector and what is pending move
together (page 5, X8)."""

import json

from . import cbor, digest, messages, pages


def apply(answer, checkpoint):
    """Applies what an answer brought up to its checkpoint. Gives the number of rows, and whether
    the digest of the rows is the hub's now."""
    replica = answer.replica
    told(replica, answer.welcome)
    rows = [row for page in answer.pages for row in pages.rows(page)]
    whole = answer.extensions.get("verdict") != "rollback" or forget(answer, rows, checkpoint)
    for row in rows:
        put(replica.db, row)
    for page in answer.pages:
        replica.db.executemany("DELETE FROM hub_row WHERE tbl = ? AND key = ?",
                               pages.removed(page))
    purge(replica)
    keep(replica.db, answer.conflicts)
    include(replica, checkpoint["head"], answer.reached(checkpoint))
    replica.set(position=checkpoint["position"] if whole else 0,
                vector=cbor.encode(messages.VECTOR.write(checkpoint["vector"])),
                scope_set=checkpoint["scope_set"], digest_root=checkpoint["digest_root"],
                chain=checkpoint["extensions"].get("chain") if whole else None)
    root = replica.digest()[0].root()
    if root != checkpoint["digest_root"]:
        answer.note(f"digest {root.hex()}, the hub's {checkpoint['digest_root'].hex()}")
    return len(rows), root == checkpoint["digest_root"]


def told(replica, welcome):
    """What the welcome said, which counts with its checkpoint."""
    for record in welcome["eras"]:
        replica.db.execute(
            "INSERT OR IGNORE INTO era (era, hub, parents) VALUES (?, ?, ?)",
            (record["era"], record["hub"], cbor.encode(messages.VECTOR.write(record["parents"]))))
    if welcome["scopes"] is not None:
        replica.set(scopes=cbor.encode(welcome["scopes"]))
    if welcome["digest_key"]:
        replica.set(digest_key=welcome["digest_key"])
    if "hub_key" in welcome["extensions"]:
        replica.set(hub_key=welcome["extensions"]["hub_key"])


def put(db, row):
    """Keeps the newest state of a row, with fields and tables that the schema here has not: they
    are in its digest (I8)."""
    values = digest.told(row)
    stamps = {number: list(stamp) for number, stamp in row.overrides.items()}
    db.execute("REPLACE INTO hub_row VALUES (?, ?, ?, ?, ?, ?, ?)", (
        row.table, row.key, cbor.encode(list(row.scopes)), row.generation,
        cbor.encode(list(row.stamp)), cbor.encode(stamps), cbor.encode(values)))


def purge(replica):
    """Takes out the rows all of whose scopes were left (page 6, S3); the file keeps no byte of
    them, because `secure_delete` is on and the log is emptied after a sync (S10)."""
    mine = replica.scopes()
    gone = [(row.table, row.key) for row in replica.hub_rows() if not mine.intersection(row.scopes)]
    replica.db.executemany("DELETE FROM hub_row WHERE tbl = ? AND key = ?", gone)


def keep(db, conflicts):
    """Conflicts for people to look at, each once (X24)."""
    for one in conflicts:
        text = json.dumps(messages.CONFLICTS.shape.to_json(one), ensure_ascii=False)
        db.execute("INSERT OR IGNORE INTO conflict VALUES (?, ?, ?, ?, ?)",
                   (one["oid"], one["table"], one["key"], one["field"], text))


def include(replica, head, reached):
    """Own change sets up to the checkpoint's lane head are in the hub's rows now (X9). The chain is
    one, whatever the lanes: what is before the head is at the hub. So is, as far as the chain goes
    on from there, what has a receipt whose dot the checkpoint contains."""
    db = replica.db
    found = head and db.execute("SELECT place FROM change_set WHERE oid = ?",
                                (head["oid"],)).fetchone()
    if found:
        db.execute("UPDATE change_set SET included = (place <= ?)", found)
    else:
        db.execute("UPDATE change_set SET included = 0 WHERE lane = ?", (replica.get("lane"),))
    for place, era, number in db.execute(
            "SELECT place, era, number FROM change_set LEFT JOIN receipt USING (oid)"
            " WHERE NOT included ORDER BY place").fetchall():
        if era is None or reached.get(era, 0) < number:
            break
        db.execute("UPDATE change_set SET included = 1 WHERE place = ?", (place,))


def forget(answer, rows, checkpoint):
    """After a rollback rows that the hub lost leave the table, and their images stay as incidents
    (X22). The pages are all there is when their root is the hub's; otherwise the next pull asks
    for everything."""
    replica = answer.replica
    answer.note("the hub was rolled back")
    found, _ = digest.of(rows, replica.get("digest_key"), replica.scopes())
    if found.root() != checkpoint["digest_root"]:
        return False
    there = {(row.table, row.key) for row in rows}
    for row in list(replica.hub_rows()):
        if (row.table, row.key) not in there:
            image = digest.row_image(row)
            answer.note(f"the hub lost a row: {image.hex()}")
            replica.db.execute("DELETE FROM hub_row WHERE tbl = ? AND key = ?",
                               (row.table, row.key))
    return True
