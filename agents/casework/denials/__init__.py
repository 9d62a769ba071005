"""How a denial is opened, joined to its case, timed and shown."""
