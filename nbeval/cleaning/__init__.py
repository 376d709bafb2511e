"""Raw exports to answers: read, repair as declared, code, give every missing value its reason, check."""

from nbeval.cleaning.survey import collect, collect_text

__all__ = ["collect", "collect_text"]
