"""The reviewer's bundle: one archive with everything that it takes to make a cohort's reports again and compare them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from nbeval.dictionary.models import Cohort
from nbeval.errors import ParameterError
from nbeval.folders import PACKAGE, private_folder, supplied
from nbeval.publish.index import CRATE, Entry, entries
from nbeval.release.fingerprint import sha256
from nbeval.release.ledger import published_statements
from nbeval.release.provenance import input_checksum
from nbeval.release.sign import SIGNERS, signers_file
from nbeval.workspace import Workspace, atomic_file

README = "README.md"
CHECKSUMS = "CHECKSUMS.sha256"
_PROJECT_FILES = ("run.py", "pyproject.toml", "requirements.lock", "environment.yml", "LICENSE", "CITATION.cff", "CHANGELOG.md")
_NEVER = ("__pycache__", ".ipynb_checkpoints", ".pytest_cache")
_EPOCH = (1980, 1, 1, 0, 0, 0)

#: the instructions for a reviewer, with fields to be filled in
_INSTRUCTIONS = files("nbeval.release").joinpath("bundle.md").read_text(encoding="utf-8")


def write_bundle(cohort: Cohort, workspace: Workspace, reports: Path, file: Path) -> int:
    """Write the bundle of a cohort."""
    published = entries(reports).get(cohort.id, [])
    if not published:
        raise ParameterError(f"there is no published report of cohort '{cohort.id}' to bundle.", found="no finished report",
                             where="the folder named by --reports", do="make the reports with 'nbeval render' first.")
    invented = cohort if cohort.invented else next((one for one in workspace.dictionary.cohorts if one.invented), None)
    with private_folder("bundle") as apart:
        if invented:
            from nbeval.specimen import write_specimen

            write_specimen(invented, workspace.dictionary, apart / "data" / invented.id)
        content = dict(_files(cohort, workspace, reports, published, apart / "data"))
    content[README] = _readme(cohort, invented, published).encode("utf-8")
    content[CHECKSUMS] = "".join(f"{sha256(content[name])}  {name}\n" for name in sorted(content)).encode("utf-8")
    _write(content, file)
    return len(content)


def _files(
    cohort: Cohort, workspace: Workspace, reports: Path, published: list[Entry], invented: Path,
) -> Iterator[tuple[str, bytes]]:
    """Every file but the instructions, by its name in the archive."""
    for name in _PROJECT_FILES:
        if supplied(name).is_file():
            yield name, supplied(name).read_bytes()
    for name, folder in (("nbeval", PACKAGE), ("notebooks", supplied("notebooks")),
                         ("data_dictionary", workspace.dictionary.folder), ("invented_data", invented)):
        yield from _below(name, folder)
    for entry in published:
        for path in sorted((reports / entry.folder).iterdir()):
            if path.is_file():
                yield f"reports/{entry.folder}/{path.name}", path.read_bytes()
    if signers_file(workspace.releases).is_file():
        yield f"releases/{SIGNERS}", signers_file(workspace.releases).read_bytes()
    for name in ("index.html", CRATE, *published_statements(cohort.id, workspace.releases)):
        if (reports / cohort.id / name).is_file():
            yield f"reports/{cohort.id}/{name}", (reports / cohort.id / name).read_bytes()


def _below(name: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, without what programs leave behind."""
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if path.is_file() and not any(part in _NEVER or part.startswith(".") for part in below.parts):
            yield f"{name}/{below.as_posix()}", path.read_bytes()


def _readme(cohort: Cohort, invented: Cohort | None, published: list[Entry]) -> str:
    """The instructions."""
    record = published[0].record
    about = ("All exports of this cohort are invented; anybody may have them." if cohort.invented else
             "The exports hold answers of identifiable groups of people and are confidential. They are held by the team named in "
             "the reports, who decide on requests for access; a reviewer may be given access in the team's secure area. The "
             "archive itself may be given to anybody.")
    return _INSTRUCTIONS.format(
        title=f"Replication package: {cohort.label}", version=record["nbeval"]["version"], count=len(published), cohort=cohort.label,
        inputs=len(record["inputs"]), id=cohort.id, crate=CRATE, availability=about, python=record["python"],
        exports="\n".join(f"| {one['name']} | `{input_checksum(one)}` |" for one in record["inputs"]),
        platform=record["platform"], invented=invented.id if invented else cohort.id, checksums=CHECKSUMS,
        table="\n".join(_row(entry, one) for entry in published for one in entry.record["exhibits"]),
    )


def _row(entry: Entry, exhibit: dict[str, Any]) -> str:
    """One exhibit: its report, its label, the notebook that shows it, and its results."""
    keys = exhibit["results"]
    first = json.dumps(keys[0]).strip('"').replace("|", "\\|") if keys else "none"
    cells = (entry.folder.split("/", 1)[1], f"{exhibit['label']} ({exhibit['id']})", f"notebooks/{entry.record['notebook']['name']}",
             str(len(keys)), f"`{first}`")
    return f"| {' | '.join(cells)} |"


def _write(content: dict[str, bytes], file: Path) -> None:
    """Write the archive, in one step and without clocks."""
    with atomic_file(file, "the bundle") as half, zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(content):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(member, content[name])
