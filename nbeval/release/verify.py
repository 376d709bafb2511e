"""Making published reports again, in a place apart, and comparing them: whether they are the same, and if not, where and most likely
why."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import ndiff
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from nbeval.bounded import read_bytes
from nbeval.errors import ParameterError, SourceError
from nbeval.folders import private_folder
from nbeval.frames import RESULT_KEY
from nbeval.dictionary.models import Cohort
from nbeval.publish.formats import FORMATS
from nbeval.publish.index import CRATE, cohort_page, entries
from nbeval.publish.document import Document, Heading, Prose, read_document
from nbeval.release.chain import SignedReleases, check_releases, statement_files
from nbeval.release.checksum_key import PublishedChecksums, has_key, key_for, key_name
from nbeval.release.contents import file_differences, same_content
from nbeval.release.fingerprint import file_sha256
from nbeval.release.ledger import signature_of
from nbeval.release.provenance import PROVENANCE, input_checksum, read
from nbeval.rendering import render_requests
from nbeval.request import ReportRequest, folder_of, requests
from nbeval.study import Study, is_confidential, no_progress
from nbeval.workspace import Workspace

RESULTS_FILE = "results.csv"
Table = dict[str, dict[str, str]]


@dataclass(frozen=True)
class RowsCompared:
    """How two tables of results differ: keys only in one of them, and cells that differ."""

    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    different: tuple[tuple[str, str, str, str], ...]        # key, column, old, new
    common: int


def read_results(text: str) -> Table:
    """Read results as rows by key.

    The key is ``frames.RESULT_KEY``, after ``exhibit`` where there is such a column; its parts are joined by ``|``.
    """
    reader = csv.DictReader(io.StringIO(text), restkey="", restval=None)
    names = reader.fieldnames or []
    key = [name for name in ("exhibit", *RESULT_KEY) if name in names]
    table: Table = {}
    for number, row in enumerate(reader, start=2):
        if "" in row or None in row.values():
            raise SourceError(f"line {number} of {RESULTS_FILE} does not have the {len(names)} cells of its header.",
                              do="render the report again; the file was altered or cut short.")
        name = "|".join(row[part] for part in key)
        if name in table:
            raise SourceError(f"line {number} of {RESULTS_FILE} repeats the key of another line.", found=name,
                              do="render the report again; every result has one line.")
        table[name] = row
    return table


def compare_results(old: Table, new: Table, rel: float, abs_: float) -> RowsCompared:
    """Compare two tables of results by key; numbers with a tolerance, all else as text."""
    common = [key for key in old if key in new]
    different = tuple(
        (key, column, old[key].get(column) or "", new[key].get(column) or "")
        for key in common for column in dict.fromkeys((*old[key], *new[key]))
        if not same_value(old[key].get(column), new[key].get(column), rel, abs_)
    )
    return RowsCompared(tuple(key for key in old if key not in new), tuple(key for key in new if key not in old),
                        different, len(common))


def same_value(old: str | float | None, new: str | float | None, rel: float, abs_: float) -> bool:
    """Whether two values are the same: equal, or numbers that are close. A blank is only like a blank."""
    if old == new:
        return True
    one, other = _number(old), _number(new)
    if one is None or other is None:
        return False
    return math.isclose(one, other, rel_tol=rel, abs_tol=abs_)


def _number(value: str | float | None) -> float | None:
    """The number that a value is, if it is one."""
    try:
        number = float(value) if value is not None and not isinstance(value, bool) else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


LISTED = 10         # entries of the dictionary that are named


def likely_reasons(old: dict[str, Any], new: dict[str, Any], altered: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What differs between what two reports rest on."""
    by_hand = (f"the old report was altered after it was made: {', '.join(altered)}",) if altered else ()
    found = (*by_hand, *_reasons(old, new))
    return found or ("no difference in data, dictionary, code or versions is recorded: "
                     "look for a step that is not seeded, or for a file changed by hand",)


