"""The PHI guard: finds, masks and restores what identifies a person; the masked text is still PHI."""
