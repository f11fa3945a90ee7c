"""One change of a change set (page 3)."""

from .cbor import Malformed, encode
from .records import Flat, List, Record, must_ascend
from .values import Enum, Value
from .words import ID, INT64, UINT32


class Elements(List):
    """Elements of a set: distinct, not null, ascending by their bytes."""

    def _checked(self, values):
        if None in values:
            raise Malformed("null is no element")
        must_ascend([encode(value) for value in values])
        return super()._checked(values)


class Edits(Flat):
    """What came into sets and left them."""

    def _checked(self, groups):
        for edit in groups:
            added, removed = ({encode(v) for v in edit[name]} for name in ("added", "removed"))
            if not added | removed or added & removed:
                raise Malformed("an edit without elements, or one both added and removed")
        return super()._checked(groups)


class Change(Record):
    """A trailing part that has nothing in it is left out; a delete has no parts."""

    def read(self, item):
        value = super().read(item)
        if len(item) == 5 and not item[4]:
            raise Malformed("empty adds that end a change")
        if value["kind"] == "delete" and (len(item) > 4 or value["puts"]):
            raise Malformed("a delete with parts")
        return value


ELEMENTS = Elements(Value(), 1024)
CHANGE = Change(
    optional=2, table=UINT32, key=ID, kind=Enum("insert", "update", "delete"),
    puts=Flat(most=256, ascending="field", field=UINT32, value=Value()),
    adds=Flat(most=256, ascending="field", field=UINT32, delta=INT64),
    edits=Edits(most=256, ascending="field", least=1, field=UINT32,
                added=ELEMENTS, removed=ELEMENTS))
