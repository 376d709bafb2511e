"""The report a notebook holds: the one object through which disclosed results become a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from typing import Any

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import ReportForm, SourceKind
from nbeval.dictionary.models import Cohort, ExhibitRow, ReportKind
from nbeval.errors import DisclosureError, ParameterError
from nbeval.exhibit import Exhibit
from nbeval.deviations import ChangedDeclaration, PlanCheck
from nbeval.frames import DisclosedResults
from nbeval.left_out import LeftOutSource
from nbeval.report import account
from nbeval.report.aggregates import Frame, Protection
from nbeval.report.analyst import Caption, Levels, OwnExhibits
from nbeval.report.context import Context
from nbeval.report.displays import Closing, Paragraphs, Several, Shown, Text, paragraph
from nbeval.report.exhibits import build, draft_of, leading, numbered
from nbeval.report.findings import in_brief, key_findings, printed_findings, strengths_and_priorities, to_discuss
from nbeval.report.kinds.kind import Kind
from nbeval.report.results import Results
from nbeval.report.sentences import chosen_subject, fill
from nbeval.words import words_of


class Report:
    """A report of one kind on one cohort, or on one ``authority`` of it, made from ``disclosed`` results and nothing else.

    ``findings`` and ``accounting`` are what cleaning found and how its forms add up, for internal kinds of report. ``protection`` is
    disclosure control of an analyst's own tables, and ``levels`` gives estimates from the answers; a report may be opened without.
    ``plan`` is the registered analysis plan that the report is held to, with what departs from it; ``changed`` are the scales and
    indicators that are declared otherwise than in a signed release; ``left_out`` says whose entries in which source could not be used.
    """

    def __init__(self, disclosed: DisclosedResults, dictionary: Dictionary, cohort: Cohort, kind: ReportKind,
                 authority: str = "", *, findings: pd.DataFrame | None = None,
                 accounting: pd.DataFrame | None = None, protection: Protection | None = None, levels: Levels | None = None,
                 plan: PlanCheck | None = None, changed: Sequence[ChangedDeclaration] = (),
                 left_out: Sequence[LeftOutSource] = ()) -> None:
        refuse_undisclosed(disclosed)
        refuse_authority(cohort, kind, authority)
        self.disclosed = disclosed
        self.context = Context(
            dictionary, cohort, kind, authority,
            Results.of(disclosed.table, main_weighted=cohort.main_figures == "weighted"),
            words_of(dictionary.programme.language, plain=kind.form is ReportForm.PLAIN), disclosed.quotes, plan, tuple(changed),
            tuple(left_out),
        )
        self._findings, self._accounting = findings, accounting
        self._used: dict[tuple[str, str], None] = {}
        self._built: dict[str, Exhibit] = {}
        self._asked: dict[str, None] = {}
        self._absent: dict[str, None] = {}
        self._own = OwnExhibits(self.context, protection, levels)

    @property
    def title(self) -> Several:
        """The front matter: programme, cohort, kind, authority, and a banner over invented data."""
        return account.front_matter(self.context)

    @property
    def heading(self) -> str:
        """The title of the report as text."""
        return self.title.front["title"]

    @cached_property
    def drafts(self) -> dict[str, Kind]:
        """Every exhibit of this kind of report that has something to show, in the order of its sections."""
        places = {name: place for place, name in enumerate(self.context.kind.sections)}
        declared = sorted(
            (one for one in self.context.dictionary.exhibits if self.context.kind.id in one.reports),
            key=lambda one: (places.get(one.section, len(places)), one.order),
        )
        begun = (draft_of(one, self.context) for one in declared)
        return {draft.spec.exhibit: draft for draft in begun if draft.table.rows}

    @property
    def specs(self) -> tuple[ExhibitRow, ...]:
        """The exhibits of this report as declared, those with something to show."""
        return tuple(draft.spec for draft in self.drafts.values())

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each exhibit, counted apart for tables and figures, whatever is shown first."""
        return numbered(self.specs)

    def exhibit(self, exhibit: str) -> Shown | Text:
        """Show a table or figure by its id, or one sentence where the cohort has nothing to show in it."""
        spec = self._spec(exhibit)
        if spec.exhibit not in self.numbers:
            return Text((paragraph(self.context.say("nothing_in_exhibit", title=self.context.exhibit_title(spec))),))
        return self._shown(spec)

    def section(self, name: str) -> Several:
        """Show every exhibit of a section in declared order, under headings by domain; one sentence where there is none.

        The section ``programme`` opens with an account of the programme and the cohort, ``comparability`` with the design.
        """
        self._asked[name] = None
        chosen = tuple(sorted((spec for spec in self.specs if spec.section == name), key=lambda spec: spec.order))
        shown: list[Text | Shown] = list(account.opening(name, self.context)) if chosen or name == account.PROGRAMME else []
        if not chosen and not shown:
            declared = (spec.section for spec in self.context.dictionary.exhibits if self.context.kind.id in spec.reports)
            if self.context.kind.wave != "first" or name in declared:       # a first wave does not miss what belongs to the last
                self._absent[name] = None
            return Several((Text((Paragraphs("absent", ((self.context.say("nothing_in_section"),),)),)),))
        caution = account.cautions(chosen, self.specs, self.context)
        shown += [caution] if caution else []
        for heading, specs in account.by_heading(name, chosen, self.context):
            shown += [heading] if heading else []
            shown += [self._shown(spec) for spec in specs]
        return Several(tuple(shown))

    # --- an analyst's own ------------------------------------------------------------------------------

    def protect(self, frame: Frame, *, units: Mapping[str, str] | None = None, n: str = "", groups: Sequence[str] = ()) -> pd.DataFrame:
        """A tidy copy of a table without the numbers that may not be shown, to draw a chart from; arguments are those of ``table``.

        Returns
        -------
        DataFrame
            One row per group; withheld numbers are missing, and ``suppression`` has the symbol. The report knows the copy again.
        """
        return self._own.protect(frame, units or {}, n, groups)

    def table(
        self, frame: Frame, *, title: str, units: Mapping[str, str] | None = None, n: str = "", groups: Sequence[str] = (),
        **caption: Any,
    ) -> Shown:
        """Show an analyst's own table as a numbered exhibit, under disclosure control.

        Parameters
        ----------
        frame
            Aggregates: a tidy frame with one row per group (as ``nbeval.levels``, ``change`` and ``crosstab`` give it, or your own), or
            counts as ``groupby(...).size()`` and ``pandas.crosstab`` give them, without totals.
        title
            What the table shows.
        units
            What a column of numbers is: ``percent``, ``share`` (0 to 1, shown in percent), ``mean``, ``median``, ``sd``, ``difference`` or
            ``change``. Frames of nbeval say it themselves.
        n
            The column with the number of people that a row rests on; ``n`` or ``count`` unless it is said.
        groups
            Columns of whole numbers that name a row, such as an age.
        **caption
            ``id`` (else made from the title), ``unit``, ``base``, ``source``, ``notes`` (texts), ``labels`` and ``decimals`` (by column).

        Raises
        ------
        DisclosureError
            A number comes without the number of people that it rests on, or the rows look like persons.
        ParameterError
            A column has no unit, or the table has totals.

        Notes
        -----
        Counts under the threshold and what would give them back are withheld; the sums over the groups are taken to be known. The numbers
        are rows of ``results.csv`` with the source ``analyst``. One table is protected by itself: what it tells beside other tables is
        for whoever signs the release to judge. A declared indicator by declared groups is better shown by ``breakdown``.

        Examples
        --------
        >>> report.table(answers.groupby(["authority", "ethnicity"]).size(), title="Who answered")      # doctest: +SKIP
        """
        return self._own.table(frame, units or {}, n, groups, _caption(title, caption))

    def chart(
        self, axes: Any, *, data: Frame, title: str, alt: str, units: Mapping[str, str] | None = None, n: str = "",
        groups: Sequence[str] = (), **caption: Any,
    ) -> Shown:
        """Show a chart of seaborn or matplotlib as a numbered figure, with the table of what it draws.

        Parameters
        ----------
        axes
            What the function that drew it returned, in the same cell: Axes, a Figure, or a grid of seaborn.
        data
            The aggregates that it draws; where some may not be shown, from ``protect``, which leaves them out.
        title
            What the chart shows.
        alt
            The words for those who cannot see it; required.
        units, n, groups, **caption
            As in ``table``.

        Raises
        ------
        ParameterError
            It has no words.
        DisclosureError
            It draws numbers that have to be withheld, or points that are more than the rows of its data.

        Examples
        --------
        >>> data = report.protect(nbeval.levels(scored, "lonely", by="authority", unit="percent"))      # doctest: +SKIP
        >>> report.chart(seaborn.barplot(data, x="estimate", y="authority"), data=data,                 # doctest: +SKIP
        ...              title="Lonely, by authority", alt="The share who are lonely is highest in Larkenmere.")
        """
        return self._own.chart(axes, data, units or {}, n, groups, alt, _caption(title, caption))

    def breakdown(self, indicator: str, *, by: str | Sequence[str], title: str, **caption: Any) -> Shown:
        """Show the levels of a declared indicator by declared groups.

        Parameters
        ----------
        indicator
            Its id.
        by
            ``authority`` or a declared group, or several of these and ``wave``.
        title, **caption
            As in ``table``.

        Notes
        -----
        Where the release has these results they are shown as they are. Else they are estimated from the answers, at the last wave of the
        report unless ``by`` names ``wave``, and protected as a table is.

        Raises
        ------
        ParameterError
            There is no such indicator or group, or the report has neither the results nor the answers.

        Examples
        --------
        >>> report.breakdown("lonely", by="gender", title="Lonely, by gender")                          # doctest: +SKIP
        """
        return self._own.breakdown(indicator, (by,) if isinstance(by, str) else tuple(by), _caption(title, caption))

    def model(self, fit: Any, *, title: str, **caption: Any) -> Shown:
        """Show a model that was fitted with statsmodels: its terms, with intervals, p and the number of people.

        Parameters
        ----------
        fit
            What ``fit()`` returned. A logistic model is shown as odds ratios, any other by its coefficients.
        title, **caption
            As in ``table``; ``labels`` are by term.

        Raises
        ------
        DisclosureError
            Too few people are behind it, behind an outcome, or behind a level of a factor.

        Examples
        --------
        >>> fit = smf.logit("lonely ~ C(gender) + age", scored).fit(disp=0)                             # doctest: +SKIP
        >>> report.model(fit, title="What goes with loneliness")                                        # doctest: +SKIP
        """
        return self._own.model(fit, _caption(title, caption))

    # --- sentences -------------------------------------------------------------------------------------

    def text(self, template: str, of: str = "", **select: str) -> Text:
        """Fill a sentence from the results of an exhibit, or of what keywords select.

        Parameters
        ----------
        template
            A whole sentence with fields in braces, such as ``{estimate}`` or ``{verdict}``.
        of
            An exhibit: its first headline indicator is meant.
        select
            ``indicator``, ``wave``, ``authority``, ``group``, ``level``, ``quantity``, ``reference``
            and ``source``, which say what is meant, or change what the exhibit means.

        Returns
        -------
        Text
            Where the result is withheld or not there, a sentence that says so.
        """
        sentence = fill(template, chosen_subject(self.context, draft_of(self._spec(of), self.context) if of else None, select))
        self._note_use(of, sentence.results)
        return Text((paragraph(sentence.words),), sentence.results)

    def key_findings(self) -> Text:
        """The headline indicators in words, by the rule declared in ``findings``; of printed figures, what they settle."""
        if self.context.cohort.made_from is SourceKind.PUBLISHED:
            return self._noted("key_findings", printed_findings(self.context, self.context.cohort.sources[0].id))
        return self._noted("key_findings", key_findings(self.context))

    def in_brief(self, *sections: str) -> Text:
        """The sentences that the exhibits of some sections compose from their own numbers, each with its exhibit."""
        specs = [spec for name in sections for spec in self.specs if spec.section == name and not spec.sentence]
        return in_brief([self._build(spec) for spec in specs], self.context)

    def strengths_and_priorities(self) -> Text:
        """What the rule ``standing`` of the programme makes a strength and what a priority of the place of the report."""
        return self._noted("strengths_and_priorities", strengths_and_priorities(self.context))

    def to_discuss(self) -> Text:
        """What stands out by rule and should be talked about with those who gave the results."""
        return self._noted("to_discuss", to_discuss(self.context))

    def methods(self) -> Text:
        """The methods, intervals, families and thresholds that stand behind this report."""
        return account.methods(self.context, self.drafts.values())

    def limits(self) -> Text:
        """What a reader must bear in mind: notes on the cohort, what was not collected, what is unconfirmed."""
        return account.limits(self.context, self.specs, self._absent, disagreeing=account.PROGRAMME not in self._asked)

    def glossary(self) -> Text:
        """The words of the programme and what they mean."""
        return account.glossary(self.context)

    def exhibit_list(self) -> Text:
        """The tables and figures shown before it, or where nothing was asked for yet all that the report has: with links, and the section, the
        source and the results of each. What a notebook never shows is in no list."""
        begun = self._built or self._asked
        shown = [draft for name, draft in self.drafts.items() if name in self._built or not begun]
        return account.exhibit_list(self.context, shown, self.numbers, self._own.exhibits)

    def findings(self) -> Shown | Text:
        """What the checks found, in an internal report only."""
        return account.findings_table(self._findings, self.context)

    def accounting(self) -> Shown | Text:
        """How the forms that were read add up, in an internal report only."""
        return account.accounting_table(self._accounting, self.context)

    def close(self) -> Closing:
        """End the report: hand over every result that it showed, for ``results.csv``."""
        return Closing(self.used())

    def used(self) -> pd.DataFrame:
        """The results shown so far, in key order: one row per exhibit and result shown in it.

        ``exhibit`` and the columns of ``frames.RESULTS``. The sentences of the notebook have the exhibit they were asked ``of``, or none.
        """
        shown = {(exhibit, key): self.context.results.by_key[key] for exhibit, key in self._used} | self._own.rows
        rows = [(exhibit, *shown[exhibit, key]) for exhibit, key in sorted(shown)]
        return pd.DataFrame(rows, columns=["exhibit", *self.disclosed.table.columns])

    def _spec(self, exhibit: str) -> ExhibitRow:
        """The declared exhibit with this id, if it belongs to this kind of report."""
        spec = self.context.dictionary.exhibit(exhibit)
        if self.context.kind.id not in spec.reports:
            raise ParameterError(
                f"the exhibit {exhibit!r} does not belong to a report of the kind {self.context.kind.id!r}.",
                found=", ".join(spec.reports), where="exhibits.csv, column reports",
                do="add the kind of report to the exhibit, or call an exhibit of this kind.",
            )
        return spec

    def _shown(self, spec: ExhibitRow) -> Shown:
        """An exhibit as the notebook shows it."""
        self._own.passed(self.numbers[spec.exhibit], figure=bool(spec.chart))
        return Shown(self._build(spec), self.context.words)

    def _build(self, spec: ExhibitRow) -> Exhibit:
        """Make an exhibit once, and note the results in it."""
        if spec.exhibit not in self._built:
            draft = self.drafts[spec.exhibit]
            sentence = leading(draft)
            self._built[spec.exhibit] = build(draft, self.numbers[spec.exhibit], sentence=sentence.words,
                                              notes=self._of_families(draft))
            self._note_use(spec.exhibit, sentence.results)
        made = self._built[spec.exhibit]
        self._note_use(spec.exhibit, tuple(cell.result for row in made.rows for cell in row.cells if cell.result))
        return made

    def _of_families(self, draft: Kind) -> tuple[str, ...]:
        """The note on families, under the first exhibit of the report whose table says what adjusted tests say."""
        tested = (one for one in self.drafts.values() if any(row.family for row in one.judged))
        return (account.families_note(self.context, draft.judged),) if draft is next(tested, None) else ()

    def _noted(self, exhibit: str, text: Text) -> Text:
        """A text whose results are noted as shown."""
        self._note_use(exhibit, text.results)
        return text

    def _note_use(self, exhibit: str, keys: tuple[str, ...]) -> None:
        """Remember that results were shown."""
        self._used.update(dict.fromkeys((exhibit, key) for key in keys))


