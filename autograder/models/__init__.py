"""Keras models as data: traced where the student's code runs, rebuilt by us, asked by a suite."""
