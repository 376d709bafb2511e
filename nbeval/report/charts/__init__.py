"""Charts: what they draw (``data``), what all of them are (``chart``), and one class for each, which is all that a new one needs."""
