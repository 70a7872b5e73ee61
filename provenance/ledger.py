"""Door: append facts to the public log and prove that they are in it."""