def _caption(title: str, given: Mapping[str, Any]) -> Caption:
    """What stands around an analyst's exhibit, from the keywords of a call."""
    known = tuple(one.name for one in fields(Caption) if one.name != "title")
    strange = sorted(set(given) - set(known))
    if strange:
        raise ParameterError("an exhibit has no such lines.", found=", ".join(strange), allowed=", ".join(known),
                             do="use only the keywords above.")
    notes = given.get("notes", ())
    return Caption(title, **{**given, "notes": (notes,) if isinstance(notes, str) else tuple(notes)})


def refuse_undisclosed(disclosed: object) -> None:
    """Nothing but disclosed results may become a report."""
    if not isinstance(disclosed, DisclosedResults):
        raise DisclosureError(
            "a report is made from disclosed results and from nothing else.",
            found=type(disclosed).__name__, allowed=DisclosedResults.__name__,
            do="pass the results through nbeval.disclosure.protect.protect_release first.",
        )


def refuse_authority(cohort: Cohort, kind: ReportKind, authority: str) -> None:
    """An authority must be of the cohort, and given exactly where the kind of report is on one."""
    if authority and authority not in cohort.authorities:
        raise ParameterError(
            "the authority is not one of the cohort.", found=authority, allowed=", ".join(cohort.authorities),
            where=f"cohort {cohort.id}", do="name an authority of the cohort.",
        )
    if kind.per_authority != bool(authority):
        raise ParameterError(
            f"a report of the kind {kind.id!r} is {'on one authority' if kind.per_authority else 'on the whole cohort'}.",
            found=authority or "no authority", allowed=", ".join(cohort.authorities) if kind.per_authority else "",
            do="name an authority." if kind.per_authority else "leave the authority empty.",
        )
