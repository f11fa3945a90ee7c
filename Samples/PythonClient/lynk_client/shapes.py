"""The words of lynk.cddl as objects. A shape turns a CBOR item into a Python value and back, and
refuses what is outside of it; it also gives the JSON of page 12. Ids and hashes are bytes."""

import uuid

from .cbor import Malformed


class Shape:
    """What an item must be. `read` and `write` are inverse, so are `to_json` and `from_json`."""

    def read(self, item):
        self.check(item)
        return item

    def write(self, value):
        self.check(value)
        return value

    def check(self, value):
        raise NotImplementedError

    def to_json(self, value):
        return value

    def from_json(self, json):
        return json


class Int(Shape):
    """A whole number. One of 64 bits is a string in JSON."""

    def __init__(self, low, high):
        self.low, self.high = low, high
        self.wide = high > 0xFFFFFFFF

    def check(self, value):
        if type(value) is not int or not self.low <= value <= self.high:
            raise Malformed(f"{value!r} is not in {self.low}..{self.high}")

    def to_json(self, value):
        return str(value) if self.wide else value

    def from_json(self, json):
        return int(json) if self.wide else json


class Bytes(Shape):
    def __init__(self, low, high):
        self.low, self.high = low, high

    def check(self, value):
        if type(value) is not bytes or not self.low <= len(value) <= self.high:
            raise Malformed(f"not {self.low} to {self.high} bytes")

    def to_json(self, value):
        return value.hex()

    def from_json(self, json):
        return bytes.fromhex(json)


class Id(Bytes):
    def __init__(self):
        super().__init__(16, 16)

    def to_json(self, value):
        return str(uuid.UUID(bytes=value))

    def from_json(self, json):
        return uuid.UUID(json).bytes


class Text(Shape):
    def __init__(self, most):
        self.most = most

    def check(self, value):
        if type(value) is not str or len(value.encode()) > self.most:
            raise Malformed(f"not text of at most {self.most} bytes")


class Truth(Shape):
    def check(self, value):
        if type(value) is not bool:
            raise Malformed("neither true nor false")


class Only(Shape):
    """One constant, as the `true` of an extension."""

    def __init__(self, constant):
        self.constant = constant

    def check(self, value):
        if value is not self.constant:
            raise Malformed(f"not {self.constant}")
