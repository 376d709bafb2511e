"""A command that is killed at any moment leaves nothing that the next run takes for whole, and nothing that it does not clear.

NBEVAL_KILLS says at how many moments each is killed; the suite does so at one.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from nbeval.release.bundle import CHECKSUMS
from nbeval.release.ledger import statements, unsigned
from tests.release.keys import new_key, signers_line, tick, write_signers

COHORT = "first"
KILLS = int(os.environ.get("NBEVAL_KILLS", "1"))
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of another kind")


@pytest.fixture
def project(tiny_place, tmp_path):
    """The tiny programme with two reports, a temporary folder, a cache and a ledger of its own; and what a command is run with."""
    shutil.copytree(tiny_place / "dictionary", tmp_path / "data_dictionary")
    shutil.copytree(tiny_place / COHORT, tmp_path / "data" / COHORT)
    shutil.copytree(tiny_place / "reports", tmp_path / "reports", ignore=lambda _, names: [name for name in names if "authority" in name or name in ("final",)])
    (tmp_path / "temporary").mkdir()
    ada = new_key(tmp_path / "keys", "ada")
    write_signers(tmp_path / "releases" / "allowed_signers", signers_line(ada, "ada@example.org", 'namespaces="nbeval-release"'))
    return tmp_path


def command(project: Path, *words: str) -> subprocess.Popen:
    """A command of the project, begun, in a process group of its own."""
    places = {"NBEVAL_DICTIONARY": "data_dictionary", "NBEVAL_DATA": "data", "NBEVAL_RELEASES": "releases", "NBEVAL_CACHE": "cache", "TMPDIR": "temporary"}
    environment = {**os.environ, **{name: str(project / folder) for name, folder in places.items()}}
    return subprocess.Popen([sys.executable, "-m", "nbeval", *words], cwd=project, env=environment, start_new_session=True, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def done(project: Path, *words: str) -> str:
    """What a whole run of a command said."""
    running = command(project, *words)
    said, err = running.communicate(timeout=300)
    assert running.returncode == 0, said + err
    return said


def killed(project: Path, whole: float, *words: str) -> None:
    """Begin a command and kill it, with all that it began, at a random moment of the time that it takes."""
    running = command(project, *words)
    time.sleep(random.uniform(0.1, 0.95) * whole)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()


def leftovers(project: Path) -> list[str]:
    """What lies about that is neither a result nor a lock."""
    temporary = [path.name for path in (project / "temporary").iterdir() if path.name.startswith(("nbeval-", "tmp")) and path.suffix != ".lock"]
    unfinished = [path.name for place in ("reports", "releases", ".") for path in (project / place).rglob("*")
                  if path.name.endswith(".half") or path.name.startswith(("run-", "half-"))]
    return [*temporary, *unfinished]


def timed(project: Path, *words: str) -> float:
    """How long a whole run takes."""
    began = time.monotonic()
    done(project, *words)
    return time.monotonic() - began


def test_a_killed_bundle_leaves_no_archive_that_is_half_there(project):
    words = ("bundle", COHORT, "--out", "bundle.zip")
    whole = timed(project, *words)
    for _ in range(KILLS):
        (project / "bundle.zip").unlink(missing_ok=True)
        killed(project, whole, *words)
        if (project / "bundle.zip").exists():
            check_bundle(project / "bundle.zip")
        done(project, *words)
        check_bundle(project / "bundle.zip")
        assert leftovers(project) == []


def check_bundle(file: Path) -> None:
    """Every file of the archive is as its list of checksums says, and nothing of a temporary folder is in it."""
    with zipfile.ZipFile(file) as archive:
        lines = archive.read(CHECKSUMS).decode().splitlines()
        assert len(lines) == len(archive.namelist()) - 1 > 20
        assert all(sha256(archive.read(line[66:])).hexdigest() == line[:64] for line in lines)
        assert not [name for name in archive.namelist() if name.endswith(".lock") and "requirements" not in name]


def test_a_killed_verify_leaves_no_answers_behind(project):
    words = ("verify", COHORT, "baseline")
    whole = timed(project, *words)
    for _ in range(KILLS):
        killed(project, whole, *words)
        assert done(project, *words).rstrip().endswith("the same")
        assert leftovers(project) == []


def test_a_killed_release_is_signed_whole_or_not_at_all(project):
    words = ("release", COHORT, "baseline")
    whole = timed(project, *words)
    for _ in range(KILLS):
        tick(project / "releases" / COHORT, "author")
        before = len(statements(COHORT, project / "releases"))
        signing = (*words, "--sign-with", str(project / "keys" / "ada"))
        killed(project, whole, *signing)
        after = statements(COHORT, project / "releases")
        if len(after) == before or unsigned(after[-1], project / "releases"):
            done(project, *signing)
        after = statements(COHORT, project / "releases")
        assert len(after) == before + 1 and not unsigned(after[-1], project / "releases")
        done(project, "verify", COHORT, "baseline", "--signatures-only")
        done(project, *words)
        assert leftovers(project) == []
