"""Envelopes that only their key opens."""

import base64
import json
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from grader.errors import UsageError
from grader.record.sign import encoding, envelope, opened
from tests import machine

PAYLOAD = b'{"predicate": {}}'


class Keys(NamedTuple):
    private: Path
    public: Path


def made(folder: Path, kind: str) -> Keys:
    private = folder / "key"
    if kind == "openssl":
        machine.require("openssl")
        public = folder / "key.pem"
        call("openssl", "genpkey", "-algorithm", "ed25519", "-out", private)
        call("openssl", "pkey", "-in", private, "-pubout", "-out", public)
        return Keys(private, public)
    machine.require("ssh-keygen")
    call("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", private)
    return Keys(private, private.with_suffix(".pub"))


def call(*words: str | Path) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


@pytest.fixture(params=["ed25519", "ecdsa", "openssl"])
def keys(request, tmp_path: Path) -> Keys:
    return made(tmp_path, request.param)


def test_encoding_is_that_of_the_protocol():
    assert encoding(b"hello") == b"DSSEv1 28 application/vnd.in-toto+json 5 hello"


def test_envelope_opens_with_its_key(keys):
    sealed = envelope(PAYLOAD, keys.private)
    assert opened(sealed, keys.public) == json.loads(PAYLOAD)
    assert base64.b64decode(json.loads(sealed)["payload"]) == PAYLOAD


def test_envelope_does_not_open_with_another_key(keys, tmp_path):
    (tmp_path / "other").mkdir()
    other = made(tmp_path / "other", "ed25519")
    with pytest.raises(UsageError, match="do not trust it"):
        opened(envelope(PAYLOAD, keys.private), other.public)


def test_changed_payload_does_not_open(keys):
    value = json.loads(envelope(PAYLOAD, keys.private))
    value["payload"] = base64.b64encode(PAYLOAD.replace(b"{}", b"[]")).decode()
    with pytest.raises(UsageError, match="do not trust it"):
        opened(json.dumps(value).encode(), keys.public)


def test_plain_ed25519_signature_is_what_every_dsse_verifier_checks(tmp_path):
    """64 bytes over the encoding, checked here by the program itself."""
    keys = made(tmp_path, "openssl")
    signature = base64.b64decode(
        json.loads(envelope(PAYLOAD, keys.private))["signatures"][0]["sig"]
    )
    assert len(signature) == 64
    (tmp_path / "m").write_bytes(encoding(PAYLOAD))
    (tmp_path / "s").write_bytes(signature)
    call("openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", keys.public,
         "-in", tmp_path / "m", "-sigfile", tmp_path / "s")  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"payload": "%"}'])
def test_what_is_no_envelope_is_an_error_of_usage(data, tmp_path):
    with pytest.raises(UsageError, match="no DSSE envelope"):
        opened(data, tmp_path / "key")


def test_key_that_does_not_sign_is_named(tmp_path):
    machine.require("openssl")
    (tmp_path / "key").write_text("nonsense")
    with pytest.raises(UsageError, match="cannot sign with"):
        envelope(PAYLOAD, tmp_path / "key")
    with pytest.raises(UsageError, match="cannot read the key"):
        envelope(PAYLOAD, tmp_path / "none")


def test_key_with_a_passphrase_is_refused_and_nothing_is_asked(tmp_path):
    machine.require("ssh-keygen")
    private = tmp_path / "key"
    call("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", private)
    with pytest.raises(UsageError, match="cannot sign with"):
        envelope(PAYLOAD, private)
