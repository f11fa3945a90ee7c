"""Shapes that hold others: arrays, records, flat arrays of groups, extensions."""

from .cbor import Malformed
from .shapes import Bytes, Shape


def must_ascend(values):
    """Refuses values that do not strictly ascend."""
    if any(one >= next for one, next in zip(values, values[1:])):
        raise Malformed("elements that do not ascend")


def must_be_array(item, most=None):
    if type(item) is not list or (most is not None and len(item) > most):
        raise Malformed(f"not an array of at most {most} elements")


class List(Shape):
    def __init__(self, shape, most=None, least=0, ascending=False):
        self.shape, self.most, self.least, self.ascending = shape, most, least, ascending

    def read(self, item):
        must_be_array(item, self.most)
        return self._checked([self.shape.read(element) for element in item])

    def write(self, value):
        return [self.shape.write(element) for element in self._checked(value)]

    def _checked(self, values):
        if len(values) < self.least or (self.most is not None and len(values) > self.most):
            raise Malformed("too few or too many elements")
        if self.ascending:
            must_ascend([v.encode() if type(v) is str else v for v in values])
        return values

    def to_json(self, value):
        return [self.shape.to_json(element) for element in value]

    def from_json(self, json):
        return [self.shape.from_json(element) for element in json]


class Record(Shape):
    """An array of named elements; the last `optional` ones may be left out together or in turn."""

    def __init__(self, optional=0, **members):
        self.members, self.least = members, len(members) - optional

    def read(self, item):
        must_be_array(item, len(self.members))
        if len(item) < self.least:
            raise Malformed("elements are missing")
        return {name: shape.read(part) for (name, shape), part in zip(self.members.items(), item)}

    def write(self, value):
        return [shape.write(value[name]) for name, shape in self.members.items() if name in value]

    def to_json(self, value):
        return {name.replace("_", "-"): self.members[name].to_json(v) for name, v in value.items()}

    def from_json(self, json):
        return {name: shape.from_json(json[name.replace("_", "-")])
                for name, shape in self.members.items() if name.replace("_", "-") in json}


class Flat(Shape):
    """Groups of named elements in turn, in one array: [era, number, era, number ...]."""

    def __init__(self, most=None, ascending=None, least=0, **members):
        self.record, self.width = Record(**members), len(members)
        self.most, self.least, self.ascending = most, least, ascending

    def read(self, item):
        must_be_array(item)
        if len(item) % self.width:
            raise Malformed("a group is cut off")
        starts = range(0, len(item), self.width)
        return self._checked([self.record.read(item[at:at + self.width]) for at in starts])

    def write(self, value):
        return [part for group in self._checked(value) for part in self.record.write(group)]

    def _checked(self, groups):
        if len(groups) < self.least or (self.most is not None and len(groups) > self.most):
            raise Malformed("too few or too many groups")
        if self.ascending:
            must_ascend([group[self.ascending] for group in groups])
        return groups

    def to_json(self, value):
        return [self.record.to_json(group) for group in value]

    def from_json(self, json):
        return [self.record.from_json(group) for group in json]


class Extensions(Shape):
    """Numbers to byte strings. What this client does not know stays as bytes, by its number."""

    def __init__(self, **members):
        self.members = {number: (name, shape)
                        for number, (name, shape) in enumerate(members.items(), 1)}
        self.numbers = {name: (number, shape) for number, (name, shape) in self.members.items()}

    def _by_name(self, name):
        return self.numbers.get(name) or (int(name), Bytes(0, 1 << 20))

    def read(self, item):
        if type(item) is not dict or len(item) > 16 or any(type(n) is not int for n in item):
            raise Malformed("not extensions")
        named = ((self.members.get(n) or (str(n), Bytes(0, 1 << 20)), part)
                 for n, part in item.items())
        return {name: shape.read(part) for (name, shape), part in named}

    def write(self, value):
        found = ((self._by_name(name), part) for name, part in value.items())
        return {number: shape.write(part) for (number, shape), part in found}

    def to_json(self, value):
        return {name.replace("_", "-"): self._by_name(name)[1].to_json(part)
                for name, part in value.items()}

    def from_json(self, json):
        names = {name.replace("-", "_"): part for name, part in json.items()}
        return {name: self._by_name(name)[1].from_json(part) for name, part in names.items()}
