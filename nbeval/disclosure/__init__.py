"""Results in, disclosed results out; and the attack that tries to undo it."""

from nbeval.disclosure.attack import attack, refuse_leaks
from nbeval.disclosure.disclosure import protect

__all__ = ["attack", "protect", "refuse_leaks"]
