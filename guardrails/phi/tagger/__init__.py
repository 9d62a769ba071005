"""Our own name and place tagger: tokens, features, a small convolutional net in numpy, and its weights."""
