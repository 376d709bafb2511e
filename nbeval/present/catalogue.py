"""Every sentence and word of the package that a reader sees, by key and language.

Each entry is a whole sentence or a whole label with named fields, so that a translation can put
them in its own order. A further language is a further entry of ``CATALOGUE`` with the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping

from nbeval.errors import ParameterError
from nbeval.present.catalogue_en import ENGLISH

CATALOGUE: dict[str, Mapping[str, str]] = {"en-GB": ENGLISH}


def sentences(language: str) -> Mapping[str, str]:
    """Return the sentences of a language.

    Parameters
    ----------
    language
        A language tag, as ``programme.toml`` gives it.

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
            do="choose one of the languages above, or add its sentences to nbeval/present/catalogue.py.",
        )
    return CATALOGUE[language]
