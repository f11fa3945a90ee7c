"""Deterministic CBOR (RFC 8949 section 4.2.1) as the book narrows it: page 3, C1.

Written by hand on purpose. Packages such as cbor2 read what a canonical writer would never have
made, and their canonical mode shortens floats to 16 bits; here floats have 32 bits or 64.
"""

import math
import struct

NESTING_MAX = 16


class Malformed(ValueError):
    """Bytes or values that the book does not allow."""


class Undefined:
    """CBOR's `undefined`: a part that both sides know already."""

    def __repr__(self):
        return "KNOWN"


KNOWN = Undefined()


def encode(item):
    """The one encoding of an item: None, bool, int, float, bytes, str, list, dict or KNOWN."""
    if item is None or item is True or item is False or item is KNOWN:
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6", KNOWN: b"\xf7"}[item]
    if isinstance(item, int):
        return _head(0, item) if item >= 0 else _head(1, -1 - item)
    if isinstance(item, float):
        return _float(item)
    if isinstance(item, bytes):
        return _head(2, len(item)) + item
    if isinstance(item, str):
        text = item.encode()
        return _head(3, len(text)) + text
    if isinstance(item, list):
        return _head(4, len(item)) + b"".join(map(encode, item))
    if isinstance(item, dict):
        members = sorted((encode(key), encode(value)) for key, value in item.items())
        return _head(5, len(members)) + b"".join(key + value for key, value in members)
    raise Malformed(f"{type(item).__name__} has no form in CBOR")


def decode(data):
    """The item that the whole of `data` is; refuses bytes that `encode` would not have made."""
    items = decode_sequence(data, most=1)
    if len(items) != 1:
        raise Malformed("no item")
    return items[0]


def decode_sequence(data, most=None):
    """The items that `data` is, one after another (RFC 8742)."""
    items, at = [], 0
    while at < len(data):
        if len(items) == most:
            raise Malformed("bytes after the item")
        item, at = _item(data, at, 0)
        items.append(item)
    return items


def _head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | code]) + number.to_bytes(size, "big")
    raise Malformed("a number above 64 bits")


def _float(number):
    if math.isnan(number) or (number == 0 and math.copysign(1, number) < 0):
        raise Malformed("NaN or negative zero")
    try:
        short = struct.pack(">f", number)
        if struct.unpack(">f", short)[0] == number:
            return b"\xfa" + short
    except OverflowError:
        pass
    return b"\xfb" + struct.pack(">d", number)


def _take(data, at, count):
    if count > len(data) - at:
        raise Malformed("the bytes end inside an item")
    return data[at:at + count], at + count


def _number(data, at, code):
    """The argument of a head, in its shortest form only."""
    if code < 24:
        return code, at
    if code > 27:
        raise Malformed("a length that is not definite")
    size = 1 << code - 24
    digits, at = _take(data, at, size)
    number = int.from_bytes(digits, "big")
    if number < (24 if size == 1 else 1 << 4 * size):
        raise Malformed("a head that is not the shortest")
    return number, at


def _item(data, at, depth):
    (first,), at = _take(data, at, 1)
    major, code = first >> 5, first & 31
    if major == 7:
        return _simple(data, at, first)
    number, at = _number(data, at, code)
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        part, at = _take(data, at, number)
        try:
            return (bytes(part) if major == 2 else part.decode()), at
        except UnicodeDecodeError:
            raise Malformed("text that is not UTF-8") from None
    if major == 6 or depth >= NESTING_MAX or number > len(data) - at:
        raise Malformed("a tag, too deep, or more elements than bytes")
    return (_array if major == 4 else _map)(data, at, number, depth + 1)


def _array(data, at, count, depth):
    items = []
    for _ in range(count):
        item, at = _item(data, at, depth)
        items.append(item)
    return items, at


def _map(data, at, count, depth):
    members, before = {}, b""
    for _ in range(count):
        start = at
        key, at = _item(data, at, depth)
        if isinstance(key, (list, dict)) or data[start:at] <= before:
            raise Malformed("keys of a map that do not ascend")
        before = data[start:at]
        members[key], at = _item(data, at, depth)
    return members, at


def _simple(data, at, first):
    if first in (0xF4, 0xF5, 0xF6, 0xF7):
        return {0xF4: False, 0xF5: True, 0xF6: None, 0xF7: KNOWN}[first], at
    if first not in (0xFA, 0xFB):
        raise Malformed("a simple value that the protocol does not use")
    digits, end = _take(data, at, 4 if first == 0xFA else 8)
    number, = struct.unpack(">f" if first == 0xFA else ">d", digits)
    if _float(number) != data[at - 1:end]:
        raise Malformed("a float that is not the shortest")
    return number, end
