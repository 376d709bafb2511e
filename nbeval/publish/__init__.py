"""Notebooks to reports: render, formats, provenance, verify."""
