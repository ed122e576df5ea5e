"""Sign statements and check signatures: DSSE envelopes, keys of OpenSSH or OpenSSL.

The signature is over DSSE's pre-authentication encoding (secure-systems-lab/dsse, protocol v1).
An OpenSSH key makes an SSHSIG in the namespace NAMESPACE; a PEM key of type Ed25519 makes a plain
Ed25519 signature, which every DSSE verifier knows. Both are made by the system's own programs, so
no key is ever read here.
"""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from grader.errors import UsageError

PAYLOAD = "application/vnd.in-toto+json"
NAMESPACE = "in-toto"
SIGNER = "signer"
PROGRAM_S = 60
OPENSSH = "-----BEGIN OPENSSH PRIVATE KEY-----"


def envelope(payload: bytes, key: Path) -> bytes:
    """`payload` in a signed envelope, as JSON; UsageError where the key does not sign."""
    signature = sign(encoding(payload), key)
    value = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD,
        "signatures": [{"keyid": keyid(key), "sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(value, indent=2).encode() + b"\n"


def opened(data: bytes, key: Path) -> dict[str, Any]:
    """The statement in an envelope that the public `key` has signed; UsageError otherwise."""
    try:
        value = json.loads(data)
        payload = base64.b64decode(value["payload"], validate=True)
        signatures = [base64.b64decode(each["sig"], validate=True) for each in value["signatures"]]
        kind = value["payloadType"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"this is no DSSE envelope: {error}") from error
    if kind != PAYLOAD:
        raise UsageError(f"the envelope holds '{kind}', not {PAYLOAD}")
    if not any(verified(encoding(payload), each, key) for each in signatures):
        raise UsageError(f"no signature of this envelope is by {key}: do not trust it")
    return cast("dict[str, Any]", json.loads(payload))


def encoding(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding."""
    kind = PAYLOAD.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def is_openssh(key: Path) -> bool:
    """Whether a key file, private or public, is OpenSSH's; UsageError where it cannot be read."""
    try:
        text = key.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot read the key {key}: {error.strerror}") from error
    return text.startswith((OPENSSH, "ssh-", "ecdsa-", "sk-"))


def sign(message: bytes, key: Path) -> bytes:
    """The signature's bytes."""
    with TemporaryDirectory(prefix="grader-sign-") as folder:
        path = Path(folder) / "message"
        path.write_bytes(message)
        if is_openssh(key):
            run(["ssh-keygen", "-Y", "sign", "-q", "-f", key, "-n", NAMESPACE, path], key)
            return path.with_name("message.sig").read_bytes()
        out = Path(folder) / "signature"
        run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", path, "-out", out], key)
        return out.read_bytes()


def verified(message: bytes, signature: bytes, key: Path) -> bool:
    """Whether the public `key` made this signature."""
    with TemporaryDirectory(prefix="grader-sign-") as folder:
        path, sig = Path(folder) / "message", Path(folder) / "signature"
        path.write_bytes(message)
        sig.write_bytes(signature)
        if is_openssh(key):
            signers = Path(folder) / "signers"
            signers.write_text(f"{SIGNER} {key.read_text(encoding='utf-8')}", encoding="utf-8")
            words = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", SIGNER]
            return ends_well([*words, "-n", NAMESPACE, "-s", sig], message)
        words = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key]
        return ends_well([*words, "-in", path, "-sigfile", sig], b"")


def keyid(key: Path) -> str:
    """A name for the key: OpenSSH's fingerprint; empty for a PEM key, as DSSE allows."""
    if not is_openssh(key):
        return ""
    told = run(["ssh-keygen", "-l", "-E", "sha256", "-f", key], key)
    return told.split()[1].decode("ascii", errors="replace") if len(told.split()) > 1 else ""


def run(words: list[str | Path], key: Path) -> bytes:
    """Run a program that uses the key and may not ask for a passphrase; what it wrote."""
    needed(str(words[0]))
    done = subprocess.run(
        [str(word) for word in words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PROGRAM_S,
        check=False,
        start_new_session=True,
    )
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())[:300]
        raise UsageError(f"{words[0]} cannot sign with {key}: {said or 'no reason given'}")
    return done.stdout


def ends_well(words: list[str | Path], message: bytes) -> bool:
    """Whether a program that checks a signature says yes."""
    needed(str(words[0]))
    done = subprocess.run(
        [str(word) for word in words],
        input=message,
        capture_output=True,
        timeout=PROGRAM_S,
        check=False,
    )
    return done.returncode == 0


def needed(program: str) -> None:
    """UsageError where a program is missing."""
    if shutil.which(program) is None:
        package = {"ssh-keygen": "openssh-client"}.get(program, program)
        raise UsageError(f"signatures need {program}; install {package}")
