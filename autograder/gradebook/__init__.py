"""Where scores go: nbgrader's own gradebook."""
