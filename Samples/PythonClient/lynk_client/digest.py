"""The digest of a set of rows (page 7, D1 to D3)."""

import hashlib

from . import schema
from .cbor import encode


def told(row):
    """The fields of a row that differ from their defaults: those that its page names, so that
    fields and tables count that the schema here has not (I8); else those of the schema."""
    table = schema.TABLES.get(row.table)
    defaults = (table.defaults if table else {}) | row.defaults
    return {field: value for field, value in sorted(row.fields.items())
            if value != defaults.get(field)}


def row_image(row):
    """The bytes of a row: two sides that have the same image have the same row."""
    image = [row.table, row.key]
    for field, value in told(row).items():
        image += [field, value]
    image += [None, row.stamp.era, row.stamp.number, row.stamp.effective]
    for field, stamp in sorted(row.overrides.items()):
        image += [field, stamp.era, stamp.number, stamp.effective]
    return b"".join(map(encode, image))


class SetDigest:
    """Sum and number of the places of rows in scopes; the order does not matter."""

    def __init__(self, total=0, count=0):
        self.total, self.count = total, count

    def add(self, key, scope, image, times=1):
        """Adds a row's place in a scope, or with `times` -1 takes it out."""
        place = hashlib.sha256(key + encode(scope) + image).digest()
        self.total = (self.total + times * int.from_bytes(place, "little")) % (1 << 256)
        self.count += times

    def sum_bytes(self):
        """The sum as it is hashed: 32 bytes, little-endian."""
        return self.total.to_bytes(32, "little")

    def root(self):
        """Sixteen bytes; equal roots prove equal sets."""
        both = self.count.to_bytes(8, "big") + self.sum_bytes()
        return hashlib.sha256(both).digest()[:16]


def of(rows, key, scopes):
    """The digest of all rows in a device's scopes, and of each table in each scope."""
    whole, parts = SetDigest(), {}
    for row in rows:
        image = row_image(row)
        for scope in scopes.intersection(row.scopes):
            whole.add(key, scope, image)
            parts.setdefault((scope, row.table), SetDigest()).add(key, scope, image)
    return whole, parts
