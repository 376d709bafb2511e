"""Checks of a dictionary as a whole."""
def check_contents(contents, faults): pass
