"""The same reports by a Dask cluster of several processes."""

from __future__ import annotations

import distributed
import pytest

from nbeval.errors import ParameterError
from nbeval.publish import render
from tests.publish.conftest import ORIGIN


def test_a_cluster_makes_the_same_reports_to_the_byte_and_says_what_failed(mixed, job, tmp_path, quiet):
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        summary = render([job("ok"), job("plain"), job("killed")], tmp_path, origin=ORIGIN, console=quiet(),
                         dask=cluster.scheduler_address, workers=3)
    assert [outcome.state for outcome in summary.outcomes] == ["written", "written", "failed"]
    for name in ("ok", "plain"):
        for file in ("report.ipynb", "report.html"):
            assert (tmp_path / "specimen" / name / file).read_bytes() == (mixed[0] / "specimen" / name / file).read_bytes()


def test_a_cluster_that_does_not_answer_is_said(job, tmp_path, quiet):
    with pytest.raises(ParameterError, match="does not answer"):
        render([job("ok")], tmp_path, console=quiet(), dask="tcp://127.0.0.1:9")
