"""What must be refused: bytes that no writer makes. The book has no file of these, so they are
derived here from its golden vectors and its words."""

import io
import struct
import unittest

from lynk_client import cbor, columns, frames, messages, pages
from lynk_client.cbor import KNOWN, Malformed
from tests.test_vectors import vectors

ITEMS = {"change-set": messages.CHANGE_SET, "hello": messages.HELLO, "page": pages.PAGE}


class RefusedTests(unittest.TestCase):
    def refused(self, shape, data):
        with self.assertRaises(Malformed, msg=data.hex()):
            shape.read(cbor.decode(data))

    def test_not_canonical(self):
        for hexadecimal, why in {
                "1817": "23 in two bytes", "190001": "1 in three", "1a00000001": "1 in five",
                "1b0000000000000001": "1 in nine", "5800": "a long head of no bytes",
                "5f4101ff": "bytes without a length", "9fff": "an array without a length",
                "f90000": "a float of 16 bits", "fa7fc00000": "NaN", "fa80000000": "minus zero",
                "fb3ff8000000000000": "1.5 in 64 bits", "61ff": "no UTF-8", "62c0af": "long UTF-8",
                "63eda080": "a surrogate", "a20100": "a map cut off", "a202000100": "keys descend",
                "a201000100": "a key twice", "c100": "a tag", "f0": "a simple value", "f800": "too",
                "1c": "a reserved head", "0000": "two items", "": "none", "18": "cut off",
                "9bffffffffffffffff": "more elements than bytes", "81" * 17 + "80": "too deep",
        }.items():
            with self.subTest(why), self.assertRaises(Malformed):
                cbor.decode(bytes.fromhex(hexadecimal))

    def test_cut_off(self):
        for file, shape in ITEMS.items():
            for vector in vectors(file).values():
                for end in range(len(vector["bytes"])):
                    self.refused(shape, vector["bytes"][:end])
                self.refused(shape, vector["bytes"] + b"\0")

    def test_flipped_bits(self):
        """A flipped bit is refused, or it is another message, whose only bytes these are."""
        for file, shape in ITEMS.items():
            for vector in vectors(file).values():
                self.flip(shape, vector["bytes"])

    def flip(self, shape, data):
        for at in range(len(data) * 8):
            flipped = bytearray(data)
            flipped[at // 8] ^= 1 << at % 8
            try:
                value = shape.read(cbor.decode(bytes(flipped)))
            except Malformed:
                continue
            if shape is not pages.PAGE:  # a dictionary may be written in several ways
                self.assertEqual(cbor.encode(shape.write(value)), bytes(flipped))

    def test_bodies(self):
        for file in ("request", "response", "session", "verify"):
            for vector in vectors(file).values():
                data = vector["bytes"]
                for at in range(len(data) * 8):
                    flipped = bytearray(data)
                    flipped[at // 8] ^= 1 << at % 8
                    with self.assertRaises(Malformed):
                        list(messages.read(io.BytesIO(flipped)))

    def test_frames(self):
        unknown = frames.write(0x7F, b"")
        for data in (b"\x00\x10\x00\x01\x12", frames.write(0, b""), unknown, unknown[:3],
                     frames.write(0, b"a"), frames.write(1, b"\x80")):
            with self.assertRaises(Malformed, msg=data.hex()):
                list(messages.read(io.BytesIO(data)))
        self.assertEqual(list(messages.read(io.BytesIO(frames.write(0x80, b"x")))), [])

    def test_parts(self):
        long = bytes(frames.FRAME_BYTES_MAX + 1)
        self.assertEqual(list(frames.read(io.BytesIO(frames.write(5, long)))), [(5, long)])

    def test_change_sets(self):
        good = messages.CHANGE_SET.read(cbor.decode(vectors("change-set")["payment"]["bytes"]))
        change = good["changes"][0]
        one = {"era": b"\1" * 16, "number": 1}
        two = {"era": b"\2" * 16, "number": 1}
        edit = {"field": 1, "added": [1], "removed": [1]}
        for name, part in (
                ("context", [two, one]), ("context", [one, one]),
                ("context", [one | {"number": 0}]),
                ("context", [{"era": bytes([n]) * 16, "number": 1} for n in range(33)]),
                ("tenant", KNOWN), ("tenant", bytes(15)), ("previous", bytes(31)),
                ("claimed", -1), ("schema_version", 1 << 32), ("intent", {"name": "x" * 4097}),
                ("changes", [change | {"puts": change["puts"][::-1]}]),
                ("changes", [change | {"puts": [{"field": 1, "value": True}]}]),
                ("changes", [change | {"adds": []}]),
                ("changes", [change | {"kind": "delete"}]),
                ("changes", [change | {"adds": [], "edits": [edit]}])):
            with self.subTest(name=name, part=part), self.assertRaises((Malformed, KeyError)):
                data = cbor.encode(raw(messages.CHANGE_SET, good | {name: part}))
                messages.CHANGE_SET.read(cbor.decode(data))

    def test_columns(self):
        for item in ([4, b""], [0], [0, b"", b""], [2, b"\x01", b"\x01"], [1, b"\x80"],
                     [1, b"\x80\x00"], [1, b"\xff" * 9 + b"\x02"], [3, b"", b""], [0, b"\xf5"],
                     [2, b"\x00" * 257, b""]):
            with self.subTest(item), self.assertRaises(Malformed):
                columns.COLUMN.read(item)

    def test_deltas(self):
        """The codec that no golden vector has."""
        ends = [0, 1, -1, 63, -64, (1 << 63) - 1, -(1 << 63), 0]
        item = columns.COLUMN.write(columns.Column(columns.DELTAS, ends))
        self.assertEqual(columns.COLUMN.read(item).values, ends)
        ascending = columns.COLUMN.write(columns.Column(columns.DELTAS, [100, 101, 99]))
        self.assertEqual(ascending[1], bytes([0xC8, 0x01, 2, 3]))

    def test_floats(self):
        for number in (1.5, 0.1, float("inf"), 3.4e38, 1e300, 5e-324):
            self.assertEqual(cbor.decode(cbor.encode(number)), number)
        self.assertEqual(cbor.encode(1.5), b"\xfa" + struct.pack(">f", 1.5))


def raw(shape, value):
    """The item without the writer's checks, as a careless writer would make it."""
    if hasattr(shape, "members") and isinstance(value, dict):
        return [raw(part, value[name]) for name, part in shape.members.items() if name in value]
    if hasattr(shape, "record") and isinstance(value, list):
        return [part for group in value for part in raw(shape.record, group)]
    if hasattr(shape, "shape") and isinstance(value, list):
        return [raw(shape.shape, element) for element in value]
    return shape.numbers[value] if hasattr(shape, "numbers") else value
