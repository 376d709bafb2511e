"""Public functions that span several rooms: reading a dictionary, its codebook, rendering and verifying reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from nbeval.dictionary import Dictionary, LoadedInstrument
from nbeval.study import no_progress
from nbeval.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from nbeval.publish.job import Summary
    from nbeval.release.verify import Verification


def read_dictionary(folder: Path | str | None = None) -> Dictionary:
    """Read and check a programme's dictionary.

    Parameters
    ----------
    folder : the folder with ``programme.toml``; by default NBEVAL_DICTIONARY, the project's, or the one that comes with nbeval

    Returns
    -------
    Dictionary
        With ``instrument(id)``, ``scale(id)``, ``indicator(id)``, ``benchmark(id)``, ``cohort(id)``, ``authority(id)`` and ``ranges``.

    Raises
    ------
    DictionaryError
        It contradicts itself, lacks a source or cannot be read; all faults are listed with file and line.

    Examples
    --------
    >>> import nbeval
    >>> book = nbeval.read_dictionary()
    >>> book.instrument("ylbc").versions, book.scale("personal_wellbeing").rule.value
    (('v2020', 'v2022', 'v2022_spss'), 'mean')
    """
    from nbeval import dictionary

    return dictionary.load(Path(folder) if folder else None)


def codebook(of: Dictionary | LoadedInstrument | pd.DataFrame) -> pd.DataFrame:
    """What every item may be answered with.

    Parameters
    ----------
    of : a dictionary, an instrument of one, or a frame that ``label`` or ``clean`` labelled

    Returns
    -------
    pandas.DataFrame
        One row per item and code, in their order: ``item``, ``label``, ``code``, ``answer``, and, of a dictionary or an instrument,
        wording, kind, domain, export versions, why a code counts as missing, and sources. An item without declared answers has one row.

    Examples
    --------
    >>> import nbeval, pandas as pd
    >>> survey = nbeval.label(pd.DataFrame({"safe": ["No", "Yes"]}), {"safe": ["No", "Yes"]}, names={"safe": "Feels safe"})
    >>> nbeval.codebook(survey)
       item       label  code answer
    0  safe  Feels safe     1     No
    1  safe  Feels safe     2    Yes
    """
    import pandas as pd

    from nbeval.dictionary.codebook import COLUMNS, codebook_rows

    if isinstance(of, pd.DataFrame):
        labels, codes = of.attrs.get("labels", {}), of.attrs.get("codes", {})
        rows = [(name, labels.get(name, ""), code, answer) for name in of for code, answer in codes.get(name, {None: ""}).items()]
        return pd.DataFrame(rows, columns=["item", "label", "code", "answer"])
    rows = codebook_rows(SimpleNamespace(instruments=(of,)) if isinstance(of, LoadedInstrument) else of)
    return pd.DataFrame(rows, columns=list(COLUMNS)).fillna("")


def render(
    cohort: str, kinds: Sequence[str] | str = (), *, authority: str = "", formats: Sequence[str] = ("html",), out: Path | str = "reports",
    fresh: bool = False, workers: int | None = None, dictionary: Path | str | None = None, data: Path | str | None = None,
    on_progress: Callable[[str], None] = no_progress,
) -> Summary:
    """Make the reports of a cohort; what is whole and unchanged is not made again.

    Parameters
    ----------
    cohort : id of a cohort of the dictionary
    kinds : ids of kinds of report; all that fit the cohort where none is named
    authority : one authority, for kinds that are made for each; every one where none is named
    formats : ``html``, ``pdf``, ``docx``, ``xlsx``, ...
    out : the reports' folder
    fresh : make also what has not changed
    workers : how many at a time; as many as there are processors by default
    dictionary, data : folders, as for ``open_study``
    on_progress : called with each step as it begins

    Returns
    -------
    Summary
        What became of every report; ``print`` it for the counts and the faults, ``.failed`` has those that failed.

    Raises
    ------
    NbevalError
        Something that can be put right; no report was touched.

    Examples
    --------
    >>> import nbeval
    >>> nbeval.render("specimen", "measurement", formats=["html"], out="reports")     # doctest: +SKIP
    """
    from nbeval.rendering import render_cohort

    kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    return render_cohort(
        cohort, kinds, _workspace(dictionary, data), Path(out), authority=authority, formats=tuple(formats), fresh=fresh, workers=workers,
        on_progress=on_progress)


def verify(
    cohort: str, kinds: Sequence[str] | str = (), *, authority: str = "", out: Path | str = "reports",
    dictionary: Path | str | None = None, data: Path | str | None = None, on_progress: Callable[[str], None] = no_progress,
) -> Verification:
    """Make published reports again, in a folder apart, and compare them number by number and sentence by sentence.

    Parameters
    ----------
    cohort, kinds, authority, dictionary, data, on_progress : as for ``render``
    out : the folder with the published reports; it is not touched

    Returns
    -------
    Verification
        True where all are the same; ``print`` it for every difference by its key, ``.reports`` has the comparison of each by folder.

    Raises
    ------
    ParameterError
        None of the reports has been published in ``out``.

    Examples
    --------
    >>> import nbeval
    >>> bool(nbeval.verify("specimen", "measurement", out="reports"))                 # doctest: +SKIP
    True
    """
    from nbeval.release.verify import verify_cohort

    kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    return verify_cohort(cohort, kinds, _workspace(dictionary, data), Path(out), authority=authority, on_progress=on_progress)


def _workspace(dictionary: Path | str | None, data: Path | str | None) -> Workspace:
    """The places to work with."""
    return Workspace(Path(dictionary) if dictionary else None, Path(data) if data else None)
