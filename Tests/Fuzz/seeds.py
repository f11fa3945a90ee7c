#!/usr/bin/env python3
"""Writes the seeds of the corpus: the golden vectors, each where a target reads it.

    python3 Tests/Fuzz/seeds.py FOLDER

Only what no vector holds is written out here. Fuzzing goes on from these (Tests/fuzz.sh).
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "Protocol" / "Vectors"


def vectors(name):
    return json.loads((VECTORS / f"{name}.json").read_text())


def golden(name):
    return [bytes.fromhex(each["bytes"]) for each in vectors(name)]


def texts(name):
    return [
        json.dumps(each["json"], separators=(",", ":")).encode()
        for each in vectors(name)
        if "json" in each
    ]


def payloads(bodies, kind):
    """The payloads of frames of one type."""
    for body in bodies:
        position = 0
        while position + 9 <= len(body):
            length = int.from_bytes(body[position : position + 4], "big")
            if body[position + 4] == kind:
                yield body[position + 5 : position + 5 + length]
            position += length + 9


def first_frame_is(body, kinds):
    return len(body) > 4 and body[4] in kinds


def pieces(bodies):
    """The same bodies in the form that a fuzzer can change: see Pieces.swift."""
    for body in bodies:
        found = []
        position = 0
        while position + 9 <= len(body):
            length = int.from_bytes(body[position : position + 4], "big")
            found.append(body[position + 4 : position + 5 + length])
            position += length + 9
        yield b"\xff\x00\xff".join(found)


def both(bodies):
    return bodies + list(pieces(bodies))


def seeds():
    requests, responses = golden("request"), golden("response")
    sessions, verify = golden("session"), golden("verify")
    changes, pages = golden("change-set"), golden("page")
    yield "frames", requests + responses + golden("frame")
    yield "change-set", changes
    yield "request", both(requests)
    yield "response", both(responses)
    yield "page", pages + list(payloads(responses, 0x12))
    yield "session", [
        bytes([0]) + b for b in both([b for b in sessions if first_frame_is(b, {0x04})])
    ] + [bytes([0x80]) + b for b in both([b for b in sessions if first_frame_is(b, {0x16, 0x17})])]
    yield "verify-request", both([b for b in verify if first_frame_is(b, {0x05})])
    yield "verify-answer", both([b for b in verify if first_frame_is(b, {0x18})])
    yield "manifest", both(
        [b for b in golden("snapshot") if first_frame_is(b, {0x19})]
    )
    yield "segment", [bytes([0]) + b for b in golden("snapshot") if first_frame_is(b, {0x12})]
    yield "json-body", texts("request") + texts("response") + texts("verify")
    yield "captured", both(requests + responses) + changes + pages + golden("hello") + texts("request")
    yield "cbor", [
        bytes.fromhex(each)
        for each in (
            "001b7fffffffffffffff", "0038ff", "00fb3ff199999999999a", "00fa3f800000", "00f6",
            "0063e282ac", "00430102ff", "0180",
            "018450" + "e1" * 16 + "19012c50" + "e2" * 16 + "07",
            "02831b00000199c82cc00050" + "b0" * 16 + "1a05265c00",
            "038350" + "1a" * 16 + "025820" + "97" * 32, "03f6", "0439ffff", "0561c3",
            "065820" + "91" * 32, "07f5", "081b0199c82daa600000",
        )
    ]
    yield "changes", [bytes.fromhex("80"), bytes.fromhex("81840750" + "a1" * 16 + "01820263757069")]
    yield "set-elements", [bytes.fromhex("80"), bytes.fromhex("8301616141ff")]
    yield "import", [
        b"\x00id,name,district,state,phone,currency,zone,status,plan\n"
        b"11111111-1111-1111-1111-111111111111,A,,,+919812345678,INR,Asia/Kolkata,ACTIVE,FREE\n",
        b"\x01id,tenant_id,name,zipcodes\r\n22222222-2222-2222-2222-222222222222,"
        b'11111111-1111-1111-1111-111111111111,"a ""b"", c",560001 560002\r\n',
        b"\x02id,tenant_id,name,phone,area_ids\n22222222-2222-2222-2222-222222222222,"
        b"11111111-1111-1111-1111-111111111111,W,+919812345678,\n",
        b"\x03id,tenant_id,code,name,phone,area_id,zipcode,credit_limit_paise,payment_terms_days,"
        b"direct_worker_ids\n22222222-2222-2222-2222-222222222222,"
        b"11111111-1111-1111-1111-111111111111,R1,N,+919812345678,"
        b"33333333-3333-3333-3333-333333333333,560001,100000,30,\n",
        b"\x06id,tenant_id,retailer_id,worker_id,amount_paise,currency,method,reference,"
        b"collected_at,connected_at,origin,device_clock_skew_seconds\n"
        b"22222222-2222-2222-2222-222222222222,11111111-1111-1111-1111-111111111111,"
        b"33333333-3333-3333-3333-333333333333,44444444-4444-4444-4444-444444444444,"
        b"125000,INR,CASH,,2026-02-03T09:15:00+05:30,2026-02-03T09:15:09Z,ONLINE,-12\n",
    ]
    yield "amount", ["₹1,23,456.78".encode(), b"1234", b"0.5", b"2026-02-28", b"9999-12-31"]
    yield "names", [
        b"307-" + b"cc" * 16 + b"-0102030405060708-1112131415161718",
        b"d1d1d1d1-d1d1-d1d1-d1d1-d1d1d1d1d1d1", b"91" * 32, b"00fF",
    ]
    yield "problem-document", [
        b'\x05{"type":"about:blank","title":"Forbidden","status":403,"code":"forbidden",'
        b'"detail":"no"}',
        b'\x5d{"code":"later","detail":"\\u00e9\\ud83d\\ude00","a":[1,2.5e3,-0,true,null]}',
    ]
    yield "response-head", [
        b"HTTP/2 200 \r\ncontent-type: application/vnd.lynk.sync+cbor; q=1\r\nretry-after: 7\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nRetry-After:  120 \r\n\r\n",
    ]


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "Tests" / "Corpus")
    for target, inputs in seeds():
        place = folder / target
        place.mkdir(parents=True, exist_ok=True)
        for number, each in enumerate(inputs):
            (place / f"seed-{number:02}").write_bytes(each)


main()
