"""Frames: length, type, payload, CRC-32C (page 5, X1)."""

from .cbor import Malformed

FRAME_BYTES_MAX = 1 << 20
MESSAGE_BYTES_MAX = 5 << 20
PART = 0x00


def _table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC = _table()


def crc32c(data):
    """The Castagnoli checksum: CRC-32C, as in iSCSI (RFC 3720)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def write(kind, payload):
    """The frames of one message: all but the last are of type `part`."""
    frames = []
    while len(payload) > FRAME_BYTES_MAX:
        frames.append(_frame(PART, payload[:FRAME_BYTES_MAX]))
        payload = payload[FRAME_BYTES_MAX:]
    return b"".join(frames) + _frame(kind, payload)


def _frame(kind, payload):
    body = bytes([kind]) + payload
    return len(payload).to_bytes(4, "big") + body + crc32c(body).to_bytes(4, "big")


def read(stream):
    """Yields type and payload of each message that `stream.read(count)` gives, until its end."""
    begun = b""
    while head := _exactly(stream, 5, may_end=not begun):
        length, kind = int.from_bytes(head[:4], "big"), head[4]
        if length > FRAME_BYTES_MAX or len(begun) + length > MESSAGE_BYTES_MAX:
            raise Malformed("a frame above the limit")
        payload = _exactly(stream, length)
        if crc32c(head[4:] + payload).to_bytes(4, "big") != _exactly(stream, 4):
            raise Malformed("a frame whose checksum is another")
        if kind == PART and not payload:
            raise Malformed("an empty part")
        begun += payload
        if kind != PART:
            yield kind, begun
            begun = b""


def _exactly(stream, count, may_end=False):
    data = b""
    while len(data) < count:
        more = stream.read(count - len(data))
        if not more:
            if may_end and not data:
                return b""
            raise Malformed("the body ends inside a frame")
        data += more
    return data
