"""The public log: tree."""
