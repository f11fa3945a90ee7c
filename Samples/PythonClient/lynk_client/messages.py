"""Every message of lynk.cddl, as shapes; a test holds them to the golden vectors."""

from . import cbor, frames
from .cbor import Malformed
from .changes import CHANGE
from .pages import PAGE
from .receipts import BRIEF, RECEIPTS
from .records import Extensions, Flat, List, Record
from .shapes import Bytes, Int, Only, Text, Truth
from .values import Embedded, Enum, Value, knowable, nullable
from .words import (ANY, CHAIN, DIGEST, ID, INT64, MARK, NAME, OID, ORDINAL, POSITION, PROBLEM,
                    RATCHET, SESSION, SIGNATURE, TIMESTAMP, UINT32, UINT64, VECTOR)

CLOCK = Record(wall=INT64, boot=ID, ticks=INT64)
HEAD = Record(lane=ID, sequence=ORDINAL, oid=OID)
KEPT_HEADS = List(HEAD, 16, 1)
ERA_RECORD = Record(era=ID, hub=ID, parents=VECTOR)
HELD_SNAPSHOT = Record(scope=NAME, position=POSITION, chain=CHAIN)
INTENT = Record(name=Text(4096), arguments=Text(4096))


def _change_set(known):
    """A change set; `known` says how a part is shaped that a session lets stand for itself."""
    return Record(
        tenant=known(ID), device=known(ID), previous=known(nullable(OID)), context=known(VECTOR),
        schema_version=known(UINT32), claimed=TIMESTAMP,
        made=Record(wall=known(INT64), boot=known(ID), ticks=known(INT64)),
        intent=nullable(INTENT), changes=List(CHANGE, 20_000))


CHANGE_SET = _change_set(lambda shape: shape)
CHANGE_SETS = List(Embedded(_change_set(knowable)), least=1)

PROOF_ENTRIES = Flat(most=2000, oid=OID, era=ID, number=ORDINAL, effective=TIMESTAMP)
HELLO = Record(
    version=UINT32, device=ID, lane=ID, schema_name=NAME, schema_version=UINT32,
    head=nullable(Record(lane=nullable(ID), sequence=ORDINAL, oid=OID)),
    cursor=Record(position=POSITION, vector=VECTOR, scope_set=DIGEST),
    clock=CLOCK, digest_root=DIGEST,
    extensions=Extensions(
        ratchet=RATCHET, chain=CHAIN, kept_heads=Embedded(KEPT_HEADS),
        eras=Embedded(List(ERA_RECORD, least=1)),
        proofs=Embedded(List(Record(entries=PROOF_ENTRIES, signature=Bytes(64, 64)), 64, 1)),
        resume=MARK, narrowed=Embedded(List(NAME, ascending=True)), live=Embedded(Only(True)),
        snapshot_rows=Embedded(ORDINAL), snapshots=Embedded(List(HELD_SNAPSHOT, 64, 1))))


class Sequence(List):
    """A byte string that holds a CBOR sequence."""

    def read(self, item):
        ANY.check(item)
        return super().read(cbor.decode_sequence(item))

    def write(self, value):
        return b"".join(map(cbor.encode, super().write(value)))


RESUMED_HELLO = Record(
    optional=2, session=SESSION, position=POSITION, since=INT64, drift=INT64,
    extensions=Extensions(ratchet=RATCHET, live=Embedded(Only(True))),
    signature=SIGNATURE, change_sets=Sequence(CHANGE_SETS.shape))

WELCOME = Record(
    version=UINT32, hub=ID, eras=List(ERA_RECORD, 65_536), head=nullable(HEAD),
    hub_time=TIMESTAMP, digest_key=DIGEST, scopes=nullable(List(NAME, 10_000, ascending=True)),
    refusal=nullable(PROBLEM),
    extensions=Extensions(
        verdict=Embedded(Enum("behind", "gap", "fork", "rollback", first=1)), session=SESSION,
        ratchet=RATCHET, durable=Embedded(VECTOR), floor=Embedded(ORDINAL),
        wants_eras=Embedded(Only(True)), resumed=Embedded(Only(True)),
        rows_expected=Embedded(ORDINAL), hub_key=Bytes(32, 32),
        snapshots=Embedded(List(Record(scope=NAME, rows=ORDINAL), 64, 1)),
        snapshots_taken=Embedded(Only(True))))

CHECKPOINT = Record(
    position=POSITION, vector=VECTOR, head=nullable(HEAD), scope_set=DIGEST, digest_root=DIGEST,
    extensions=Extensions(chain=CHAIN, durable=Embedded(VECTOR)))

SIDE = Record(value=Value(), era=ID, number=ORDINAL, author=ID, effective=TIMESTAMP)
CONFLICTS = List(Record(
    position=POSITION, table=UINT32, key=ID, field=nullable(UINT32), policy=NAME,
    outcome=Enum("new-won", "current-won", "combined", "refused"), base=List(Value(), 1),
    current=SIDE, new=SIDE, oid=OID), 500)

HASH = Bytes(16, 16)
MANIFEST = Record(
    tenant=ID, hub=ID, scope=NAME, position=POSITION, vector=VECTOR, chain=CHAIN,
    segments=Flat(most=16_384, name=OID, bytes=Int(1, 4 << 20), compressed=Truth()),
    tables=Flat(most=4096, ascending="table", table=UINT32, count=ORDINAL, root=HASH),
    extensions=Extensions())
VERIFY = Record(
    scope_set=DIGEST, position=POSITION,
    asks=List(Record(scope=NAME, table=UINT32,
                     ranges=Flat(least=1, most=256, lower=ID, upper=nullable(ID)))))
VERIFIED = Record(
    position=POSITION, scopes=List(NAME),
    digests=Flat(scope=UINT32, table=UINT32, count=UINT64, hash=HASH),
    parts=Flat(scope=UINT32, table=UINT32, lower=nullable(ID), upper=nullable(ID),
               count=UINT64, hash=HASH),
    pages=Int(0, 256))

TYPES = {
    0x01: ("hello", HELLO), 0x02: ("change-sets", CHANGE_SETS), 0x03: ("signature", SIGNATURE),
    0x04: ("resumed-hello", RESUMED_HELLO), 0x05: ("verify", VERIFY), 0x10: ("welcome", WELCOME),
    0x11: ("receipts", RECEIPTS), 0x12: ("page", PAGE), 0x13: ("checkpoint", CHECKPOINT),
    0x14: ("problem", PROBLEM), 0x15: ("conflicts", CONFLICTS), 0x16: ("proof", Bytes(64, 64)),
    0x17: ("brief", BRIEF), 0x18: ("verified", VERIFIED), 0x19: ("manifest", MANIFEST)}
NUMBERS = {name: (number, shape) for number, (name, shape) in TYPES.items()}


def read(stream):
    """Yields name and value of each message of a body; passes over types from 0x80 on."""
    for kind, payload in frames.read(stream):
        if kind in TYPES:
            name, shape = TYPES[kind]
            one = name != "change-sets"
            items = cbor.decode(payload) if one else cbor.decode_sequence(payload)
            yield name, shape.read(items)
        elif kind < 0x80:
            raise Malformed(f"a frame of the unknown type {kind}")


def write(name, value):
    """The frames of one message."""
    number, shape = NUMBERS[name]
    item = shape.write(value)
    if name == "change-sets":
        return frames.write(number, b"".join(map(cbor.encode, item)))
    return frames.write(number, cbor.encode(item))


def to_json(name, value):
    """The message as page 12 writes it."""
    return {name: NUMBERS[name][1].to_json(value)}
