"""Signatures: good where they are, refused where anything is not as it was signed; with ``ssh-keygen`` and without, alike."""

from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime

import pytest

from nbeval.errors import SignatureError
from nbeval.release.sign import Purpose, sign, signer_of
from tests.release.keys import new_key, signers_line, write_signers

CONTENT = b"what was signed\n"


@pytest.fixture(scope="module")
def ada(tmp_path_factory):
    return new_key(tmp_path_factory.mktemp("keys"), "ada")


@pytest.fixture(scope="module")
def signers(ada):
    return write_signers(ada.parent / "allowed_signers", signers_line(ada, "ada@example.org", 'namespaces="nbeval-release,nbeval-analysis-plan"'))


@pytest.fixture(params=[True, False], ids=["ssh", "without-ssh"])
def ssh(request):
    """Whether ssh-keygen checks."""
    return request.param


def test_a_signature_says_who_signed(ada, signers, ssh):
    signature = sign(CONTENT, ada, Purpose.RELEASE)
    signer = signer_of(CONTENT, signature, Purpose.RELEASE, signers, ssh=ssh)
    assert signer.name == "ada@example.org"
    printed = subprocess.run(["ssh-keygen", "-l", "-f", str(ada)], capture_output=True, text=True, check=True).stdout
    assert signer.key in printed, "the fingerprint that everybody knows a key by"


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_other_kinds_of_key(tmp_path, kind, ssh):
    key = new_key(tmp_path, "key", kind)
    signers = write_signers(tmp_path / "allowed_signers", signers_line(key, "bob@example.org"))
    signature = sign(CONTENT, key, Purpose.OUTPUT_CHECK)
    if kind == "ecdsa" and not ssh:
        with pytest.raises(SignatureError, match="checked by ssh-keygen"):
            signer_of(CONTENT, signature, Purpose.OUTPUT_CHECK, signers, ssh=ssh)
        return
    assert signer_of(CONTENT, signature, Purpose.OUTPUT_CHECK, signers, ssh=ssh).name == "bob@example.org"
    with pytest.raises(SignatureError, match="not of this content"):
        signer_of(CONTENT + b" ", signature, Purpose.OUTPUT_CHECK, signers, ssh=ssh)


def test_other_content_is_refused(ada, signers, ssh):
    signature = sign(CONTENT, ada, Purpose.RELEASE)
    with pytest.raises(SignatureError, match="not of this content"):
        signer_of(CONTENT + b"\n", signature, Purpose.RELEASE, signers, ssh=ssh)


def test_a_signature_for_another_purpose_is_refused(ada, signers, ssh):
    with pytest.raises(SignatureError, match="for another purpose"):
        signer_of(CONTENT, sign(CONTENT, ada, Purpose.ANALYSIS_PLAN), Purpose.RELEASE, signers, ssh=ssh)


def test_a_purpose_that_a_person_may_not_sign_for_is_refused(ada, signers, ssh):
    with pytest.raises(SignatureError, match="may not sign for this purpose"):
        signer_of(CONTENT, sign(CONTENT, ada, Purpose.OUTPUT_CHECK), Purpose.OUTPUT_CHECK, signers, ssh=ssh)


def test_a_key_that_nobody_has_is_refused(signers, tmp_path, ssh):
    with pytest.raises(SignatureError, match="nobody who may sign"):
        signer_of(CONTENT, sign(CONTENT, new_key(tmp_path, "eve"), Purpose.RELEASE), Purpose.RELEASE, signers, ssh=ssh)


def test_the_purpose_in_a_signature_cannot_be_rewritten(ada, signers, ssh):
    lines = sign(CONTENT, ada, Purpose.ANALYSIS_PLAN).splitlines()
    blob = base64.b64decode("".join(lines[1:-1]))
    plan, release = b"nbeval-analysis-plan", b"nbeval-release"
    forged = blob.replace(len(plan).to_bytes(4, "big") + plan, len(release).to_bytes(4, "big") + release)
    text = "\n".join([lines[0], base64.b64encode(forged).decode(), lines[-1], ""])
    with pytest.raises(SignatureError, match="not of this content"):
        signer_of(CONTENT, text, Purpose.RELEASE, signers, ssh=ssh)


@pytest.mark.parametrize(("year", "good"), [(2024, False), (2025, True), (2026, False)])
def test_a_key_is_good_for_its_time(tmp_path, year, good, ssh):
    key = new_key(tmp_path, "key")
    signers = write_signers(tmp_path / "allowed_signers", signers_line(
        key, "ada@example.org", 'namespaces="nbeval-release"', 'valid-after="20250101"', 'valid-before="20260101Z"'))
    signature = sign(CONTENT, key, Purpose.RELEASE)
    when = datetime(year, 6, 1, tzinfo=UTC)
    if good:
        assert signer_of(CONTENT, signature, Purpose.RELEASE, signers, when, ssh=ssh).name == "ada@example.org"
    else:
        with pytest.raises(SignatureError, match="may not sign"):
            signer_of(CONTENT, signature, Purpose.RELEASE, signers, when, ssh=ssh)


@pytest.mark.parametrize("text", ["", "Ada Example", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"])
def test_what_is_no_signature_is_refused(text, signers, ssh):
    with pytest.raises(SignatureError, match="no signature"):
        signer_of(CONTENT, text, Purpose.RELEASE, signers, ssh=ssh)


@pytest.mark.parametrize("line", ["ada", "* ssh-ed25519 AAAA", "a@x,b@x ssh-ed25519 AAAA", "ada cert-authority ssh-ed25519 AAAA", 'ada other="x" ssh-ed25519 AAAA',
                                  "ada ssh-ed25519 ???"])
def test_a_line_of_signers_that_could_mean_anybody_is_refused(ada, tmp_path, line):
    signature = sign(CONTENT, ada, Purpose.RELEASE)
    signers = write_signers(tmp_path / "allowed_signers", line)
    with pytest.raises(SignatureError, match="cannot be read") as fault:
        signer_of(CONTENT, signature, Purpose.RELEASE, signers)
    assert "line 3" in str(fault.value)


def test_without_signers_nobody_signed(ada, tmp_path):
    with pytest.raises(SignatureError, match="no file of those who may sign"):
        signer_of(CONTENT, sign(CONTENT, ada, Purpose.RELEASE), Purpose.RELEASE, tmp_path / "allowed_signers")


def test_a_key_that_is_not_there_or_is_none(tmp_path):
    with pytest.raises(SignatureError, match="no such key"):
        sign(CONTENT, tmp_path / "none", Purpose.RELEASE)
    (tmp_path / "text").write_text("Ada Example")
    with pytest.raises(SignatureError, match="could not sign"):
        sign(CONTENT, tmp_path / "text", Purpose.RELEASE)
