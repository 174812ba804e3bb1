# What grading writes: students' work and scores belong in no repository
/demo/
/submitted/
/downloads/
/autograded/
/feedback/
/nbgrader_feedback/
/reports/
/exports/
/gradebook.db*

# The secret that random inputs and held-out images are drawn from, and finished trainings
/.autograder/

# Caches
__pycache__/
.ipynb_checkpoints/
/.venv/