def other_sources(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    """The exports and the entries of the dictionary that are not those of the old report, whether or not a number moved."""
    return (*(f"export {name}" for name in _changed(_inputs(old), _inputs(new))),
            *(f"dictionary: {name}" for name in _of_dictionary(old.get("dictionary", {}), new.get("dictionary", {}))))


def _reasons(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Each difference in words."""
    changed = _changed(_inputs(old), _inputs(new))
    if changed:
        yield f"other data: {', '.join(changed)}"
    for key, words in (("parameters", "other parameters"), ("notebook", "another notebook"), ("seeds", "other seeds")):
        if old.get(key) != new.get(key):
            yield words
    yield from _dictionary(old.get("dictionary", {}), new.get("dictionary", {}))
    yield from other_software(old, new)


def other_software(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Other code, another lock, other versions, another Python and another platform, in words."""
    before, after = old.get("nbeval", {}), new.get("nbeval", {})
    if before.get("code") != after.get("code"):
        yield f"other code: nbeval {before.get('version', '?')} then, {after.get('version', '?')} now"
    if before.get("lock") != after.get("lock"):
        yield "another lock of versions"
    was, now = old.get("packages", {}), new.get("packages", {})
    packages = [f"{name} {was.get(name) or 'none'} then, {now.get(name) or 'none'} now" for name in _changed(was, now)]
    if packages:
        yield f"other versions: {', '.join(packages)}"
    for key in ("python", "platform"):
        if old.get(key) != new.get(key):
            yield f"another {key}: {old.get(key)} then, {new.get(key)} now"


def _dictionary(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What differs between two dictionaries, in words."""
    changed = _of_dictionary(old, new)
    if changed:
        more = f" and {len(changed) - LISTED} more" if len(changed) > LISTED else ""
        yield f"another dictionary: {', '.join(changed[:LISTED])}{more}"
    elif old.get("digest") != new.get("digest"):
        yield "another dictionary, in entries that this report neither shows nor rests on"


def _of_dictionary(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The entries that the report can show, and the parts that its numbers rest on where no such entry says as much."""
    shown = _changed(old.get("entries", {}), new.get("entries", {}))
    behind = _changed(old.get("numbers", {}), new.get("numbers", {}))
    return [*shown, *(name for name in behind if not any(entry.startswith(f"{name} ") for entry in shown))]


def _inputs(record: dict[str, Any]) -> dict[str, str]:
    """The inputs' checksums by name."""
    return {entry["name"]: input_checksum(entry) for entry in record.get("inputs", ())}


def _changed(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """The names whose values differ or that only one has, in order."""
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


SHOWN = 20          # differences of one kind that are printed
#: of the provenance: what is told of by itself, or is not the same twice; all else is what two makings of a report share
_BY_ITSELF = ("inputs", "dictionary", "outputs", "nbeval", "python", "platform", "packages", "report_key", "when")
#: what versions, checksums and names of systems look like: nothing else may stand where they do
_TECHNICAL = re.compile(r"(?:\d[\w.+!:-]{0,60}|[0-9a-f]{16,64}|(?:Linux|Darwin|Windows) \w{1,12})?")


@dataclass(frozen=True)
class Comparison:
    """The answer of :func:`compare`."""

    results: RowsCompared
    exhibits: tuple[str, ...]
    sentences: tuple[str, ...]
    files: tuple[str, ...]          # files that say something else, are missing, or are no part of the report
    reasons: tuple[str, ...]
    sources: tuple[str, ...] = ()   # exports and entries of the dictionary that are not those of the old report
    records: tuple[str, ...] = ()   # what the provenance of the two says differently
    software: tuple[str, ...] = ()  # other code, versions, Python or platform: no difference in itself

    @property
    def same(self) -> bool:
        """Whether the two are the same."""
        rows = self.results
        return not (rows.only_old or rows.only_new or rows.different or self.exhibits or self.sentences
                    or self.files or self.sources or self.records)

    def __str__(self) -> str:
        """The answer for a person: one line where it is yes, and what differs where it is no."""
        if self.same:
            made_with = f" Made with {'; '.join(self.software)}." if self.software else ""
            return f"the same: {self.results.common} results, with their exhibits, sentences and files.{made_with}"
        rows = self.results
        parts = [
            ("Likely reason", self.reasons),
            ("Made from something else", self.sources),
            ("Files that differ", self.files),
            ("Results only in the old report", rows.only_old),
            ("Results only in the new report", rows.only_new),
            ("Results that differ", tuple(f"{key}: {column} was {old or 'blank'}, is {new or 'blank'}"
                                          for key, column, old, new in rows.different)),
            ("Exhibits that differ", self.exhibits),
            ("Sentences that differ", self.sentences),
            ("Provenance that differs", self.records),
        ]
        return "\n".join(["not the same.", *(line for title, lines in parts for line in _listed(title, lines))])

    def to_json(self) -> dict[str, Any]:
        """The answer for a program: every difference as a record; reasons only where something differs."""
        rows = self.results
        return {
            "same": self.same,
            "results": {"common": rows.common, "only_old": list(rows.only_old), "only_new": list(rows.only_new),
                        "different": [dict(zip(("key", "column", "old", "new"), one, strict=True)) for one in rows.different]},
            "exhibits": list(self.exhibits), "sentences": list(self.sentences), "files": list(self.files),
            "sources": list(self.sources), "provenance": list(self.records), "software": list(self.software),
            "reasons": [] if self.same else list(self.reasons),
        }


def compare(old: Path, new: Path, rel: float = 1e-9, abs: float = 1e-12) -> Comparison:
    """Compare two folders of one report: results by key, exhibits by structure, sentences by text, and every file by what is in it.

    Clocks are not compared; two numbers with more digits than anybody prints are the same within ``rel`` of the larger, or ``abs``.
    """
    before, after = _record(old), _record(new)
    one, other = read_report_document(old), read_report_document(new)
    changed = tuple(sorted(name for name, digest in before["outputs"].items() if file_sha256(old / name) != digest))
    return Comparison(
        results=compare_results(_results(old), _results(new), rel, abs),
        exhibits=tuple(_exhibit_differences(one, other, rel, abs)),
        sentences=tuple(_sentence_differences(one, other)),
        files=tuple(_file_differences(old, new, before, rel, abs)),
        reasons=likely_reasons(before, after, changed), sources=other_sources(before, after),
        records=tuple(_record_differences(before, after, rel, abs)), software=tuple(other_software(before, after)),
    )


def _shared(record: dict[str, Any]) -> dict[str, Any]:
    """Every single value of the provenance that two makings of a report share, by its place."""
    return _leaves({name: value for name, value in record.items() if name not in _BY_ITSELF})


def _record_differences(old: dict[str, Any], new: dict[str, Any], rel: float, abs_: float) -> Iterator[str]:
    """One line for each part of the provenance that two makings do not share, or that is no part of any."""
    yield from _differences(_shared(old), _shared(new), rel, abs_)
    for name in ("nbeval", "python", "platform", "packages", "when"):
        for place, value in _leaves({name: old.get(name)}).items():
            if not isinstance(value, bool) and not _TECHNICAL.fullmatch(str(value)):
                yield f"{place}: neither a version nor a checksum"
    same_code = not any(other_software(old, new))
    for name in ("nbeval", "packages", "when", "outputs") if same_code else ("when",):
        yield from (f"{name}.{part}: not in both" for part in sorted(({*old.get(name, {})} ^ {*new.get(name, {})}) - {"commit", "clean"}))
    if not any(other_sources(old, new)) and old.get("inputs") != new.get("inputs"):
        yield "inputs: more than the exports and their checksums"
    if old.get("dictionary", {}).keys() != new.get("dictionary", {}).keys():
        yield "dictionary: more than its checksums"
    if same_code and old.get("report_key") != new.get("report_key") and not any(other_sources(old, new)):
        yield "report_key: not that of this report"


def _file_differences(old: Path, new: Path, record: dict[str, Any], rel: float, abs_: float) -> Iterator[str]:
    """One line for each file that says something else, is missing, is no part of the report, or is not as its provenance says."""
    before, after = _files_below(old), _files_below(new)
    for name in sorted({*before, *after, *record["outputs"]} - {PROVENANCE}):
        if name not in before:
            yield f"{name}: missing"
        elif name not in after:
            yield f"{name}: no part of the report"
        elif before[name].is_symlink():
            yield f"{name}: a link to another file"
        else:
            yield from (f"{name}: {line}" for line in file_differences(before[name], after[name], rel, abs_))
            if file_sha256(before[name]) != record["outputs"].get(name):
                yield f"{name}: altered since it was made"


def _files_below(folder: Path) -> dict[str, Path]:
    """Every file of a report's folder by its name."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}


def _record(folder: Path) -> dict[str, Any]:
    """The provenance of a finished report."""
    record = read(folder)
    if not record.get("completed") or not (folder / "report.ipynb").is_file():
        raise SourceError(f"the folder '{folder.name}' does not hold a finished report.",
                          allowed="a folder with report.ipynb and provenance.json",
                          do="render the report first, or name another folder.")
    return record


def read_report_document(folder: Path) -> Document:
    """The document of a report's folder."""
    try:
        return read_document(nbformat.reads(read_bytes(folder / "report.ipynb").decode("utf-8"), as_version=4))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SourceError(f"report.ipynb in the folder '{folder.name}' cannot be read.",
                          do="render the report again; the file is not there, was altered or cut short.") from None


def _results(folder: Path) -> dict[str, dict[str, str]]:
    """The results of a report's folder; none where it has no such file."""
    file = folder / RESULTS_FILE
    if not file.is_file():
        return {}
    try:
        return read_results(read_bytes(file).decode("utf-8"))
    except (ValueError, csv.Error):
        raise SourceError(f"{RESULTS_FILE} in the folder '{folder.name}' cannot be read.", found="no UTF-8, no CSV, or more than any results",
                          do="render the report again; the file was altered.") from None


def _exhibit_differences(old: Document, new: Document, rel: float, abs_: float) -> Iterator[str]:
    """One line for each part of an exhibit that differs; drawings count by the data under them."""
    before = {shown.exhibit.id: _leaves(shown.exhibit.to_json()) for shown in old.exhibits}
    after = {shown.exhibit.id: _leaves(shown.exhibit.to_json()) for shown in new.exhibits}
    for name in dict.fromkeys((*before, *after)):
        if name not in after or name not in before:
            yield f"{name}: only in the {'old' if name in before else 'new'} report"
            continue
        yield from (f"{name}, {line}" for line in _differences(before[name], after[name], rel, abs_))


def _differences(old: dict[str, Any], new: dict[str, Any], rel: float, abs_: float) -> Iterator[str]:
    """One line for each place whose value differs."""
    for place in dict.fromkeys((*old, *new)):
        if not same_value(old.get(place), new.get(place), rel, abs_):
            yield f"{place}: was {old.get(place)!r}, is {new.get(place)!r}"


def _leaves(data: Any, place: str = "") -> dict[str, Any]:
    """Every single value of an exhibit by its place, such as ``rows.2.cells.1.value``; drawings left out."""
    if isinstance(data, dict | list | tuple):
        items = data.items() if isinstance(data, dict) else enumerate(data)
        return {leaf: value for key, part in items if key != "svg"
                for leaf, value in _leaves(part, f"{place}.{key}" if place else str(key)).items()}
    return {place: data}


def _sentence_differences(old: Document, new: Document) -> Iterator[str]:
    """The lines of text that only one of the two has."""
    words = {"-": "only in the old report", "+": "only in the new report"}
    for line in ndiff(_lines(old), _lines(new)):
        if line[0] in words:
            yield f"{words[line[0]]}: {line[2:]}"


def _lines(document: Document) -> list[str]:
    """The text of a document outside its exhibits, line by line."""
    texts = [document.title, *(block.text for block in document.blocks
                               if isinstance(block, Heading | Prose))]
    return [line.strip() for text in texts for line in text.splitlines() if line.strip()]


def _listed(title: str, lines: tuple[str, ...]) -> list[str]:
    """A title and its lines, the first of them where there are many; nothing where there are none."""
    if not lines:
        return []
    more = [f"  and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return [f"{title} ({len(lines)}):", *(f"  {line}" for line in lines[:SHOWN]), *more]


@dataclass(frozen=True)
class Verification:
    """What became of every report that was made again: how it compares with the published one, or why it could not be made."""

    cohort: str
    reports: Mapping[str, Comparison]                               # by folder below the reports' folder
    failed: Mapping[str, str] = field(default_factory=dict)         # the fault by folder
    beside: tuple[str, ...] = ()                                    # files beside the reports that are not as they should be
    signed: SignedReleases | None = None                            # what was signed, where anything was
    not_compared: tuple[str, ...] = ()                              # exports whose checksums could not be compared, without their key

    @property
    def same(self) -> bool:
        """Whether every report could be made again and is the same."""
        return not (self.failed or self.beside or (self.signed and self.signed.faults)) and all(one.same for one in self.reports.values())

    def __bool__(self) -> bool:
        """Whether all are the same."""
        return self.same

    def __str__(self) -> str:
        """The answer for a person: a line for each report that is the same, and what differs where one is not."""
        lines = [f"{folder}: could not be made again.\n{fault}" for folder, fault in self.failed.items()]
        lines += [f"{folder}: {comparison}" for folder, comparison in self.reports.items()]
        lines += [*_listed("Files beside the reports that differ", self.beside), *([str(self.signed)] if self.signed else [])]
        lines += [f"Not compared: the checksums of {len(self.not_compared)} exports, since the key they were made with is not beside the data."
                  ] if self.not_compared else []
        return "\n".join([*lines, "the same" if self.same else "not the same"])

    def to_json(self) -> dict[str, Any]:
        """The answer for a program: every report by its folder, with each difference as a record."""
        return {"cohort": self.cohort, "same": self.same, "failed": dict(self.failed),
                "beside": list(self.beside), "signed": self.signed.to_json() if self.signed else None,
                "not_compared": list(self.not_compared),
                "reports": {folder: comparison.to_json() for folder, comparison in self.reports.items()}}


def verify_cohort(
    cohort: str, kinds: Sequence[str], workspace: Workspace, out: Path, *, authority: str = "",
    on_progress: Callable[[str], None] = no_progress,
) -> Verification:
    """Make the published reports of a cohort again and compare them, file by file and number by number; and check what was signed."""
    declared = workspace.dictionary.cohort(cohort)
    published = _published(declared, kinds, workspace, out, authority)
    folders = [folder_of(declared, one) for one in published]
    with private_folder("verify") as apart:
        again, made = replace(workspace, cache_folder=apart / "cache"), apart / "reports"
        unknown = _without_key(declared, again, [read(out / folder) for folder in folders])
        study, failed = Study(declared, again, on_progress=on_progress, checksums=unknown), {}
        for formats, requested in _by_formats(declared, published, out):
            summary = render_requests(study, requested, made, formats=formats, fresh=True)
            failed |= {one.job.folder: str(one.fault) for one in summary.failed}
        compared = {folder: compare(out / folder, made / folder) for folder in folders if (made / folder).is_dir()}
    signed = check_signed(cohort, kinds, workspace, out, authority=authority, every_file=False)
    everything = not kinds and not authority
    beside = tuple(_beside(cohort, folders, workspace, out)) if everything else ()
    return Verification(cohort, compared, failed, beside, signed, tuple(unknown.by_file) if unknown else ())


def _without_key(declared: Cohort, workspace: Workspace, records: list[dict[str, Any]]) -> PublishedChecksums | None:
    """The published checksums of confidential exports, where the key that they were made with is not here: they cannot be compared."""
    if not is_confidential(declared):
        return None
    data, first = workspace.data_of(declared), records[0]
    known = key_name(key_for(data)) if has_key(data) else ""
    return None if known and known == first.get("inputs_key") else PublishedChecksums(_inputs(first), str(first.get("inputs_key", "")))


def check_signed(
    cohort: str, kinds: Sequence[str], workspace: Workspace, out: Path, *, authority: str = "", every_file: bool = True,
) -> SignedReleases:
    """Check the published reports of a cohort against what was signed; it takes no data."""
    declared = workspace.dictionary.cohort(cohort)
    reports = [folder_of(declared, one).partition("/")[2] for one in _published(declared, kinds, workspace, out, authority)]
    return check_releases(cohort, reports, workspace.dictionary, workspace.releases, out, every_file=every_file)


def _published(declared: Cohort, kinds: Sequence[str], workspace: Workspace, out: Path, authority: str) -> list[ReportRequest]:
    """The reports of a cohort that lie in a folder."""
    found = [one for one in requests(declared, workspace.dictionary, kinds, authority=authority)
             if not one.kind.internal and (out / folder_of(declared, one) / PROVENANCE).is_file()]
    if not found:
        raise ParameterError(
            f"there is no published report of cohort '{declared.id}' to compare with.", found=f"no {PROVENANCE}",
            where="the folder named by --out", do="name the folder that holds the published reports with --out.",
        )
    return found


def _by_formats(declared: Cohort, published: Sequence[ReportRequest], out: Path) -> Iterator[tuple[tuple[str, ...], list[ReportRequest]]]:
    """The reports that were made in the same formats, together."""
    known: dict[tuple[str, ...], list[ReportRequest]] = {}
    for one in published:
        said = read(out / folder_of(declared, one)).get("report", {}).get("formats", ())
        known.setdefault(tuple(name for name in dict.fromkeys(said) if name in list(FORMATS)), []).append(one)
    yield from known.items()


def _beside(cohort: str, folders: Sequence[str], workspace: Workspace, out: Path) -> Iterator[str]:
    """Files beside the reports of a cohort that are not what the reports make of them, or that nothing makes."""
    from nbeval.release.crate import crate_bytes

    shown, signature = entries(out).get(cohort, []), partial(signature_of, reports=out, ledger=workspace.releases)
    try:
        expected = {"index.html": cohort_page(cohort, shown, signature).encode("utf-8"), CRATE: crate_bytes(cohort, shown)}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):       # of a provenance that no rendering wrote
        expected = dict.fromkeys(("index.html", CRATE), b"")
    for name, content in expected.items():
        file = out / cohort / name
        if not file.is_file() or not same_content(name, file.read_bytes(), content):
            yield f"{cohort}/{name}: {'another content' if file.is_file() else 'missing'}"
    may = {*expected, *statement_files(cohort, workspace.releases, out)}
    for name in sorted(_files_below(out / cohort)):
        if name not in may and not any(f"{cohort}/{name}".startswith(f"{folder}/") for folder in folders):
            yield f"{cohort}/{name}: no part of the release"
