"""The small notebooks of the tests of publishing, made into reports."""

from tests.publish.conftest import job, mixed, quiet

__all__ = ["job", "mixed", "quiet"]
