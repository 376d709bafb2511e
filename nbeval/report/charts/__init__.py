"""The charts of exhibits: what a chart draws (:mod:`nbeval.report.charts.data`), and how."""
