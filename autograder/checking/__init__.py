"""Checks a notebook on its student's own machine: the same repair, policy and questions, the public checks, no wall."""
