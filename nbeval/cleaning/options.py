"""Several options in one cell: parted by the longest declared labels first."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nbeval.dictionary.codes import normalise


def part_options(names: Mapping[str, tuple[str, ...]], separator: str) -> Callable[[str], frozenset[str] | None]:
    """Make the reader of a cell that holds the chosen options of a question.

    Parameters
    ----------
    names : mapping of item to its labels
        In every form in which an export may write the option.
    separator : str
        What stands between two options. A label may hold the separator itself.

    Returns
    -------
    callable
        From the text of a cell to the items that are chosen; None where a part of the text is no
        declared option.
    """
    mark = separator.strip() or separator
    known = sorted(
        ((normalise(name), item) for item, labels in names.items() for name in labels if normalise(name)),
        key=lambda pair: (-len(pair[0]), pair),
    )

    def read(text: str) -> frozenset[str] | None:
        rest = normalise(text).strip(" " + mark)
        chosen = set()
        while rest:
            for name, item in known:
                after = rest[len(name):].lstrip()
                if rest.startswith(name) and (not after or after.startswith(mark)):
                    chosen.add(item)
                    rest = after.lstrip(" " + mark)
                    break
            else:
                return None
        return frozenset(chosen)

    return read
