"""Words for what the tools found, one module for each family of questions."""
