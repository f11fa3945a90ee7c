"""HTTP: a problem becomes an exception, bodies above 400 bytes are compressed."""

import http.client
import json
import ssl
import urllib.parse

import zstandard

from .cbor import Malformed

SYNC = "application/vnd.lynk.sync+cbor"
EXPANSION_RATIO_MAX, EXPANSION_FREE_BYTES, ZSTD_WINDOW_MAX = 200, 1 << 20, 1 << 23
COMPRESSION_BYTES_MIN = 400


class Problem(Exception):
    """A failure with the stable code of page 9."""

    def __init__(self, code, detail, mend=""):
        super().__init__(f"{code}: {detail}. {mend}".strip())
        self.code, self.detail = code, detail


class Server:
    """One hub; the connection stays for the calls of one run."""

    def __init__(self, url, authority=None):
        parts = urllib.parse.urlsplit(url)
        context = ssl.create_default_context(cafile=authority)
        self.connection = http.client.HTTPSConnection(
            parts.hostname, parts.port or 443, timeout=30, context=context)

    def json(self, path, **members):
        """Posts an object and gives the answer's."""
        kind = {"Content-Type": "application/json"}
        return json.loads(self._post(path, json.dumps(members).encode(), kind).read())

    def frames(self, path, token, body):
        """Posts frames and gives the answer as a stream of frames."""
        headers = {"Content-Type": SYNC, "Authorization": f"Bearer {token}",
                   "Accept-Encoding": "zstd"}
        if len(body) > COMPRESSION_BYTES_MIN:
            headers["Content-Encoding"] = "zstd"
            body = zstandard.ZstdCompressor().compress(body)
        answer = self._post(path, body, headers)
        if answer.headers.get_content_type() != SYNC:
            raise Problem("response_invalid", "the answer is not a Lynk server's")
        return Body(answer)

    def _post(self, path, body, headers):
        try:
            self.connection.request("POST", path, body, headers)
            answer = self.connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            raise Problem("unreachable", str(error)) from None
        if answer.status < 300:
            return answer
        try:
            told = json.loads(answer.read())
            problem = Problem(told["code"], told.get("detail", ""), told.get("title", ""))
        except (ValueError, KeyError):
            problem = Problem("response_invalid", f"status {answer.status} without a problem")
        raise problem


class Body:
    """The bytes of an answer, expanded; refuses what expands too far (page 5, X11)."""

    def __init__(self, answer):
        self.answer, self.arrived, self.given = answer, 0, 0
        self.expanded = None
        if answer.headers.get("Content-Encoding") == "zstd":
            self.expanded = zstandard.ZstdDecompressor(
                max_window_size=ZSTD_WINDOW_MAX).stream_reader(Arriving(self))

    def read(self, count):
        try:
            data = (self.expanded or Arriving(self)).read(count)
        except (OSError, http.client.HTTPException) as error:
            raise Problem("unreachable", f"the answer broke off: {error}") from None
        except zstandard.ZstdError as error:
            raise Malformed(f"not zstd: {error}") from None
        self.given += len(data)
        if self.given > EXPANSION_FREE_BYTES + EXPANSION_RATIO_MAX * self.arrived:
            raise Malformed("the answer expands too far")
        return data


class Arriving:
    """The same bytes as they arrive, counted."""

    def __init__(self, body):
        self.body = body

    def read(self, count):
        data = self.body.answer.read(count)
        self.body.arrived += len(data)
        return data
