"""Door: read-only questions about people."""
