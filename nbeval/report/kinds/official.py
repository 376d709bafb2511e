"""Official figures: of each authority at the last year before the survey closed, or of one over the years."""

from __future__ import annotations

from nbeval.dictionary.enums import Quantity
from nbeval.exhibit import Cell, Column
from nbeval.report.cells import PERCENT, Block, Field, Table, grid, level_cell
from nbeval.report.draft import Draft, named
from nbeval.report.kinds.of_source import OfSource, area_field
from nbeval.report.numerals import NumberFormat

#: the group of results by year
YEAR = "year"
_MEAN = NumberFormat(2)


class Official(OfSource):
    """Rows are measures; columns are authorities, or the years of the one that the report is on."""

    id = "official"
    unit_words, base_words = "unit_official", "base_official"
    shows_single_authorities = True

    def table(self, draft: Draft) -> Table:
        context, years = draft.context, self._years(draft)
        measures = [one for one in context.dictionary.official.measures
                    if one.measure in named(draft.spec, "measure") and one.measure in draft.results.by_indicator]
        if not measures or not years:
            return Table()
        columns = [(context.authority, year) for year in years] if context.authority else [
            (authority, years[-1]) for authority in context.cohort.authorities]
        return grid([area_field(draft, "official_measure"), *(self._field(authority, year, draft) for authority, year in columns)],
                    (Block("", tuple(measures)),))

    def _field(self, authority: str, year: str, draft: Draft) -> Field:
        """The column of one authority in one year."""
        own, label = draft.context.authority, draft.say("official_year", year=year)
        column = Column(f"{authority}_{year}", label if own else draft.context.authority_name(authority), numeric=True,
                        group="" if own else label)
        return Field(column, lambda one: self._cell(one.measure, authority, year, draft))

    def _years(self, draft: Draft) -> list[str]:
        """The years that had ended when the last wave was over; all where its days are not known."""
        last = draft.context.wave.fieldwork_end if draft.context.wave else None
        known = {row.level for row in draft.results.rows if row.group == YEAR}
        return sorted(year for year in known if last is None or int(year) < last.year + (last.month > 3))

    def _cell(self, measure: str, authority: str, year: str, draft: Draft) -> Cell:
        """One published figure, a mean or a percentage."""
        percent, mean = (draft.find(quantity, indicator=measure, authority=authority, group=YEAR, level=year)
                         for quantity in (Quantity.PERCENT, Quantity.MEAN))
        return level_cell(percent, draft.context, PERCENT) if mean is None else level_cell(mean, draft.context, _MEAN)
