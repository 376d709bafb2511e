"""Every sentence and word of the package that a reader sees, by key and language.

Each entry is a whole sentence or a whole label with named fields, so that a translation can put
them in its own order. A further language is a further entry of ``CATALOGUE`` with the same keys.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping

from nbeval.errors import ParameterError
from nbeval.report.catalogue_en import ENGLISH
from nbeval.report.catalogue_evidence_en import EVIDENCE
from nbeval.report.catalogue_methods_en import METHODS
from nbeval.report.catalogue_plain_en import PLAIN
from nbeval.report.catalogue_print_en import PRINT
from nbeval.report.catalogue_report_en import REPORT
from nbeval.report.catalogue_sources_en import SOURCES
from nbeval.report.catalogue_voices_en import VOICES

CATALOGUE: dict[str, Mapping[str, str]] = {"en-GB": {**ENGLISH, **REPORT, **METHODS, **EVIDENCE, **PRINT, **SOURCES, **VOICES}}

#: sentences in plain words, for the keys that have some; all other keys are those of ``CATALOGUE``
PLAINLY: dict[str, Mapping[str, str]] = {"en-GB": PLAIN}


def sentences(language: str, *, plain: bool = False) -> Mapping[str, str]:
    """Return the sentences of a language.

    Parameters
    ----------
    language
        A language tag, as ``programme.toml`` gives it.
    plain
        Whether they are for readers who want plain words.

    Returns
    -------
    Mapping
        Sentence by key.

    Raises
    ------
    ParameterError
        Where the package has no sentences in that language.
    """
    if language not in CATALOGUE:
        raise ParameterError(
            f"there are no sentences in the language {language!r}.",
            found=language, allowed=", ".join(sorted(CATALOGUE)), where="programme.toml, language",
            do="choose one of the languages above, or add its sentences to nbeval/report/catalogue.py.",
        )
    known = CATALOGUE[language]
    return ChainMap(dict(PLAINLY.get(language, {})), dict(known)) if plain else known
