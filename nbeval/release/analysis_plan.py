"""The analysis plan: what is fixed before the data, written down from the dictionary, registered, and held against what is done later.

A plan is one JSON file with a checksum, beside the releases of its cohort: ``analysis-plan-1.json``, its page ``.html``, and the signature
of a person's SSH key ``analysis-plan-1.json.sig`` (``release.sign``); without one it is written and not registered. ``analysis-plans.json`` lists them with their checksums. A
report is held to the last plan that was registered while its last wave had no data.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbeval.bounded import MOST, read_bytes, read_json
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Cohort, Indicator
from nbeval.errors import OutputError, SourceError
from nbeval.deviations import Deviation, PlanCheck, PlanPart
from nbeval.publish.staging import staging
from nbeval.release.fingerprint import code_digest, fingerprint_of_numbers, scope_of_numbers, sha256
from nbeval.release.sign import Purpose, sign, signature_text, signer_of, signers_file

LEDGER = "analysis-plans.json"
SCHEMA = 1
#: answers at each wave for which the smallest detectable change is worked out, where it is not known how many will answer
SIZES = (50, 100, 200, 400, 800, 1600)
POWER = 0.8
#: the family of the headline measures, as results name it; its room takes a second to import, and every report reads its plan
HEADLINES = "headlines"
_REPAIR = "restore the folder as it was when the plan was registered; a plan is changed by registering another one."
Content = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Plan:
    """One registered plan, as the ledger has it."""

    number: int
    date: str                                   # YYYY-MM-DD, of the clock
    signed_by: str
    key: str                                    # fingerprint of the key that signed it
    file: str
    sha256: str

    def before_data_of(self, wave: str, record: Mapping[str, Any]) -> bool:
        """Whether no file of a wave was there when the plan was registered."""
        return not any(one["there"] for one in record["data"] if one["wave"] == wave)


# --- what is planned -------------------------------------------------------------------------------

def compose(cohort: Cohort, dictionary: Dictionary, data: Mapping[str, tuple[int, int]], now: datetime) -> dict[str, Any]:
    """The plan of a cohort as a record: all that is fixed, the smallest detectable change, what data are there, and the fingerprints of the
    declarations it was written from. ``data`` has for each wave the number of files that are there and of those declared."""
    scope = scope_of_numbers(dictionary, cohort.id)
    return {
        "schema": SCHEMA, "cohort": cohort.id, "cohort_label": cohort.label, "programme": dictionary.programme.name,
        "written": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": [{"wave": one.id, "label": one.label, "there": data.get(one.id, (0, 0))[0], "declared": data.get(one.id, (0, 0))[1]}
                 for one in cohort.waves],
        "plan": content(cohort, dictionary), "detectable": list(detectable(cohort, dictionary)),
        "declarations": dict(fingerprint_of_numbers(scope)), "dictionary": dictionary.digest, "code": code_digest(),
    }


def content(cohort: Cohort, dictionary: Dictionary) -> dict[str, dict[str, Any]]:
    """What a plan fixes, part by part (``deviations.PlanPart``), as the dictionary declares it now."""
    programme, policy = dictionary.programme, dictionary.disclosure
    names = {one.authority: one.name for one in dictionary.authorities}
    waves = {one.id: one.label for one in cohort.waves}
    known = collected(cohort, dictionary)
    return {
        PlanPart.HEADLINE.value: {one.indicator: _definition(one) for one in known if one.headline},
        PlanPart.FAMILY.value: dict(_families(known, dictionary)),
        PlanPart.CONTRAST.value: {f"{later} {earlier}": {"label": f"{waves[later]} - {waves[earlier]}"} for later, earlier in _contrasts(cohort)},
        PlanPart.THRESHOLD.value: {
            "conf_level": programme.conf_level,
            **{f"meaningful_{measure.value}": value for measure, value in programme.smallest_meaningful_change.items()},
            "smallest_count": policy.threshold, "smallest_base": policy.threshold_percent_base, "protection_interval": policy.protection_interval},
        PlanPart.DESIGN.value: {
            "waves_related": cohort.design.value, "waves": _named(waves, waves), "places": _named(cohort.programme_authorities, names),
            "questionnaires": sorted({f"{source.instrument} {files.version}" for source in cohort.sources for files in source.files})},
        PlanPart.WEIGHTS.value: {"main_figures": cohort.main_figures, "weighting": _dump(cohort.weighting), "strata": [_dump(one) for one in cohort.strata]},
        PlanPart.COMPARISON.value: {"comparison_places": _named(cohort.comparison_authorities, names)},
        PlanPart.ADJUSTMENT.value: {"adjust_for": list(cohort.adjust_for)},
        PlanPart.GROUPS.value: {"broken_down_by": list(cohort.groups)},
        PlanPart.DRIVERS.value: {one.outcome: {"label": one.outcome, "factors": list(one.factors)} for one in cohort.drivers},
        PlanPart.MISSING.value: {"missing_rule": "asked_and_applicable", "imputation": _dump(cohort.missing_answers)},
    }


def collected(cohort: Cohort, dictionary: Dictionary) -> tuple[Indicator, ...]:
    """The indicators whose questions a survey of the cohort asks."""
    used = {source.instrument for source in cohort.sources}
    items = {item.item for one in dictionary.instruments if one.record.id in used for item in one.items}
    scales = {one.id for one in dictionary.scales if {part.item for part in one.items} <= items}
    return tuple(one for one in dictionary.indicators if one.item in items or one.scale in scales)


def detectable(cohort: Cohort, dictionary: Dictionary) -> Iterator[dict[str, Any]]:
    """The smallest change that ``n`` answers at each of two waves show with 80 % power: from a share of 50 % and of 20 %, and of a mean in
    standard deviations; at the level of one test, and at the level that the smallest p-value of all headline tests has to meet."""
    from nbeval.estimate.power import smallest_change_mean, smallest_change_percent     # scipy, which a report that reads a plan does not need

    level = 1 - dictionary.programme.conf_level
    tests = max(1, sum(one.headline for one in collected(cohort, dictionary)) * len(_contrasts(cohort)))
    most = _eligible(cohort)
    sizes = [n for n in SIZES if not most or n < most] + ([most] if most else [])
    for n in sizes:
        for alpha in dict.fromkeys((level, level / tests)):
            found = [smallest_change_percent(share, n, n, power=POWER, alpha=alpha).estimate for share in (0.5, 0.2)]
            size = smallest_change_mean(1.0, n, n, power=POWER, alpha=alpha).estimate
            shares, size = [round(100 * one, 1) if one == one else None for one in found], round(size, 2) if size == size else None
            yield {"n": n, "alpha": float(f"{alpha:.4g}"), "from_50": shares[0], "from_20": shares[1], "standard_deviations": size}


def _eligible(cohort: Cohort) -> int:
    """How many can answer at the smallest wave; 0 where that of some place is not declared."""
    found = []
    for wave in cohort.waves:
        known = {one.authority: one.count for one in cohort.eligible if one.wave == wave.id}
        parts = [known.get(one, 0) for one in cohort.programme_authorities]
        found.append(known.get("", sum(parts) if parts and all(parts) else 0))
    return min(found, default=0)


def _contrasts(cohort: Cohort) -> tuple[tuple[str, str], ...]:
    """The waves that are compared, the later one first, where all of them ask everything."""
    from nbeval.estimate.plan import contrasted     # what reads a plan and finds none does not need it

    return contrasted(tuple(one.id for one in cohort.waves), cohort)


def _definition(one: Indicator) -> dict[str, Any]:
    """What an indicator is."""
    return {"label": one.label, "measure": one.measure.value, "question": one.item or one.scale, **({"codes": list(one.codes)} if one.codes else {}),
            "better": one.better.value}


def _families(known: Sequence[Indicator], dictionary: Dictionary) -> Iterator[tuple[str, dict[str, Any]]]:
    """The families of tests, each with its adjustment and its members; the headline measures are one of their own and in no other."""
    family = {one.indicator: HEADLINES if one.headline else one.family for one in known if one.measure is not Measure.ORDERED}
    labels = {one.indicator: one.label for one in known}
    for name in dict.fromkeys(one for one in (HEADLINES, *family.values()) if one in family.values() and one):
        method = "Holm" if name in dictionary.programme.holm_families else "Benjamini-Hochberg"
        yield name, {"label": name.replace("_", " "), "method": method, "measures": _named([one for one in family if family[one] == name], labels)}


def _named(ids: Iterable[str], labels: Mapping[str, str]) -> list[dict[str, str]]:
    """Things by their ids, each with its label, which is for readers: another label is no deviation."""
    return [{"id": one, "label": labels.get(one, one)} for one in ids]


def _dump(record: Any) -> Any:
    """A record of the dictionary as plain values, without its source; None where there is none."""
    return record.model_dump(mode="json", exclude={"source"}) if record is not None else None


# --- registered plans ------------------------------------------------------------------------------

def plan_bytes(record: Mapping[str, Any]) -> bytes:
    """The bytes of the file of a plan: what its checksum and its signature are of."""
    return (json.dumps(record, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")


def register(record: Mapping[str, Any], page: Callable[[str], bytes], releases: Path, key: Path) -> Plan:
    """Keep a plan beside the releases of its cohort, signed with the SSH key of whoever answers for it; ``page`` makes its page for that name.

    Raises
    ------
    SignatureError
        The key cannot be used, or is of nobody who may sign a plan.
    """
    cohort, content = record["cohort"], plan_bytes(record)
    before = plans_of(cohort, releases)
    signature = sign(content, key, Purpose.ANALYSIS_PLAN)
    signer = signer_of(content, signature, Purpose.ANALYSIS_PLAN, signers_file(releases), _moment(record["written"]))
    number = len(before) + 1
    name = f"analysis-plan-{number}.json"
    plan = Plan(number, record["written"][:10], signer.name, signer.key, name, sha256(content))
    with staging(releases) as place:
        if plans_of(cohort, releases) != before:
            raise OutputError("somebody else registered a plan meanwhile.", where=LEDGER, do="run the command again.")
        place.write(f"{cohort}/{name}", content)
        place.write(f"{cohort}/{name.replace('.json', '.html')}", page(plan.signed_by))
        place.write(f"{cohort}/{name}.sig", signature.encode("ascii"))
        entries = [asdict(one) for one in (*before, plan)]
        place.write(f"{cohort}/{LEDGER}", plan_bytes({"schema": SCHEMA, "cohort": cohort, "plans": entries}))
    return plan


def plans_of(cohort: str, releases: Path) -> tuple[Plan, ...]:
    """The registered plans of a cohort, the first one first; none where there is no ledger. Each is as it was registered.

    Raises
    ------
    SourceError
        The ledger cannot be read, or the file of a plan is not as it was registered.
    """
    ledger = releases / cohort / LEDGER
    if not ledger.is_file():
        return ()
    try:
        plans = tuple(Plan(**entry) for entry in read_json(read_bytes(ledger))["plans"])
    except (OSError, ValueError, KeyError, TypeError):
        raise SourceError(f"the ledger of the analysis plans of cohort '{cohort}' cannot be read.", where=f"{cohort}/{LEDGER}", do=_REPAIR) from None
    for one in plans:
        record_of(cohort, one, releases)
    return plans


def record_of(cohort: str, plan: Plan, releases: Path) -> dict[str, Any]:
    """What a registered plan says, if it is as it was registered, and its signature is of it and of somebody who may sign."""
    file = releases / cohort / plan.file
    given = read_bytes(file) if file.is_file() and file.stat().st_size <= MOST else b""
    if sha256(given) != plan.sha256:
        raise SourceError(f"analysis plan {plan.number} of cohort '{cohort}' is not as it was registered.",
                          found="another content" if given else "no such file", where=f"{cohort}/{plan.file}", do=_REPAIR)
    signature = file.with_name(f"{plan.file}.sig")
    text = signature_text(signature) if signature.is_file() else ""
    record = json.loads(given)
    signer = signer_of(given, text, Purpose.ANALYSIS_PLAN, signers_file(releases), _moment(record["written"]))
    if (signer.name, signer.key, record["written"][:10]) != (plan.signed_by, plan.key, plan.date):
        raise SourceError(f"analysis plan {plan.number} of cohort '{cohort}' is not as it was registered.",
                          found="another name, key or day in the ledger", where=f"{cohort}/{LEDGER}", do=_REPAIR)
    return record


def plans_digest(cohort: Cohort, dictionary: Dictionary, releases: Path) -> str:
    """A checksum that changes whenever what a report says of its plan may change; empty text where no plan is registered."""
    plans = plans_of(cohort.id, releases)
    return sha256(plan_bytes({"plans": [asdict(one) for one in plans], "now": content(cohort, dictionary)})) if plans else ""


def check_plan(cohort: Cohort, dictionary: Dictionary, releases: Path, waves: Sequence[str]) -> PlanCheck | None:
    """Hold what is declared now against the plan of a report on these waves; None where no plan was registered.

    It is the last plan that was registered while the last of the waves had no data; where all came after the data, the first.
    """
    plans = plans_of(cohort.id, releases)
    if not plans:
        return None
    records = {one.number: record_of(cohort.id, one, releases) for one in plans}
    before = [one for one in plans if waves and one.before_data_of(waves[-1], records[one.number])]
    chosen = before[-1] if before else plans[0]
    now = json.loads(plan_bytes(content(cohort, dictionary)))
    found = tuple(deviations(records[chosen.number]["plan"], now))
    return PlanCheck(chosen.number, chosen.date, chosen.signed_by, chosen.key, chosen.sha256, bool(before), len(plans) - chosen.number, found)


def deviations(planned: Content, now: Content) -> Iterator[Deviation]:
    """Everything that was planned and is not so now, and what was not planned and is there now."""
    for part in PlanPart:
        then, here = planned.get(part, {}), now.get(part, {})
        for key in dict.fromkeys((*then, *here)):
            if (key in then) != (key in here) or _bare(then[key]) != _bare(here[key]):
                label = next((one[key]["label"] for one in (here, then) if isinstance(one.get(key), dict) and "label" in one[key]), "")
                yield Deviation(part, key, label, *(said_of(one[key]) if key in one else "" for one in (then, here)))


def _bare(value: Any) -> Any:
    """A value of a plan without the labels in it."""
    if isinstance(value, Mapping):
        return {key: _bare(one) for key, one in value.items() if key != "label"}
    return [_bare(one) for one in value] if isinstance(value, list | tuple) else value


def said_of(value: Any) -> str:
    """A value of a plan as a reader sees it; a dash where nothing is declared."""
    if isinstance(value, Mapping):
        inner = [f"{key.replace('_', ' ')}: {said_of(one)}" for key, one in value.items() if key not in ("id", "label") and one not in ("", None, [])]
        return ". ".join(inner) or str(value.get("label", "-"))
    if isinstance(value, list | tuple):
        return "; ".join(map(said_of, value)) or "-"
    return "-" if value is None else str(value).replace("_", " ")


def _moment(written: str) -> datetime:
    """The time at which a plan was written."""
    return datetime.strptime(written, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
