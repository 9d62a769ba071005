"""Notes as documents: whose page it is, of which date, in runs of pages of one patient."""
