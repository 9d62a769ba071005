"""From a denial and an evidence map to answers and words: matching, rebuttal, letter, brief, plain-language copy."""
