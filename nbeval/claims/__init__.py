"""Printed claims: how they are written down, what may be said of one, and the page that says it."""
