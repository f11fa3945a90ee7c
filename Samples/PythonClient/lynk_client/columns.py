"""Columns of a page: one value per row, in one of four codecs (page 5, X10)."""

from collections import namedtuple

from . import cbor
from .cbor import Malformed
from .shapes import Shape
from .values import Value

PLAIN, DELTAS, DICTIONARY, CONSTANT = range(4)
Column = namedtuple("Column", "codec values")  # of a constant, `values` is the one value


class ColumnShape(Shape):
    """Reads any of the codecs and writes a column in the codec that it names."""

    def read(self, item):
        if type(item) is not list or not item or item[0] not in range(4):
            raise Malformed("not a column")
        codec, parts = item[0], item[1:]
        if len(parts) != (2 if codec == DICTIONARY else 1):
            raise Malformed("a column with too many parts or too few")
        if codec == CONSTANT:
            Value().check(parts[0])
            return Column(CONSTANT, parts[0])
        if any(type(part) is not bytes for part in parts):
            raise Malformed("a column without bytes")
        if codec == DELTAS:
            return Column(DELTAS, list(_undelta(parts[0])))
        values = cbor.decode_sequence(parts[0])
        for value in values:
            Value().check(value)
        if codec == PLAIN:
            return Column(PLAIN, values)
        if len(values) > 256 or any(index >= len(values) for index in parts[1]):
            raise Malformed("a dictionary that is too long or too short")
        return Column(DICTIONARY, [values[index] for index in parts[1]])

    def write(self, column):
        codec, values = column
        if codec == CONSTANT:
            return [CONSTANT, values]
        if codec == PLAIN:
            return [PLAIN, b"".join(map(cbor.encode, values))]
        if codec == DELTAS:
            return [DELTAS, _delta(values)]
        distinct = list(dict.fromkeys(map(cbor.encode, values)))
        return [DICTIONARY, b"".join(distinct),
                bytes(distinct.index(cbor.encode(value)) for value in values)]


def _delta(values):
    """Differences modulo 2^64, the first to zero, zigzag, LEB128."""
    out, before = bytearray(), 0
    for value in values:
        step = (value - before + (1 << 63)) % (1 << 64) - (1 << 63)
        before, rest = value, step << 1 if step >= 0 else (-step << 1) - 1
        while rest > 0x7F:
            out.append(rest & 0x7F | 0x80)
            rest >>= 7
        out.append(rest)
    return bytes(out)


def _undelta(data):
    value, number, shift = 0, 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        if number >= 1 << 64 or (shift and byte == 0):
            raise Malformed("a difference above 64 bits, or not in its shortest form")
        shift += 7
        if byte < 0x80:
            value += number >> 1 if number & 1 == 0 else -(number + 1 >> 1)
            value = (value + (1 << 63)) % (1 << 64) - (1 << 63)
            yield value
            number, shift = 0, 0
    if shift:
        raise Malformed("the bytes end inside a difference")


COLUMN = ColumnShape()


def expand(column, count):
    """The column's value for each of `count` rows."""
    if column.codec == CONSTANT:
        return [column.values] * count
    if len(column.values) != count:
        raise Malformed("a column of another length than its section")
    return column.values
