"""Who decides what happens next: the workflow graphs, their steps, readers and use cases."""
