"""``ro-crate-metadata.json``: what the reports of a cohort are and rest on, as a research object that other tools read."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator
from typing import Any

from rocrate.model import ContextEntity, DataEntity
from rocrate.rocrate import ROCrate

from nbeval.publish.index import Entry
from nbeval.release.provenance import PROVENANCE, input_checksum
from nbeval.words import Words, words_of

_NOTEBOOK = "application/x-ipynb+json"


def crate_bytes(cohort: str, reports: list[Entry]) -> bytes:
    """The bytes of a cohort's research object.

    The same for the same reports: its one date is that of the report finished last. Exports are named with their checksums and are no part
    of it.
    """
    crate = ROCrate()
    first = reports[0].record
    label = first["report"].get("summary", {}).get("cohort_label") or cohort
    said = words_of(first["report"]["language"])
    crate.name, crate.description = said.say("crate_name", cohort=label), said["crate_about"]
    crate.root_dataset["datePublished"] = max(entry.record["when"]["finished"] for entry in reports)[:10]
    for entry in reports:
        _add_report(crate, entry, entry.folder.removeprefix(cohort).lstrip("/"))
    return (json.dumps(crate.metadata.generate(), indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")


def _add_report(crate: ROCrate, entry: Entry, below: str) -> None:
    """One report: its files, its exhibits, and the action that made it from exports, notebook and dictionary."""
    record, said = entry.record, words_of(entry.about["language"])
    files = [_part(crate, f"{below}/{name}", digest) for name, digest in sorted(record["outputs"].items())]
    files.append(_part(crate, f"{below}/{PROVENANCE}", ""))
    exhibits = [_node(crate, f"#{below}/{one['id']}", "PropertyValue", name=f"{one['label']}", propertyID=one["id"],
                      value=one["results"]) for one in record["exhibits"]]
    report = crate.add(DataEntity(crate, f"{below}/", properties={
        "@type": "Dataset", "name": entry.title, "inLanguage": record["report"]["language"], "hasPart": _ids(files),
        "variableMeasured": _ids(exhibits), "identifier": record["report_key"],
    }))
    crate.root_dataset.append_to("hasPart", report)
    _node(
        crate, f"#making-{below}", "CreateAction", name=said.say("crate_making", title=entry.title), result={"@id": report.id},
        instrument={"@id": _software(crate, record).id}, object=_ids([*_sources(crate, record, said), *_settings(crate, below, record)]),
    )


def _part(crate: ROCrate, name: str, digest: str) -> Any:
    """One file of a report."""
    kind = _NOTEBOOK if name.endswith(".ipynb") else mimetypes.guess_type(name)[0] or "application/octet-stream"
    return crate.add(DataEntity(crate, name, properties={
        "@type": "File", "name": name.rsplit("/", 1)[-1], "encodingFormat": kind, **({"sha256": digest} if digest else {})}))


def _sources(crate: ROCrate, record: dict[str, Any], said: Words) -> Iterator[Any]:
    """What a report was made from: exports, notebook, dictionary. None of them lies in the folder."""
    for one in record["inputs"]:
        yield _node(crate, f"#input-{one['name']}", "CreativeWork", name=one["name"], conditionsOfAccess=said["crate_access"],
                    **{"sha256" if "sha256" in one else "hmacSha256": input_checksum(one)})
    notebook = record["notebook"]
    yield _node(crate, f"#notebook-{notebook['name']}", "SoftwareSourceCode", name=notebook["name"], sha256=notebook["sha256"])
    digest = record["dictionary"]["digest"]
    yield _node(crate, f"#dictionary-{digest[:12]}", "CreativeWork", name=said["crate_dictionary"], sha256=digest)


def _settings(crate: ROCrate, below: str, record: dict[str, Any]) -> Iterator[Any]:
    """The parameters and seeds of a report."""
    for kind in ("parameters", "seeds"):
        for name, value in sorted(record[kind].items()):
            yield _node(crate, f"#{below}-{kind}-{name}", "PropertyValue", name=name, value=value, additionalType=kind)


def _software(crate: ROCrate, record: dict[str, Any]) -> Any:
    """The package as it was, and what it stood on."""
    about = record["nbeval"]
    needs = [_node(crate, f"#package-{name}-{version}", "SoftwareApplication", name=name, softwareVersion=version)
             for name, version in sorted({**record["packages"], "python": record["python"]}.items()) if version]
    return _node(
        crate, f"#nbeval-{about['code'][:12]}", "SoftwareApplication", name="nbeval", softwareVersion=about["version"],
        sha256=about["code"], softwareRequirements=_ids(needs), operatingSystem=record["platform"],
        identifier=about.get("commit", ""), isClean=about.get("clean", ""), lockSha256=about["lock"],
    )


def _node(crate: ROCrate, place: str, kind: str, **properties: Any) -> Any:
    """A thing the object speaks of, once."""
    known = crate.dereference(place.replace(" ", "%20"))
    kept = {key: value for key, value in properties.items() if value not in ("", None)}
    return known or crate.add(ContextEntity(crate, place.replace(" ", "%20"), properties={"@type": kind, **kept}))


def _ids(things: Any) -> list[dict[str, str]]:
    """References to things."""
    return [{"@id": one.id} for one in things]
