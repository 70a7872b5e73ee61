"""The only rows that say a subject was screened; written for screen alone."""
