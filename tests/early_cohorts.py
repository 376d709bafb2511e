"""Copies of the declared cohorts with invented authorities, and files for every source: nothing invented lies under a real name."""

from __future__ import annotations

import json
import shutil
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from nbeval.dictionary import load
from nbeval.specimen import write_specimen

PLACES = ["quillshire", "marrowdale", "ambermouth"]
#: where the real instrument has nothing in it yet, the fictional one stands in
STAND_INS = {"baker_dixon": "lantern_bridge"}


def lay_copies(root: Path, place: Path, cohorts: list[str]) -> dict[str, str]:
    """Write a dictionary with a copy of each cohort and the invented exports of all; the ids of the copies."""
    dictionary = place / "dictionary"
    shutil.copytree(root / "data_dictionary", dictionary)
    specimen = tomllib.loads((dictionary / "cohorts" / "specimen.toml").read_text(encoding="utf-8"))
    copies = {}
    for name in cohorts:
        declared = tomllib.loads((dictionary / "cohorts" / f"{name}.toml").read_text(encoding="utf-8"))
        copies[name] = f"copy_of_{name}"
        (dictionary / "cohorts" / f"{copies[name]}.toml").write_text(as_toml(invented(declared, specimen, copies[name])), encoding="utf-8")
    programme = load(dictionary)
    for copy in copies.values():
        write_specimen(programme.cohort(copy), programme, place / copy)
    return copies


def invented(declared: dict[str, Any], specimen: dict[str, Any], name: str) -> dict[str, Any]:
    """A cohort's declaration with invented authorities and files of its sources."""
    copy = {key: value for key, value in declared.items() if key not in ("clusters", "eligible", "margins", "weighting", "drivers", "disagreements")}
    files = {source["id"]: source.get("files", []) for source in specimen["sources"]}
    sources = [source | {"instrument": STAND_INS.get(source["instrument"], source["instrument"])} for source in declared.get("sources", [])]
    undated = any(source["id"] == "survey" for source in sources) and "fieldwork_start" not in declared["waves"][0]
    lent = _dates(declared, specimen) if undated else {}
    return copy | {
        "id": name, "invented": True, "authorities": PLACES, "authorities_known": True, "source": "invented",
        "label": f"{declared['label']} (invented copy)",
        "sources": [source | {"files": _files(source, files.get(source["id"], []))} for source in sources],
    } | lent


def _dates(declared: dict[str, Any], specimen: dict[str, Any]) -> dict[str, Any]:
    """Days of fieldwork for a cohort that has none: its first and its last quarter, or the specimen's where it has no end."""
    if "ends" not in declared:
        return {name: specimen[name] for name in ("starts", "ends", "waves")}
    (first, start), (last, end) = ([int(part) for part in declared[name].split("-")] for name in ("starts", "ends"))
    times = (date(first, start, 1), date(first, start + 2, 28)), (date(last, end - 2, 1), date(last, end, 28))
    return {"waves": [wave | dict(zip(("fieldwork_start", "fieldwork_end"), time, strict=True))
                      for wave, time in zip(declared["waves"], times, strict=True)]}


def _files(source: dict[str, Any], like: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The files of a source: one layout for all authorities."""
    waves = ("baseline", "final")
    layouts = {
        "ylbc": [{"wave": wave, "pattern": f"survey/{wave}/{{authority}}.csv", "version": version, "header_rows": rows}
                 for wave, version, rows in (("baseline", "v2020", 1), ("final", "v2022", 2))],
        "local_survey_2013": [{"wave": wave, "pattern": f"survey/{wave}/{{authority}}.csv", "version": "sheet"} for wave in waves],
        "local_survey_2015": [{"wave": wave, "pattern": f"survey/{wave}/{{authority}}.xlsx", "version": version}
                              for wave, version in zip(waves, ("sheet", "tool"), strict=True)],
        "interview_codes": [{"wave": "final", "pattern": "interviews/sheet.csv", "version": "sheet"}],
        "difference_returns": [{"wave": "final", "pattern": "returns/sheet.csv", "version": "sheet"}],
        "conditions_2015": [{"pattern": "entry/{authority}.csv", "version": "v1"}],
        "charter_promises": [{"wave": wave, "pattern": f"charter/{wave}/{{authority}}.xlsx", "version": "v1"} for wave in waves],
    }
    return layouts.get(source["instrument"], like)


def as_toml(declared: dict[str, Any]) -> str:
    """A declaration as TOML, lists of tables written inline."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in declared.items())


def _value(value: Any) -> str:
    """One value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
