"""Reports as other programs want them: one module for each format, records in, text out.

What waits for a person is in none of them a plain 0: each module says at its top what stands in its place.
"""
