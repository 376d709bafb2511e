"""Charts: what they draw (``data``), how (``drawing`` has the registry), and the words that stand for them (``wording``)."""
