"""Pages, and the rows that they stand for."""

from collections import namedtuple

from .cbor import Malformed
from .columns import COLUMN, expand
from .records import List, Record
from .shapes import Bytes, Id
from .values import Value
from .words import ID, NAME, UINT32, UINT64

Stamp = namedtuple("Stamp", "era number effective author")
# `fields` and `overrides` are dicts by the number of the field: values and stamps.
# `defaults` is what the page says of its fields: a reader who does not know one needs it (I8).
Row = namedtuple("Row", "table scopes key generation stamp overrides fields defaults",
                 defaults=[{}])

SECTION = Record(
    table=UINT32, row_scopes=List(UINT32, 2), count=UINT32, keys=Bytes(0, 1 << 20),
    removed=Bytes(0, 1 << 20), era=COLUMN, number=COLUMN, effective=COLUMN, author=COLUMN,
    generation=COLUMN,
    overrides=List(Record(row=UINT32, field=UINT32, era=UINT32, number=UINT64, effective=UINT64,
                          author=UINT32)),
    columns=List(Record(optional=1, field=UINT32, values=COLUMN, default=Value())))


class Page(Record):
    """A page as it travels; its JSON is that of its rows."""

    def to_json(self, page):
        named = {name: self.members[name].to_json(page[name]) for name in ("eras", "lanes")}
        return named | {"scopes": page["scopes"], "mark": page["mark"].hex(),
                        "sections": [_section_json(page, s) for s in page["sections"]]}


PAGE = Page(eras=List(ID), lanes=List(ID), scopes=List(NAME), sections=List(SECTION),
            mark=Bytes(0, 256))


def rows(page):
    """Yields each row of a page."""
    for section in page["sections"]:
        yield from section_rows(page, section)


def removed(page):
    """Yields table and key of each row that was deleted."""
    for section in page["sections"]:
        for key in _keys(section["removed"]):
            yield section["table"], key


def section_rows(page, section):
    """Yields the rows of one section."""
    count, keys = section["count"], _keys(section["keys"])
    if len(keys) != count or count > 4096:
        raise Malformed("a section with keys of another number than its rows")
    stamps = zip(*(expand(section[name], count)
                   for name in ("era", "number", "effective", "author")))
    generations = expand(section["generation"], count)
    columns = [(c["field"], expand(c["values"], count)) for c in section["columns"]]
    defaults = {c["field"]: c.get("default") for c in section["columns"]}
    overrides = [{} for _ in keys]
    for one in section["overrides"]:
        if one["row"] >= count:
            raise Malformed("a stamp of a field of no row")
        overrides[one["row"]][one["field"]] = _stamp(
            page, one["era"], one["number"], one["effective"], one["author"])
    scopes = tuple(_at(page["scopes"], index) for index in section["row_scopes"])
    for at, (key, stamp) in enumerate(zip(keys, stamps)):
        yield Row(section["table"], scopes, key, generations[at], _stamp(page, *stamp),
                  overrides[at], {field: values[at] for field, values in columns}, defaults)


def _keys(data):
    if len(data) % 16:
        raise Malformed("a key is cut off")
    return [data[at:at + 16] for at in range(0, len(data), 16)]


def _at(names, index):
    if type(index) is not int or not 0 <= index < len(names):
        raise Malformed("an index into a list that is shorter")
    return names[index]


def _stamp(page, era, number, effective, author):
    # Numbers above 63 bits stand as the signed integer with the same bits.
    return Stamp(_at(page["eras"], era), number % (1 << 64), effective % (1 << 64),
                 _at(page["lanes"], author))


def _section_json(page, section):
    told = {"table": section["table"],
            "scopes": [page["scopes"][index] for index in section["row_scopes"]],
            "rows": [_row_json(row) for row in section_rows(page, section)],
            "removed": [Id().to_json(key) for key in _keys(section["removed"])]}
    defaults = {str(c["field"]): Value().to_json(c["default"])
                for c in section["columns"] if "default" in c}
    return told | ({"defaults": defaults} if defaults else {})


def _row_json(row):
    fields = {str(field): Value().to_json(value) for field, value in row.fields.items()}
    overrides = [{"field": field} | _stamp_json(stamp) for field, stamp in row.overrides.items()]
    return {"key": Id().to_json(row.key), "generation": row.generation,
            "stamp": _stamp_json(row.stamp), "overrides": overrides, "fields": fields}


def _stamp_json(stamp):
    return {"era": Id().to_json(stamp.era), "number": str(stamp.number),
            "effective": str(stamp.effective), "author": Id().to_json(stamp.author)}
