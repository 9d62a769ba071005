"""Word lists of the PHI guard."""
