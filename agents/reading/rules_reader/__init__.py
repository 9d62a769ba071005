"""Facts from charts by rules: needs no model, never searches, and says less rather than too much."""
