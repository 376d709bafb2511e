"""Results in, disclosed results out; and the attack that tries to undo it."""
