"""What holds answers, or numbers without protection, is for its owner alone; what a killed run left goes with the next one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from nbeval.cli.app import main
from nbeval.errors import OutputError, SourceError
from nbeval.folders import internal_folder, private_folder
from nbeval.release.checksum_key import KEY_FILE, PublishedChecksums, has_key, key_for, key_name, keyed
from nbeval.release.fingerprint import file_sha256
from nbeval.release.provenance import PROVENANCE
from nbeval.study import Study
from nbeval.workspace import Workspace, atomic_file
from tests.conftest import CANARY, TINY
from tests.guards import some

COHORT = "first"
ON_POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")


@pytest.fixture
def open_to_all():
    """The umask under which files can be read by everybody, whatever it is elsewhere."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path):
    """The permissions of a file or a folder."""
    return stat.S_IMODE(path.stat().st_mode)


@ON_POSIX
def test_unprotected_results_are_for_their_owner_alone(open_to_all, tmp_path, capsys):
    out = tmp_path / "results.csv"
    assert main(["results", COHORT, "--internal", "--out", str(out), "--dictionary", str(TINY)]) == 0
    assert mode(out) == 0o600
    out.chmod(0o644)
    assert main(["results", COHORT, "--internal", "--out", str(out), "--dictionary", str(TINY)]) == 0
    assert mode(out) == 0o600, "written over, it is for its owner alone again"


def test_unprotected_results_never_lie_where_reports_are_published(tiny_place, tmp_path, capsys):
    reports = shutil.copytree(tiny_place / "reports", tmp_path / "reports")
    for folder in (reports, reports / COHORT, reports / COHORT / "baseline"):
        assert main(["results", COHORT, "--internal", "--out", str(folder / "all.csv"), "--dictionary", str(TINY)]) == 2
        assert "folder that is published" in capsys.readouterr().err
        assert not (folder / "all.csv").exists()


@ON_POSIX
def test_a_private_file_is_private_while_it_is_written(open_to_all, tmp_path):
    with atomic_file(tmp_path / "a.csv", "a table", private=True) as half:
        assert mode(half) == 0o600
        half.write_text("x")
    assert mode(tmp_path / "a.csv") == 0o600


@ON_POSIX
def test_a_private_folder_is_private_and_goes(open_to_all):
    with private_folder("test") as folder:
        assert mode(folder) == 0o700
        (folder / "answers.csv").write_text("x")
    assert not folder.exists()


