"""The application's tables, from Protocol/Schemas."""

import json
import pathlib

_FILE = pathlib.Path(__file__).resolve().parents[3] / "Protocol" / "Schemas" / "payments.json"


class Table:
    """A table: its fields by number, with their names, defaults and policies."""

    def __init__(self, json):
        self.number, self.name = json["id"], json["name"]
        self.fields = {field["id"]: field for field in json["fields"]}
        self.numbers = {field["name"]: field["id"] for field in json["fields"]}
        self.defaults = {number: _default(field) for number, field in self.fields.items()}

    def policy(self, number):
        return self.fields[number]["policy"]

    def named(self, fields):
        """The fields of a row by name; one that is absent has its default."""
        return {name: fields.get(number, self.defaults[number])
                for name, number in self.numbers.items()}


def _default(field):
    (kind, text), = field.get("defaultValue", {"text": None}).items()
    return int(text) if kind == "integer" else text


_JSON = json.loads(_FILE.read_text())
NAME, VERSION = _JSON["application"], _JSON["version"]
TABLES = {table.number: table for table in map(Table, _JSON["tables"])}
BY_NAME = {table.name: table for table in TABLES.values()}
