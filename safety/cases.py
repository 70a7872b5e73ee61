"""Door: open a case, register a kind of subject, ask whether a subject is restricted."""
