"""Notebooks to reports: render, formats, provenance, verify."""

from nbeval.publish.batch import render
from nbeval.publish.job import Job, Origin, Outcome, Summary

__all__ = ["Job", "Origin", "Outcome", "Summary", "render"]
