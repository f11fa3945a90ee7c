"""Shapes that stand for several kinds of item: values, constants, names, embedded CBOR."""

import math

from .cbor import KNOWN, Malformed, decode, encode
from .shapes import Bytes, Shape


class Value(Shape):
    """What a field holds: null, integer, float, text or bytes."""

    KINDS = {int: "integer", float: "real", str: "text", bytes: "blob"}
    MOST = 256 << 10

    def check(self, value):
        if value is None:
            return
        if type(value) not in self.KINDS:
            raise Malformed("not a value")
        if type(value) is int and not -1 << 63 <= value < 1 << 63:
            raise Malformed("an integer above 64 bits")
        if type(value) in (str, bytes) and len(encode(value)) > self.MOST + 5:
            raise Malformed("a value above the limit")

    def to_json(self, value):
        if value is None:
            return None
        text = value.hex() if type(value) is bytes else value if type(value) is str else str(value)
        return {self.KINDS[type(value)]: text}

    def from_json(self, json):
        if json is None:
            return None
        (kind, text), = json.items()
        return {"integer": int, "real": float, "text": str, "blob": bytes.fromhex}[kind](text)


class Other(Shape):
    """Another shape, or in its place a constant: null, or `undefined`, which JSON calls `known`."""

    def __init__(self, shape, constant, word):
        self.shape, self.constant, self.word = shape, constant, word

    def read(self, item):
        return item if item is self.constant else self.shape.read(item)

    def write(self, value):
        return value if value is self.constant else self.shape.write(value)

    def to_json(self, value):
        return self.word if value is self.constant else self.shape.to_json(value)

    def from_json(self, json):
        return self.constant if json == self.word else self.shape.from_json(json)


def nullable(shape):
    return Other(shape, None, None)


def knowable(shape):
    return Other(shape, KNOWN, "known")


class Enum(Shape):
    def __init__(self, *names, first=0):
        self.numbers = {name: number for number, name in enumerate(names, first)}
        self.names = {number: name for name, number in self.numbers.items()}

    def read(self, item):
        if type(item) is not int or item not in self.names:
            raise Malformed(f"{item!r} is none of {list(self.numbers)}")
        return self.names[item]

    def write(self, value):
        return self.numbers[value]


class Embedded(Shape):
    """A byte string that holds one CBOR item."""

    def __init__(self, shape):
        self.shape = shape
        self.to_json, self.from_json = shape.to_json, shape.from_json

    def read(self, item):
        Bytes(0, math.inf).check(item)
        return self.shape.read(decode(item))

    def write(self, value):
        return encode(self.shape.write(value))
