"""Linked people: in a matched design, the forms of one person at two waves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from nbeval.estimate.plan import Plan


@dataclass(frozen=True, eq=False)
class Linked:
    """The people of the first wave, and those of them who answered again at a later one.

    ``people`` has one row per person of the first wave who can be linked: the respondent's columns, ``now`` (the
    respondent at the later wave; missing for those who were lost) and ``kept``. ``then`` and ``later`` hold the
    values of those who were kept: one row per pair, one column per indicator, in the same order.
    """

    wave: str
    people: pd.DataFrame
    then: pd.DataFrame
    later: pd.DataFrame

    @property
    def pairs(self) -> pd.DataFrame:
        """The people who answered at both waves."""
        return self.people[self.people["kept"]]


def link(plan: Plan, wave: str) -> Linked:
    """Link the first wave to a later one by person.

    Parameters
    ----------
    plan : Plan
        Of a matched design: its respondents have ``person``.
    wave : str
        The later wave.

    Returns
    -------
    Linked
        Without forms that name no person, and without persons who occur twice at one wave: nobody can say
        which of their forms belong together.
    """
    first, later = (_once(plan.respondents[plan.respondents["wave"].eq(name)]) for name in (plan.waves[0], wave))
    now = later[["person", "respondent"]].rename(columns={"respondent": "now"})
    people = first.merge(now, on="person", how="left", validate="one_to_one")
    people = people.assign(kept=people["now"].notna()).sort_values("person", ignore_index=True)
    values = plan.values.pivot(index="respondent", columns="indicator", values="value")
    kept = people[people["kept"]]
    return Linked(wave, people, values.reindex(kept["respondent"]), values.reindex(kept["now"].astype(int)))


def places(people: pd.DataFrame, plan: Plan) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    """Where people are counted: the cohort, its authorities and the levels of its groups, as at the first wave.

    Parameters
    ----------
    people : one row per person
    plan : Plan

    Yields
    ------
    tuple of dict and numpy.ndarray
        The columns that name the place, and who is in it.
    """
    yield {"authority": "", "group": "", "level": ""}, np.ones(len(people), dtype=bool)
    for authority in plan.cohort.authorities:
        yield {"authority": authority, "group": "", "level": ""}, people["authority"].eq(authority).to_numpy()
    for group in plan.cohort.groups:
        if group in people:
            for level in people[group].cat.categories:
                yield {"authority": "", "group": group, "level": level}, people[group].eq(level).to_numpy()


def _once(people: pd.DataFrame) -> pd.DataFrame:
    """The forms of persons who occur once."""
    named = people[people["person"].ne("")]
    return named[~named.duplicated("person", keep=False)]
