"""Training of the name and place tagger on text that we generate; never imported by the product."""
