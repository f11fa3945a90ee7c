"""The words of lynk.cddl that several messages share."""

from .records import Flat, Record
from .shapes import Bytes, Id, Int, Text

ID, OID, ANY = Id(), Bytes(32, 32), Bytes(0, 16 << 20)
ORDINAL, POSITION = Int(1, (1 << 63) - 1), Int(0, (1 << 63) - 1)
INT64, UINT64, UINT32 = Int(-1 << 63, (1 << 63) - 1), Int(0, (1 << 64) - 1), Int(0, 0xFFFFFFFF)
TIMESTAMP, DIGEST, NAME = UINT64, Bytes(0, 32), Text(128)
SESSION, RATCHET, CHAIN, MARK = Bytes(8, 8), Bytes(16, 16), Bytes(16, 16), Bytes(1, 256)


class Signature(Bytes):
    """64 bytes, or none without change sets."""

    def check(self, value):
        super().check(value)
        Bytes(len(value) and 64, 64).check(value)


SIGNATURE = Signature(0, 64)
VECTOR = Flat(most=32, ascending="era", era=ID, number=ORDINAL)
PROBLEM = Record(code=NAME, detail=Text(4096))
