"""Present: disclosed results become tables, figures, sentences and the report that a notebook holds."""

from nbeval.report.report import Report

__all__ = ["Report"]
