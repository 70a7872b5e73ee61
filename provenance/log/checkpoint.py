"""The public log: checkpoint."""
