"""The records of published/figures.csv: figures that stand in print."""

from __future__ import annotations

from nbeval.dictionary.kinds import Match, Quantity, Rounding, Status, Symbol
from nbeval.dictionary.printed_number import PrintedNumber, printed_value
from nbeval.dictionary.record import Record


class PrintedFigure(Record):
    """One figure as printed: what it is of, how precise it is, and where it stands."""

    figure: str
    cohort: str = ""                    # of which survey, where it is one of ours; empty for other people
    wave: str = ""
    authority: str = ""
    group: str = ""
    level: str = ""
    indicator: str = ""                 # the indicator whose question and coding it has; empty where none has
    quantity: Quantity = Quantity.PERCENT
    about: str                          # what was asked
    coding: str                         # which answers are counted, in the words of the page
    match: Match                        # how well question and coding fit the indicator
    population: str
    ages: str = ""
    year: str
    geography: str = ""
    authorities: int | None = None      # how many took part
    n: int | None = None
    n_rounded_to: int = 1
    value: float | None = None          # empty where a symbol was printed
    symbol: Symbol | None = None
    decimals: int = 0                   # as printed
    unit: str = "percent"
    conf_low: float | None = None
    conf_high: float | None = None
    rounding: Rounding = Rounding.UNKNOWN
    beside: tuple[str, ...] = ()        # figures of other people that it stands beside: those of the right year
    page: str = ""                      # in a source that has pages
    status: Status
    note: str = ""
    source: str

    @property
    def printed(self) -> PrintedNumber | None:
        """The figure as it is printed; None where a symbol stands in its place."""
        return None if self.value is None else printed_value(self.value, self.decimals)


#: what a benchmark takes from the figure it names, where its own cell is empty
OF_BENCHMARK = (
    "population", "ages", "year", "value", "unit", "n", "conf_low", "conf_high", "decimals", "geography", "match",
    "status", "source",
)
