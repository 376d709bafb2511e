"""What each stage of a study shows of itself: counts that may be shown, and never an answer.

The counts stand in executed notebooks that are published. A count of people is shown only where it reaches the threshold of the
policy and where nothing of its kind is withheld over the whole release; a count of estimates or of checks tells of nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from nbeval.dictionary.enums import Protection, Quantity
from nbeval.exhibit import STAGE_MIME

if TYPE_CHECKING:
    import pandas as pd

    from nbeval.dictionary import Dictionary
    from nbeval.dictionary.models import Disclosure
    from nbeval.frames import CleanedCohort, PublishedFigures, DisclosedResults, Measured

#: columns of an accounting that say which file it is of
_OF_FILE = ("file", "wave", "authority")
#: forms of people who withdrew: never shown, and with them not how many were read, of which the others are parts
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class StageCounts:
    """A sentence about a stage and a small table: one row of text per wave, scale, kind of estimate or source."""

    title: str
    sentence: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The counts as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StageCounts:
        """The counts from their JSON; the inverse of :meth:`to_json`."""
        return cls(data["title"], data["sentence"], tuple(data["columns"]), tuple(tuple(row) for row in data["rows"]))

    def text(self) -> str:
        """The counts as lines of text, columns aligned."""
        table = [self.columns, *self.rows] if self.rows else []
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in table]
        return "\n".join([f"{self.title}: {self.sentence}", *(f"  {line}" for line in lines)])

    def html(self) -> str:
        """The counts as a paragraph and a table."""
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if self.rows else ""
        return f"<p><strong>{escape(self.title)}:</strong> {escape(self.sentence)}</p>{table}"

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/html": self.html(), "text/plain": self.text(), STAGE_MIME: self.to_json()}


def cleaned_counts(
    cleaned: CleanedCohort | PublishedFigures, policy: Disclosure, disclosed: DisclosedResults | None = None,
) -> StageCounts:
    """Forms read, kept and excluded by reason, by wave; how many checks passed.

    Where ``disclosed`` says that the release withholds a number, it is withheld here too.
    """
    outcomes = cleaned.findings["outcome"].value_counts()
    checks = ", ".join(f"{outcomes[name]:,} {words}" for name, words in (
        ("pass", "passed"), ("note", "with a note"), ("warning", "with a warning"), ("failure", "failed")) if outcomes.get(name))
    files, printed = len(cleaned.accounting), not hasattr(cleaned, "answers")
    what = "figures in print" if printed else "forms"
    sentence = f"{what} of {files:,} files; checks: {checks or 'none'}." if files else f"no {what}; checks: {checks or 'none'}."
    columns = [name for name in cleaned.accounting.columns if name not in (*_OF_FILE, WITHDRAWN)]
    rows = [
        (str(wave), *_account(part[[*columns, *({WITHDRAWN} & set(part))]].sum(), policy, printed=printed, withheld=str(wave) in _waves_withheld(disclosed, policy)))
        for wave, part in cleaned.accounting.groupby("wave", sort=False)
    ] if files else []
    return StageCounts("Cleaned", sentence, ("wave", *columns) if rows else (), tuple(rows))


def scored_counts(
    measured: Measured | None, dictionary: Dictionary, disclosed: DisclosedResults | None = None,
) -> StageCounts:
    """How many respondents could be scored on each scale, by wave; how many indicators were derived.

    A scale is shown where an indicator of it is part of the release.
    """
    if measured is None:
        return StageCounts("Scored", "there are no answers to score.")
    values, policy = measured.values, dictionary.disclosure
    derived = set(values["indicator"].cat.categories)
    of_scale = {one.scale: one.indicator for one in reversed(dictionary.indicators) if one.scale and one.indicator in derived}
    rows = []
    for scale in dictionary.scales:
        if scale.id in of_scale:
            scored = values[values["indicator"].eq(of_scale[scale.id])]
            for wave, part in scored.groupby("wave", observed=True, sort=False):
                count = _released(int(part["value"].notna().sum()), scale.id, str(wave), dictionary, disclosed)
                rows += [(scale.id, str(wave), _shown(count, policy))] if count is not None else []
    sentence = f"{len(of_scale):,} scales scored and {len(derived):,} indicators derived for every respondent."
    return StageCounts("Scored", sentence, ("scale", "wave", "scored") if rows else (), tuple(rows))


def estimated_counts(results: pd.DataFrame) -> StageCounts:
    """How many estimates were worked out, by what they are of."""
    counts = results["quantity"].value_counts()
    rows = tuple((one.value.replace("_", " "), f"{counts[one.value]:,}") for one in Quantity if counts.get(one.value))
    return StageCounts("Estimated", f"{len(results):,} estimates.", ("estimates of", "count") if rows else (), rows)


def protected_counts(disclosed: DisclosedResults) -> StageCounts:
    """How many results are shown and how many withheld, by source; what the attack on the withheld ones found."""
    from nbeval.disclosure.widening import BEYOND

    table, audit, symbols = disclosed.table, disclosed.audit, disclosed.policy.symbols
    rows = tuple(
        (str(source), *(f"{count:,}" for count in (len(part), part["suppression"].eq(symbols["withheld"]).sum(),
                                                  part["suppression"].eq(symbols["not_available"]).sum())))
        for source, part in table.groupby("source", sort=True)
    )
    derivable = int((~audit["ok"].astype(bool)).sum()) if len(audit) else 0
    sentence = f"{table['suppression'].eq(symbols['withheld']).sum():,} of {len(table):,} results are withheld. "
    sentence += f"The attack on {len(audit):,} withheld numbers worked out {derivable or 'none'} of them." if len(audit) \
        else "There was nothing to attack."
    more = audit["solved"][audit["solved"].isin(BEYOND)].value_counts() if "solved" in audit else {}
    sentence += "".join(f" Less was not safe in places: {count:,} numbers were withheld with {choice}." for choice, count in more.items())
    return StageCounts("Protected", sentence, ("source", "results", "withheld", "not available") if rows else (), rows)


def _account(counts: pd.Series, policy: Disclosure, *, printed: bool, withheld: bool) -> list[str]:
    """The counts of one wave; where a reason is too rare to be shown, what it could be worked out from is not shown either."""
    if printed:
        return [f"{count:,}" for count in counts]
    symbol = policy.symbols["withheld"]
    cells = {name: _shown(int(count), policy) for name, count in counts.items() if name != WITHDRAWN}
    if counts.get(WITHDRAWN):
        cells["read"] = symbol
    if withheld:
        cells["kept"] = symbol
    if symbol in cells.values():
        cells["read"] = symbol
    return list(cells.values())


def _shown(count: int | float, policy: Disclosure) -> str:
    """A count of people, or the symbol of what is withheld; where counts are rounded, none beside those of the release."""
    if policy.method is Protection.ROUNDING:
        return policy.symbols["withheld"]
    small = count != count or 0 < count < policy.threshold
    return policy.symbols["withheld"] if small else f"{int(count):,}"


def _waves_withheld(disclosed: DisclosedResults | None, policy: Disclosure) -> set[str]:
    """The waves at which the release withholds how many took part in the whole cohort."""
    if disclosed is None:
        return set()
    table = disclosed.table
    people = table["indicator"].eq("") & table["authority"].eq("") & table["group"].eq("")
    return set(table.loc[people & table["suppression"].eq(policy.symbols["withheld"]), "wave"].astype(str))


def _released(count: int, scale: str, wave: str, dictionary: Dictionary, disclosed: DisclosedResults | None) -> float | None:
    """How many were scored, as the release shows it: NaN where it is withheld, None where it is not part of the release."""
    if disclosed is None:
        return count
    names = [one.indicator for one in dictionary.indicators if one.scale == scale]
    table = disclosed.table
    rows = table[
        table["indicator"].isin(names) & table["wave"].eq(wave) & table["authority"].eq("") & table["group"].eq("")
        & table["contrast"].eq("") & table["quantity"].isin([Quantity.PERCENT, Quantity.MEAN]) & ~table["weighted"]
    ]
    return None if rows.empty else float(rows["n_valid"].min(skipna=False))
