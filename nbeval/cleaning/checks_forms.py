"""Checks of files, columns and forms."""

from __future__ import annotations

from nbeval.cleaning.findings import NOTE, PASS, WARNING, Finding, number
from nbeval.cleaning.forms import REASONS, Aside
from nbeval.cleaning.intake import Intake
from nbeval.dictionary.enums import Design


def forms_add_up(intake: Intake) -> list[Finding]:
    """Forms read are forms kept and forms set aside, by reason."""
    table = intake.accounting
    read, kept = int(table["read"].sum()), int(table["kept"].sum())
    aside = {reason: int(table[reason.value].sum()) for reason in REASONS}
    told = ", ".join(f"{count} {reason.value}" for reason, count in aside.items() if count)
    message = f"{number(read, 'form')} read from {number(len(table), 'file')}: {kept:,} kept, {read - kept:,} set aside"
    return [Finding(PASS, f"{message}{f' ({told})' if told else ''}.", count=read)]


def tests(intake: Intake) -> list[Finding]:
    """Test submissions, set aside."""
    return _set_aside(intake, Aside.TEST, "test submission", NOTE)


def partial(intake: Intake) -> list[Finding]:
    """Unfinished forms, kept or set aside by the instrument's rule."""
    if not intake.instrument.record.keep_partial:
        return _set_aside(intake, Aside.PARTIAL, "unfinished form", NOTE)
    return _by_wave(intake, intake.kept["is_partial"], "unfinished form", NOTE, "kept",
                    "questions after the last answer count as absent.")


def late(intake: Intake) -> list[Finding]:
    """Forms finished after the last day of fieldwork, kept or set aside by the instrument's rule."""
    name = "form finished after the fieldwork", "forms finished after the fieldwork"
    if intake.instrument.record.late == "set_aside":
        return _set_aside(intake, Aside.LATE, *name[:1], WARNING, many=name[1])
    return _by_wave(intake, intake.kept["is_late"], name[0], WARNING, "kept",
                    "look whether the days of fieldwork in the cohort's file are right.", many=name[1])


def early(intake: Intake) -> list[Finding]:
    """Forms begun before the first day of fieldwork: often tests that nobody marked."""
    return _by_wave(intake, intake.kept["is_early"], "form begun before the fieldwork", WARNING, "kept",
                    "look whether they are tests, and mark them so in the export.",
                    many="forms begun before the fieldwork")


def empty(intake: Intake) -> list[Finding]:
    """Forms with fewer valid answers than the instrument asks for."""
    return _set_aside(intake, Aside.EMPTY, "form with too few answers", NOTE, many="forms with too few answers")


def duplicates(intake: Intake) -> list[Finding]:
    """Forms that repeat a submission number."""
    return _set_aside(intake, Aside.DUPLICATE, "form that repeats a submission number", WARNING,
                      many="forms that repeat a submission number")


def without_number(intake: Intake) -> list[Finding]:
    """Forms whose submission number is blank, though the export has such a column."""
    return _by_wave(intake, intake.kept["submission"] == "", "form has no submission number", WARNING, "kept",
                    "duplicates among them cannot be seen.", many="forms have no submission number")


def times_readable(intake: Intake) -> list[Finding]:
    """Times that are written in no known form."""
    unread = sum((
        (intake.kept[name].fillna("") != "") & intake.kept[f"{name}_at"].isna() for name in ("started", "finished")
    )) > 0
    return _by_wave(intake, unread, "form has a time that cannot be read", WARNING, "kept",
                    "such a form is never late; export times in ISO form.",
                    many="forms have a time that cannot be read")


def persons_once(intake: Intake) -> list[Finding]:
    """Persons who occur more than once at a wave of a matched design."""
    linked = intake.cohort.design is Design.MATCHED
    named = intake.kept["person"].fillna("") != ""
    twice = named & linked & intake.kept.duplicated(["wave", "person"], keep=False)
    return _by_wave(intake, twice, "form is of a person who has another one", WARNING, "kept",
                    "waves cannot be linked for them.", many="forms are of persons who have more than one")


def few_forms(intake: Intake) -> list[Finding]:
    """Authorities with fewer forms at a wave than the base of a percentage needs."""
    least = intake.dictionary.disclosure.threshold_percent_base
    counts = intake.kept.groupby(["wave", "authority"], sort=True).size()
    return [
        Finding(WARNING, f"Fewer than {least} forms were kept: most of its results will be withheld.",
                wave=wave, authority=authority, count=int(count))
        for (wave, authority), count in counts.items() if authority and count < least
    ]


def columns_identifying(intake: Intake) -> list[Finding]:
    """Identifying columns, dropped on reading."""
    return [
        Finding(NOTE, f"The identifying column '{header}' was dropped on reading, in {number(files, 'file')}.",
                "ask for exports without it.", wave=wave, count=files)
        for (header, wave), files in sorted(intake.mapping.dropped.items()) if files
    ]


def columns_lacking(intake: Intake) -> list[Finding]:
    """Columns that may be lacking, and are."""
    return [
        Finding(NOTE, f"The column '{header}' is not there, in {number(files, 'file')}"
                f"{'; its item counts as not asked' if item else ''}.", wave=wave, item=item, count=files)
        for (header, wave, item), files in sorted(intake.mapping.lacking.items())
    ]


def files_unexpected(names: list[str]) -> list[Finding]:
    """Files in the data folder that no source declares."""
    return [
        Finding(WARNING, f"The file '{name}' lies in the data folder and no source declares it; it was not read.",
                "declare it in the cohort's file, or move it away.", count=1)
        for name in names
    ]


def _set_aside(intake: Intake, reason: Aside, one: str, outcome: str, *, many: str = "") -> list[Finding]:
    """One finding per wave about the forms set aside for a reason."""
    return [
        Finding(outcome, f"{number(int(count), one, many)}, set aside.", wave=wave, count=int(count))
        for wave, count in intake.accounting.groupby("wave", sort=True)[reason.value].sum().items() if count
    ]


def _by_wave(intake: Intake, found, one: str, outcome: str, kept: str, do: str, *, many: str = "") -> list[Finding]:
    """One finding per wave about forms that are kept all the same."""
    counts = intake.kept["wave"][found.to_numpy(dtype=bool)].value_counts().sort_index()
    return [
        Finding(outcome, f"{number(int(count), one, many)}, {kept}.", do, wave=wave, count=int(count))
        for wave, count in counts.items()
    ]
