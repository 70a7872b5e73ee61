"""Door: any file in, a report out; a bad file is a result, never an exception."""
