"""Charts: what they draw (``data``), what all of them are (``chart``), and one class for each, which is all that a new one needs.

A row for each indicator is in ``rows``, parts of a whole in ``shares``, cells by two headings and days along a time in ``grids``, an
analyst's own in ``analysts``. ``chart.known_charts`` finds the classes of every module here: the dictionary names them by their ids.
"""
