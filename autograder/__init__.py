"""autograder grades deep-learning notebooks with hidden pytest suites.

Importing this package loads none of TensorFlow, Keras, Ray or nbgrader; a test keeps it so.
"""

from __future__ import annotations

import sys

# jsonschema, which nbformat loads, would build the grammar of a format that no notebook has: 0.8 s of every start.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # what an import of it then finds missing

__all__ = ["__version__"]

__version__ = "0.1.0"
