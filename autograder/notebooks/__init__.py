"""Notebooks as data: reading what was handed in, bringing it back to the release's shape, making the release."""
