"""From a graded course to files for other programs: which reports, whose numbers, and an autograder for Gradescope."""
