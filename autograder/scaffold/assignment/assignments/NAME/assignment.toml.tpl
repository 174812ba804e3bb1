title = "@title@"

# CPU seconds; a cell that takes longer is stopped, and the cells after it run.
[limits]
cell_s = 30
request_s = 20
submission_s = 300

# While a notebook is executed `fit` looks at one batch only; models are trained afterwards, where a check asks for it.
[execution]
fit = "one-batch"
