"""Every golden vector of Protocol/Vectors, read and written again."""

import hashlib
import io
import json
import pathlib
import unittest

from lynk_client import cbor, frames, messages, pages
from lynk_client.digest import SetDigest, row_image

VECTORS = pathlib.Path(__file__).resolve().parents[3] / "Protocol" / "Vectors"


def vectors(name):
    """The vectors of a file by name; `bytes` as bytes."""
    listed = json.loads((VECTORS / f"{name}.json").read_text())
    return {vector["name"]: vector | {"bytes": bytes.fromhex(vector["bytes"])}
            for vector in listed}


class VectorTests(unittest.TestCase):
    def item(self, shape, vector):
        """One CBOR item: its JSON, and the same bytes again from value and from JSON."""
        value = shape.read(cbor.decode(vector["bytes"]))
        self.assertEqual(shape.to_json(value), vector["json"])
        self.assertEqual(cbor.encode(shape.write(value)), vector["bytes"])
        if shape is not pages.PAGE:
            again = shape.from_json(vector["json"])
            self.assertEqual(cbor.encode(shape.write(again)), vector["bytes"])

    def test_items(self):
        shapes = {"change-set": messages.CHANGE_SET, "hello": messages.HELLO, "page": pages.PAGE}
        for file, shape in shapes.items():
            for name, vector in vectors(file).items():
                with self.subTest(file=file, name=name):
                    self.item(shape, vector)
                    if "oid" in vector:
                        oid = hashlib.sha256(vector["bytes"]).hexdigest()
                        self.assertEqual(oid, vector["oid"])

    def test_bodies(self):
        for file in ("request", "response", "session", "snapshot", "verify"):
            for name, vector in vectors(file).items():
                with self.subTest(file=file, name=name):
                    read = list(messages.read(io.BytesIO(vector["bytes"])))
                    self.assertEqual([messages.to_json(*one) for one in read], vector["json"])
                    self.assertEqual(b"".join(messages.write(*o) for o in read), vector["bytes"])
                    if "page" not in dict(read):
                        self.assertEqual(self.from_json(vector["json"]), vector["bytes"])

    def from_json(self, body):
        named = ((name, json) for message in body for name, json in message.items())
        return b"".join(messages.write(n, messages.NUMBERS[n][1].from_json(j)) for n, j in named)

    def test_pushed(self):
        """The oid is over the whole bytes, whatever a session left out of them."""
        vector = vectors("session")["pushed"]
        (_, sets), = messages.read(io.BytesIO(vector["bytes"]))
        whole = cbor.encode(messages.CHANGE_SET.write(sets[0]))
        self.assertEqual(hashlib.sha256(whole).hexdigest(), vector["oid"])

    def test_frames(self):
        for name, vector in vectors("frame").items():
            with self.subTest(name=name):
                (kind, payload), = frames.read(io.BytesIO(vector["bytes"]))
                self.assertEqual(frames.write(kind, payload), vector["bytes"])

    def test_proof(self):
        vector = vectors("proof")["entries"]
        entries = messages.PROOF_ENTRIES.read(cbor.decode(vector["bytes"]))
        self.assertEqual(cbor.encode(messages.PROOF_ENTRIES.write(entries)), vector["bytes"])
        self.assertEqual(hashlib.sha256(vector["bytes"]).hexdigest(), vector["oid"])

    def test_digest(self):
        page = pages.PAGE.read(cbor.decode(vectors("page")["three-rows"]["bytes"]))
        rows, known, digest = list(pages.rows(page)), vectors("row-image"), SetDigest()
        prefix = known["prefix"]["bytes"]
        for at, row in enumerate(rows, 1):
            image = row_image(row)
            self.assertEqual(image, known[f"row-{at}"]["bytes"])
            for scope in row.scopes:
                digest.add(prefix[:32], scope, image)
        self.assertEqual(digest.sum_bytes(), known["sum"]["bytes"])
        self.assertEqual(digest.root(), known["root"]["bytes"])


if __name__ == "__main__":
    unittest.main()
