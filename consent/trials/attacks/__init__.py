"""Attacks on an enrolment, each with a dial: 0 is the clumsiest form of it, 1 the best that is simulated."""
