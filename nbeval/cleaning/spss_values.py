"""What an SPSS file declares of its values, beside the dictionary: labels that are at another code, and values that are missing."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from nbeval.cleaning.coding import plain_number
from nbeval.cleaning.files import ExportFile
from nbeval.cleaning.noticed import NOTICED, CellKind, Noticed, noticed_in
from nbeval.dictionary import LoadedInstrument
from nbeval.dictionary.codes import normalise
from nbeval.dictionary.enums import Role
from nbeval.dictionary.models import Column, Response
from nbeval.errors import UnknownCodeError

#: the name under which a table carries what its SPSS file declares, by variable
DECLARED = "spss_values"


@dataclass(frozen=True)
class ValuesDeclared:
    """Of one variable: the value of each label, and the values that are missing (from, to)."""

    labels: dict[str, float] = field(default_factory=dict)
    missing: tuple[tuple[float, float], ...] = ()


def as_declared(file: ExportFile, table: pd.DataFrame, instrument: LoadedInstrument) -> pd.DataFrame:
    """The table without the values that its file declares as missing, where the dictionary knows them only as answers; each is counted.

    Raises UnknownCodeError where numbers have no labels and those that have one are at other codes than in the dictionary.
    """
    declared = table.attrs.get(DECLARED, {})
    columns = [column for column in instrument.columns_of(file.version) if column.role is Role.ITEM and column.header in declared]
    counts = {}
    for column in columns:
        codebook, values = instrument.codebook(column.item, file.version), declared[column.header]
        numbers = table[column.header].map(plain_number).astype(float)
        _refuse_shifted(file, column, codebook, values, int(numbers.notna().sum()))
        known = {float(one.code) for one in codebook if one.missing}
        gone = pd.concat([numbers.between(*ends) for ends in values.missing], axis=1).any(axis=1) if values.missing else numbers.isna() & False
        gone &= ~numbers.isin(list(known)) & numbers.isin([number for number in numbers.unique() if _is_answer(number, column, codebook, instrument)])
        if gone.any():
            counts[column.item] = int(gone.sum())
            table = table.assign(**{column.header: table[column.header].mask(gone, "")})
    if counts:
        where = "declared missing of " + ", ".join(f"{item}: {count}" for item, count in counts.items())
        said = Noticed(CellKind.DECLARED_MISSING, sum(counts.values()), file.name, where)
        table.attrs[NOTICED] = (*noticed_in(table), said)
    return table


def _is_answer(number: float, column: Column, codebook: tuple[Response, ...], instrument: LoadedInstrument) -> bool:
    """Whether the dictionary takes a number for an answer; one that it does not know stays, and is refused later."""
    item = instrument.item(column.item)
    low, high = (float("-inf") if item.lowest is None else item.lowest), (float("inf") if item.highest is None else item.highest)
    coded = any(one.code == number and not one.missing for one in codebook)
    return coded or (item.lowest is not None or item.highest is not None) and low <= number <= high


def _refuse_shifted(file: ExportFile, column: Column, codebook: tuple[Response, ...], values: ValuesDeclared, numbers: int) -> None:
    """Stop where labels are at other codes than in the dictionary, and other answers of the variable are bare numbers."""
    labels = {normalise(label): value for label, value in values.labels.items()}
    codes = {one.code: labels[key] for one in codebook for text in one.spellings if (key := normalise(text)) in labels}
    shifted = {code: value for code, value in codes.items() if code != value}
    if shifted and numbers:
        said = "; ".join(f"the label of code {code} is at {value:g}" for code, value in sorted(shifted.items())[:4])
        raise UnknownCodeError(
            f"item '{column.item}': '{file.name}' stores its answers under other codes than the dictionary has.",
            found=f"{said}; {numbers} answers are numbers without a label", allowed="labels at the codes of response_sets.csv",
            where=f"{file.name}, variable '{column.header}'",
            do="let the survey tool export labels for all values, or recode the variable before the export.",
        )
