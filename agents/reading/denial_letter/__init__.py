"""A payer's letter read by rules: what kind it is, what it refuses and why, and by when it may be answered."""
