"""Enrolment and tokens (page 8)."""

import uuid

from . import identity


def enrol(replica, server, url, code):
    """Turns a one-time code into this device's identity. May be repeated with the same code."""
    if replica.get("key") is None:  # on disk before the request, so that it can be repeated
        with replica.transaction():
            replica.set(key=identity.new_private_key(), server=url, lane=uuid.uuid4().bytes)
    answer = server.json("/v1/enrol", code=code,
                         publicKey=identity.public_key(replica.get("key")).hex())
    with replica.transaction():
        replica.set(role=answer["role"], **{
            name: uuid.UUID(answer[name]).bytes for name in ("tenant", "device", "user")})
    return answer


def token(replica, server):
    """A token for requests, good for a quarter of an hour."""
    device = str(uuid.UUID(bytes=replica.get("device")))
    challenge = server.json("/v1/token/challenge", device=device)["challenge"]
    signature = identity.sign(replica.get("key"), "lynk-challenge-1", bytes.fromhex(challenge))
    answer = server.json("/v1/token", device=device, challenge=challenge,
                         signature=signature.hex())
    return answer["token"]
