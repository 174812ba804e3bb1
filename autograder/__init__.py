"""autograder grades deep-learning notebooks with hidden pytest suites.

Importing this package loads none of TensorFlow, Keras, Ray or nbgrader; a test keeps it so.
"""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
