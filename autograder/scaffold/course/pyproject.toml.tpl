[tool.autograder]
course_id = "@course_id@"
cache_mib = 512 # room for finished trainings, in .autograder/cache
