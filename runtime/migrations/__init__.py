"""The database's revisions, in order; each is written by hand and never changed once released."""