@ON_POSIX
def test_what_a_killed_process_left_is_cleared_by_the_next_and_what_runs_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    code = "from nbeval.folders import private_folder\nwith private_folder('verify') as f:\n    (f / 'answers.csv').write_text('x'); print(f, flush=True); input()"
    runs = [subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    folders = [run.stdout.readline().strip() for run in runs]
    os.kill(runs[0].pid, signal.SIGKILL)
    runs[0].wait()
    assert all(os.path.exists(folder) for folder in folders)
    with private_folder("verify"):
        assert [os.path.exists(folder) for folder in folders] == [False, True]
    runs[1].communicate("\n")
    assert not os.path.exists(folders[1])


@ON_POSIX
def test_internal_reports_lie_apart_and_are_for_their_owner_alone(open_to_all, tmp_path):
    from nbeval.publish.job import Summary
    from nbeval.rendering import render_requests
    from nbeval.request import ReportRequest

    workspace = Workspace(TINY)
    study = Study(workspace.dictionary.cohort(COHORT), workspace)
    kind = workspace.dictionary.programme.reports[0]
    seen = []

    def publish(jobs, out, **_):
        seen.append((out, [job.folder for job in jobs]))
        return Summary(())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nbeval.pipeline.publish", publish)
        for name in (PROVENANCE, "report.html"):
            before = tmp_path / "reports" / COHORT / "internal" / "checks" / name
            before.parent.mkdir(parents=True, exist_ok=True)
            before.write_text("{}", encoding="utf-8")
        before.parent.parent.joinpath("mine.txt").write_text("of somebody", encoding="utf-8")
        render_requests(study, [ReportRequest(kind), ReportRequest(kind.model_copy(update={"internal": True}))], tmp_path / "reports")
    assert seen == [(tmp_path / "reports", [f"{COHORT}/{kind.id}"]), (internal_folder(tmp_path / "reports"), [f"{COHORT}/{kind.id}"])]
    assert mode(internal_folder(tmp_path / "reports")) == 0o700
    left = [path.name for path in (tmp_path / "reports" / COHORT / "internal").iterdir()]
    assert left == ["mine.txt"], "reports that lay among the published ones are gone, and nothing else"


#: what may be read by others: what is published or to be given away, what was declared, and the ledger, which holds nothing confidential
OPEN = {"reports", "releases", "data_dictionary", "plan.html", "bundle.zip", "codebook", "invented"}
RUNS = (["check", COHORT], ["results", COHORT, "--internal", "--out", "all.csv"], ["plan", COHORT, "--out", "plan.html"], ["attack", COHORT],
        ["render", COHORT, "baseline"], ["release", COHORT, "baseline"], ["verify", COHORT, "baseline", "--signatures-only"],
        ["bundle", COHORT, "--out", "bundle.zip"], ["retention", COHORT], ["dictionary", "--out", "codebook"], ["specimen", "--out", "invented"])


def readable_by_others(folder):
    """Every file below a folder that others can come to and read."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if mode(Path(place, name)) & stat.S_IXOTH]
        yield from (Path(place, name) for name in files if mode(Path(place, name)) & stat.S_IROTH)


@ON_POSIX
def test_after_every_command_nothing_with_answers_or_unprotected_numbers_can_be_read_by_others(tiny_place, open_to_all, tmp_path, monkeypatch, capsys):
    home = tmp_path / "home"
    shutil.copytree(tiny_place / "dictionary", home / "data_dictionary")
    shutil.copytree(tiny_place / "reports", home / "reports")
    shutil.copytree(tiny_place / COHORT, home / "data" / COHORT)
    (home / "data").chmod(0o700)
    (home / "temporary").mkdir()
    for name, folder in {"NBEVAL_DICTIONARY": "data_dictionary", "NBEVAL_DATA": "data", "NBEVAL_RELEASES": "releases", "NBEVAL_CACHE": "cache",
                         "TMPDIR": "temporary"}.items():
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(home)
    for words in RUNS:
        assert main(words) in (0, 1), (words, capsys.readouterr().err)
    seen = some(readable_by_others(home), 50)
    assert {path.relative_to(home).parts[0] for path in seen} <= OPEN
    assert not [path.name for path in seen if CANARY.encode() in path.read_bytes()]
    assert mode(home / "all.csv") == 0o600 and any((home / "cache").rglob("accounting.parquet"))
    assert [path.name for path in (home / "temporary").iterdir() if path.suffix != ".lock"] == []


# --- checksums of confidential exports --------------------------------------------------------------

@pytest.fixture
def confidential(tiny_place, tmp_path):
    """The tiny programme, said to be of real people, with its exports."""
    dictionary = shutil.copytree(TINY, tmp_path / "dictionary")
    file = dictionary / "cohorts" / f"{COHORT}.toml"
    file.write_text(file.read_text().replace("invented = true", "invented = false"))
    file = dictionary / "authorities.csv"
    file.write_text(file.read_text().replace(",true,", ",false,"))
    data = tmp_path / "data"
    shutil.copytree(tiny_place / COHORT, data / COHORT)
    return Workspace(dictionary, data)


def inputs_of(workspace, checksums=None):
    """The exports of the cohort with their checksums, as they would be published."""
    study = Study(workspace.dictionary.cohort(COHORT), workspace, checksums=checksums)
    return dict(zip(study.cleaned.inputs["file"], study.cleaned.inputs["sha256"], strict=True))


def test_no_checksum_of_a_confidential_export_can_be_tried(confidential, open_to_all):
    assert not has_key(confidential.data_folder)
    found = inputs_of(confidential)
    plain = {name: file_sha256(confidential.data_folder / name) for name in found}
    assert found and not set(found.values()) & set(plain.values())
    key = key_for(confidential.data_folder)
    assert found == {name: keyed(key, name, digest) for name, digest in plain.items()}
    assert found == inputs_of(confidential), "the same key the next time"
    if os.name == "posix":
        assert mode(confidential.data_folder / KEY_FILE) == 0o600
    (confidential.data_folder / KEY_FILE).unlink()
    assert not set(found.values()) & set(inputs_of(confidential).values()), "with another key every checksum is another"


def test_two_files_that_are_the_same_do_not_show_as_the_same(tmp_path):
    key = key_for(tmp_path)
    assert keyed(key, "a.csv", "0" * 64) != keyed(key, "b.csv", "0" * 64)
    assert key_name(key) not in key.hex()


def test_exports_of_nobody_have_plain_checksums(tiny_place):
    workspace = Workspace(TINY, tiny_place)
    assert inputs_of(workspace) == {name: file_sha256(tiny_place / name) for name in inputs_of(workspace)}
    assert not (tiny_place / KEY_FILE).exists()


def test_without_the_key_the_published_checksums_are_repeated_and_none_is_made(confidential):
    published = PublishedChecksums(dict.fromkeys(inputs_of(confidential), "f" * 64), "0" * 16)
    (confidential.data_folder / KEY_FILE).unlink()
    assert inputs_of(confidential, published) == published.by_file
    assert not has_key(confidential.data_folder)


def test_nothing_published_holds_a_plain_checksum_of_a_confidential_file(confidential, tmp_path, capsys, monkeypatch):
    """From end to end: rendered, described, bundled, printed; then compared with the key, and without."""
    from nbeval.release.bundle import write_bundle
    from nbeval.rendering import render_cohort
    import zipfile

    monkeypatch.setenv("NBEVAL_RELEASES", str(tmp_path / "releases"))
    out = tmp_path / "reports"
    assert render_cohort(COHORT, ["baseline"], confidential, out, formats=("html",)).exit_code == 0
    options = ["--dictionary", str(confidential.dictionary_folder), "--data", str(confidential.data_folder)]
    assert main(["check", COHORT, "--json", *options]) == 0
    texts = [capsys.readouterr().out, *(file.read_text(encoding="utf-8") for file in out.rglob("*") if file.is_file() and "/.nbeval/" not in file.as_posix())]
    write_bundle(confidential.dictionary.cohort(COHORT), confidential, out, tmp_path / "bundle.zip")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        texts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if name.startswith(("reports/", "README"))]
    plain = [file_sha256(file) for file in confidential.data_folder.rglob("*") if file.is_file()]
    assert len(plain) > 2 and not [digest for digest in plain if any(digest in text for text in texts)]
    record = json.loads((out / COHORT / "baseline" / "provenance.json").read_text())
    assert record["inputs_key"] and all("hmac_sha256" in one and "sha256" not in one for one in record["inputs"])
    verify = ["verify", COHORT, "baseline", *options, "--out", str(out)]
    assert main(verify) == 0
    assert "Not compared" not in capsys.readouterr().out
    (confidential.data_folder / KEY_FILE).unlink()
    assert main(verify) == 0
    said = capsys.readouterr().out
    assert f"Not compared: the checksums of {len(record['inputs'])} exports" in said and said.rstrip().endswith("the same")
    assert not has_key(confidential.data_folder), "whoever verifies makes no key"


def test_a_key_is_never_where_reports_are_published(tiny_place):
    with pytest.raises(SourceError, match="folder that is published"):
        key_for(tiny_place / "reports" / COHORT)


def test_what_is_no_key_is_refused(tmp_path, monkeypatch):
    (tmp_path / KEY_FILE).write_text("secret")
    with pytest.raises(SourceError, match="cannot be read"):
        key_for(tmp_path)
    monkeypatch.setenv("NBEVAL_KEY", str(tmp_path / "none" / "key"))
    with pytest.raises(OutputError, match="cannot be made"):
        key_for(tmp_path)
