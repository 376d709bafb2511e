"""Signatures of people, by the SSH keys they have: made by ``ssh-keygen -Y``, checked by it or, where there is none, by ``cryptography``.

Whoever may sign is named in ``allowed_signers``, a file in the form of OpenSSH that lies in the project's folder of releases::

    ada@example.org namespaces="nbeval-release,nbeval-analysis-plan" ssh-ed25519 AAAA...
    bob@example.org namespaces="nbeval-output-check" ssh-ed25519 AAAA...

To sign anything, and to ask later who signed it::

    signature = sign(content, key, Purpose.ANALYSIS_PLAN)               # the text to be written beside the signed file
    signer = signer_of(content, signature, Purpose.ANALYSIS_PLAN, signers_file(workspace.releases))

``content`` are the bytes of the file as it lies there; ``key`` is a private key, or a public one whose other half an agent holds. A
fault is a ``SignatureError``. Anybody can check the same with ``ssh-keygen -Y verify``: there is no scheme of our own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from nbeval.bounded import MOST_OF_A_LINE, read_bytes
from nbeval.errors import SignatureError
from nbeval.folders import private_folder

SIGNERS = "allowed_signers"
_ARMOUR = re.compile(r"-----BEGIN SSH SIGNATURE-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END SSH SIGNATURE-----\s*")
_LINE = re.compile(r"""(?P<name>[^\s*?!,"]+)\s+(?:(?P<options>[a-z-]+="[^"]*"(?:,[a-z-]+="[^"]*")*)\s+)?
                       (?P<kind>[a-z0-9@.-]+)\s+(?P<key>[A-Za-z0-9+/=]+)(?:\s.*)?""", re.VERBOSE)
_MAGIC = b"SSHSIG"
_HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_PATIENCE = 300     # seconds in which a person types a passphrase or touches a security key


class Purpose(StrEnum):
    """What a signature is for: its namespace, so that a signature for one purpose is none for another."""

    RELEASE = "nbeval-release"              # the author of a release
    OUTPUT_CHECK = "nbeval-output-check"    # the second person, who checks what leaves
    ANALYSIS_PLAN = "nbeval-analysis-plan"
    POLICY = "nbeval-policy"                # a policy of disclosure control weaker than declared
    WITHDRAWAL = "nbeval-withdrawal"        # somebody withdrew, and is left out from now on


@dataclass(frozen=True)
class Signer:
    """Somebody who signed: the name beside the key in the file of signers, and the key's fingerprint, as ``ssh-keygen -l`` prints it."""

    name: str
    key: str


@dataclass(frozen=True)
class _Allowed:
    """One line of the file of signers."""

    name: str
    kind: str
    key: bytes
    options: dict[str, str]

    def allows(self, purpose: Purpose, at: datetime) -> bool:
        """Whether the key may sign for a purpose at a time."""
        named = self.options.get("namespaces", "")
        after, before = self.options.get("valid-after", ""), self.options.get("valid-before", "")
        return (not named or purpose in named.split(",")) and (not after or _time(after) <= at) and (not before or at < _time(before))


def signers_file(releases: Path) -> Path:
    """The file of those who may sign, in a project's folder of releases."""
    return releases / SIGNERS


def sign(content: bytes, key: Path, purpose: Purpose) -> str:
    """Sign bytes with a person's key through ``ssh-keygen``, which asks for a passphrase where the key has one; the armoured signature.

    Raises
    ------
    SignatureError
        There is no such key, it cannot be used, or there is no ``ssh-keygen``.
    """
    if not key.is_file():
        raise SignatureError("there is no such key.", where=key.name, do="name the file of an SSH key, such as ~/.ssh/id_ed25519.")
    if not shutil.which("ssh-keygen"):
        raise SignatureError("signing needs ssh-keygen, which is not here.", do="install OpenSSH; checking signatures works without it.")
    done = _ssh_keygen("sign", "-f", str(key), "-n", purpose, given=content)
    if done.returncode or not _ARMOUR.fullmatch(done.stdout.decode("ascii", "replace")):
        raise SignatureError("ssh-keygen could not sign with this key.", where=key.name,
                             do="see that it is a private key of yours, that its passphrase is right, and that only you can read it.")
    return done.stdout.decode("ascii")


def signer_of(
    content: bytes, signature: str, purpose: Purpose, signers: Path, at: datetime | None = None, *, ssh: bool | None = None,
) -> Signer:
    """Who signed these bytes for this purpose.

    Parameters
    ----------
    content, signature : the bytes that were signed, and the armoured signature
    purpose : what it must have been signed for
    signers : the file of those who may sign, in the form of OpenSSH's ``allowed_signers``
    at : when it was signed, for keys that are valid for a time; now, where nothing is given
    ssh : whether ``ssh-keygen`` checks it; where there is one, if nothing is said

    Raises
    ------
    SignatureError
        It is no signature, of other bytes, for another purpose, or of somebody who may not sign for it.
    """
    at = at or datetime.now(UTC)
    key, namespace, algorithm, signed = _parts(signature)
    if namespace != purpose:
        raise SignatureError("the signature is for another purpose.", found=_plain(namespace), allowed=purpose, do="sign it again for this one.")
    lines = [one for one in _allowed(signers) if one.key == key]
    allowed = next((one for one in lines if one.allows(purpose, at)), None)
    if allowed is None:
        raise SignatureError(
            "whoever signed it may not sign for this purpose." if lines else "it is signed by a key that nobody who may sign has.",
            found=fingerprint(key), where=signers.name, do="let somebody sign who may, or have the key added to the file of signers.")
    use_ssh = bool(shutil.which("ssh-keygen")) if ssh is None else ssh
    good = (_checked_by_ssh(content, signature, purpose, signers, allowed, at) if use_ssh
            else _checked_here(content, allowed, namespace, algorithm, signed))
    if not good:
        raise SignatureError("the signature is not of this content.", found=f"a key of {allowed.name}",
                             do="restore the file as it was when it was signed; it was altered since.")
    return Signer(allowed.name, fingerprint(key))


def signature_text(file: Path) -> str:
    """The text of a file of a signature; empty, and so no signature, where it is larger than any."""
    try:
        return read_bytes(file, MOST_OF_A_LINE).decode("ascii", errors="replace")
    except ValueError:
        return ""


def fingerprint(key: bytes) -> str:
    """The fingerprint of a public key, as ``ssh-keygen -l`` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode("ascii").rstrip("=")


# --- who may sign ----------------------------------------------------------------------------------

def _allowed(signers: Path) -> list[_Allowed]:
    """The lines of the file of signers."""
    try:
        text = read_bytes(signers, MOST_OF_A_LINE).decode("utf-8")
    except (OSError, ValueError):
        raise SignatureError("there is no file of those who may sign.", where=f"releases/{SIGNERS}",
                             do="write one line for each person: a name, and the public key.") from None
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    return [_allowed_line(line, f"{signers.name}, line {number}") for number, line in lines if line and not line.startswith("#")]


def _allowed_line(line: str, where: str) -> _Allowed:
    """One line: the name of one person, options, kind of key, key."""
    found = _LINE.fullmatch(line)
    try:
        options = dict(re.findall(r'([a-z-]+)="([^"]*)"', found["options"] or "")) if found else {"": ""}
        if set(options) - {"namespaces", "valid-after", "valid-before"}:
            raise ValueError
        return _Allowed(found["name"], found["kind"], base64.b64decode(found["key"], validate=True), options)
    except (ValueError, binascii.Error):
        raise SignatureError("a line of the file of signers cannot be read.", where=where,
                             allowed='NAME namespaces="nbeval-release" ssh-ed25519 KEY, with the name of one person; valid-after, valid-before',
                             do="correct the line.") from None


def _time(text: str) -> datetime:
    """A time as OpenSSH writes it: YYYYMMDD[HHMM[SS]][Z]; here always that of Greenwich."""
    digits = text.rstrip("Z")
    return datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)


# --- the signature ---------------------------------------------------------------------------------

def _parts(signature: str) -> tuple[bytes, str, str, bytes]:
    """Key, namespace, hash and signature proper of an armoured signature."""
    found = _ARMOUR.fullmatch(signature.strip() + "\n")
    try:
        blob = base64.b64decode("".join(found[1].split()), validate=True) if found else b""
        if blob[:10] != _MAGIC + struct.pack(">I", 1):
            raise ValueError
        key, namespace, _, algorithm, signed = _strings(blob[10:], 5)
        return key, namespace.decode("utf-8"), algorithm.decode("ascii"), signed
    except (ValueError, binascii.Error):
        raise SignatureError("that is no signature.", allowed="what ssh-keygen -Y sign writes", do="sign the file again.") from None


def _strings(data: bytes, count: int) -> Iterator[bytes]:
    """The strings of SSH's wire format; there must be so many and nothing behind them."""
    found = []
    for _ in range(count):
        length = int.from_bytes(data[:4], "big")
        if len(data) < 4 + length:
            raise ValueError
        found.append(data[4:4 + length])
        data = data[4 + length:]
    if data:
        raise ValueError
    return iter(found)


def _checked_by_ssh(content: bytes, signature: str, purpose: Purpose, signers: Path, allowed: _Allowed, at: datetime) -> bool:
    """Whether ``ssh-keygen`` says that the signature is good."""
    with private_folder("signature") as apart:
        file = apart / "signature"
        file.write_text(signature, encoding="ascii")
        when = [f"-Overify-time={at.astimezone(UTC):%Y%m%d%H%M%SZ}"] if {"valid-after", "valid-before"} & set(allowed.options) else []
        words = ("-f", str(signers), "-I", allowed.name, "-n", purpose, "-s", str(file), *when)
        return _ssh_keygen("verify", *words, given=content).returncode == 0


def _checked_here(content: bytes, allowed: _Allowed, namespace: str, algorithm: str, signed: bytes) -> bool:
    """Whether the signature is good, where there is no ``ssh-keygen``."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        public = load_ssh_public_key(f"{allowed.kind} {base64.b64encode(allowed.key).decode('ascii')}".encode("ascii"))
        kind, raw = _strings(signed, 2)
        told = b"".join(struct.pack(">I", len(part)) + part
                        for part in (namespace.encode(), b"", algorithm.encode(), _HASHES[algorithm](content).digest()))
        if isinstance(public, ed25519.Ed25519PublicKey) and kind == b"ssh-ed25519":
            public.verify(raw, _MAGIC + told)
        elif isinstance(public, rsa.RSAPublicKey) and kind in (b"rsa-sha2-256", b"rsa-sha2-512"):
            public.verify(raw, _MAGIC + told, padding.PKCS1v15(), hashes.SHA512() if kind.endswith(b"512") else hashes.SHA256())
        else:
            raise UnsupportedAlgorithm(allowed.kind)
    except UnsupportedAlgorithm:
        raise SignatureError("a signature of this kind of key is checked by ssh-keygen, which is not here.", found=allowed.kind,
                             allowed="ssh-ed25519 and ssh-rsa without it", do="install OpenSSH.") from None
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True


def _ssh_keygen(action: str, *words: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    """Call ``ssh-keygen -Y``."""
    try:
        return subprocess.run(["ssh-keygen", "-Y", action, *words], input=given, capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.SubprocessError):
        raise SignatureError("ssh-keygen did not answer.", do="see whether it works by itself, and run the command again.") from None


def _plain(text: str) -> str:
    """A text of a stranger that is fit to print."""
    return "".join(sign for sign in text if sign.isprintable())[:60]
