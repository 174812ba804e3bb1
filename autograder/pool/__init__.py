"""Maps grading over submissions, with a row for every student whatever happens."""
