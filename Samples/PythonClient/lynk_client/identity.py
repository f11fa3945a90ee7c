"""Keys, clocks and ids of one device."""

import secrets
import time
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def new_private_key():
    return Ed25519PrivateKey.generate().private_bytes(
        form.Encoding.Raw, form.PrivateFormat.Raw, form.NoEncryption())


def public_key(private):
    key = Ed25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)


def sign(private, label, message):
    """An Ed25519 signature over the label, a zero byte and the message."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    return key.sign(label.encode() + b"\0" + message)


def verifies(public, label, message, signature):
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, label.encode() + b"\0" + message)
        return True
    except InvalidSignature:
        return False


def new_id():
    """A version 7 UUID (RFC 9562): ids that are made later sort later."""
    number = int(time.time() * 1000) << 80 | 7 << 76 | secrets.randbits(76)
    return (number & ~(3 << 62) | 2 << 62).to_bytes(16, "big")


def clock():
    """What the wall clock and the boot clock read, in milliseconds; the boot by its name."""
    with open("/proc/sys/kernel/random/boot_id") as file:
        boot = uuid.UUID(file.read().strip()).bytes
    ticks = int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)
    return {"wall": int(time.time() * 1000), "boot": boot, "ticks": ticks}


def next_timestamp(last):
    """A hybrid timestamp after `last`: milliseconds << 16 | counter (page 2, T5)."""
    return max(int(time.time() * 1000) << 16, last + 1)
