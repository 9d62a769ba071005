"""The steps of the workflows, one file each."""
