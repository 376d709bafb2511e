"""The checks of what was cleaned: each small, named, and returning findings; the caller decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbeval.cleaning import checks_answers, checks_forms
from nbeval.cleaning.findings import PASS, Finding
from nbeval.cleaning.intake import Intake
from nbeval.cleaning.locating import unexpected
from nbeval.dictionary.models import Cohort


@dataclass(frozen=True)
class Check:
    """A named check: what it finds, and what it says where it finds nothing."""

    name: str
    passes: str
    find: Callable[[Intake], list[Finding]]


CHECKS = (
    Check("forms_add_up", "Every form read is kept or set aside for a reason.", checks_forms.forms_add_up),
    Check("forms_tests", "No test submissions.", checks_forms.tests),
    Check("forms_partial", "No unfinished forms.", checks_forms.partial),
    Check("forms_late", "No forms finished after the fieldwork.", checks_forms.late),
    Check("forms_early", "No forms begun before the fieldwork.", checks_forms.early),
    Check("forms_empty", "No empty forms.", checks_forms.empty),
    Check("forms_duplicate", "No submission number occurs twice.", checks_forms.duplicates),
    Check("forms_without_number", "Every form has a submission number.", checks_forms.without_number),
    Check("times_readable", "Every time in the exports could be read.", checks_forms.times_readable),
    Check("persons_once", "No person occurs twice at one wave.", checks_forms.persons_once),
    Check("authority_few_forms", "Every authority has enough forms for percentages.", checks_forms.few_forms),
    Check("columns_identifying", "No identifying columns came in.", checks_forms.columns_identifying),
    Check("columns_lacking", "Every declared column is there.", checks_forms.columns_lacking),
    Check("answers_repaired", "Every answer is spelled as declared.", checks_answers.repaired),
    Check("answers_corrected", "No corrections are declared.", checks_answers.corrected),
    Check("items_never_answered", "Every item asked was answered by somebody.", checks_answers.never_answered),
    Check("routing_contradicted", "No answers contradict the routing.", checks_answers.routing_contradicted),
    Check("items_reversed", "Every item of a scale goes the way of the others.", checks_answers.reversed_items),
    Check("forms_alike", "No two forms of an authority give the same answers throughout.", checks_answers.alike),
    Check("straight_lining", "No form gives one answer throughout a block.", checks_answers.straight_lining),
    Check("versions_comparable", "No item changed between the versions used, as far as is noted.",
          checks_answers.comparability),
)
_FILES = "files_unexpected"


def run_checks(intakes: list[Intake], cohort: Cohort, data: Path) -> list[tuple[str, str, Finding]]:
    """Run every check over every source, and one over the data folder.

    Parameters
    ----------
    intakes : list of Intake
        What came in, by source.
    cohort : Cohort
        Whose files are declared.
    data : Path
        The data folder, to see which files lie there undeclared.

    Returns
    -------
    list of (check, source, Finding)
        In the order of the sources and of ``CHECKS``; a check that finds nothing gives one finding that
        says so.
    """
    found = []
    for intake in intakes:
        for check in CHECKS:
            findings = check.find(intake) or [Finding(PASS, check.passes)]
            found += [(check.name, intake.source, finding) for finding in findings]
    files = checks_forms.files_unexpected(unexpected(cohort, data))
    files = files or [Finding(PASS, "No undeclared files lie in the data folder.")]
    return found + [(_FILES, "", finding) for finding in files]
