"""Receipts travel as differences to the receipt before, modulo 2^64."""

from .cbor import Malformed
from .records import Extensions, Flat, List, Record
from .shapes import Truth
from .values import Embedded, Enum, nullable
from .words import (CHAIN, DIGEST, ID, INT64, OID, PROBLEM, RATCHET, SESSION, UINT32, UINT64,
                    VECTOR)

DISPOSITIONS = Enum("accepted", "merged", "held", "rejected", "quarantined")
_AS_SENT = Record(eras=List(ID), receipts=Flat(
    most=2000, oid=OID, disposition=DISPOSITIONS, era=UINT32, number=INT64, effective=INT64,
    conflicts=UINT32, problem=nullable(PROBLEM), repeat=Truth()))


def signed(number):
    """The signed integer of 64 bits that is equal modulo 2^64."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


class Receipts(Record):
    """Number and effective time of each receipt, themselves."""

    def __init__(self):
        super().__init__(eras=List(ID), receipts=Flat(
            oid=OID, disposition=DISPOSITIONS, era=UINT32, number=UINT64, effective=UINT64,
            conflicts=UINT32, problem=nullable(PROBLEM), repeat=Truth()))

    def read(self, item):
        value, number, effective = _AS_SENT.read(item), 0, 0
        for receipt in value["receipts"]:
            if receipt["era"] >= len(value["eras"]):
                raise Malformed("a receipt of an era that is not listed")
            number = receipt["number"] = (number + receipt["number"]) % (1 << 64)
            effective = receipt["effective"] = (effective + receipt["effective"]) % (1 << 64)
        return value

    def write(self, value):
        sent, number, effective = [], 0, 0
        for receipt in value["receipts"]:
            sent.append(receipt | {"number": signed(receipt["number"] - number),
                                   "effective": signed(receipt["effective"] - effective)})
            number, effective = receipt["number"], receipt["effective"]
        return _AS_SENT.write(value | {"receipts": sent})


RECEIPTS = Receipts()

# The answer inside a session. This client opens none; the shape is here for the vectors.
BRIEF = Record(
    hub_time=INT64,
    receipts=Flat(kind=UINT32, era=UINT32, number=INT64, effective=INT64, conflicts=UINT32,
                  problem=nullable(PROBLEM)),
    position=INT64, vector=List(INT64), digest_root=DIGEST,
    extensions=Extensions(session=SESSION, ratchet=RATCHET, chain=CHAIN,
                          durable=Embedded(VECTOR)))
