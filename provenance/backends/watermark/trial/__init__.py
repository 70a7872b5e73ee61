"""How well the mark survives: real encoders, named edits, a tally. Reached by ``manage.py evaluate marks`` alone."""
