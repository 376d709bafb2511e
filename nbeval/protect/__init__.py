"""Results in, disclosed results out; and the attack that tries to undo it."""

from nbeval.protect.disclosure import protect

__all__ = ["protect"]
