"""Find a passage and cite it."""
