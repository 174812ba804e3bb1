"""Models as students write them, in families.

Members of one family mean the same, however they are written. A family named ``not ...`` holds near-misses: models
that look alike and mean something else. `SPECIMENS` lists them all by name; the modules are its rooms.
"""

from zoo import (
    applications,
    classifiers,
    closed,
    flags,
    normalisation,
    own_layers,
    precision,
    residual,
    sequences,
    structures,
    vision,
    ways,
)
from zoo.registry import SPECIMENS, Shape, Specimen, called, functional

__all__ = [
    "SPECIMENS",
    "Shape",
    "Specimen",
    "applications",
    "called",
    "classifiers",
    "closed",
    "flags",
    "functional",
    "normalisation",
    "own_layers",
    "precision",
    "residual",
    "sequences",
    "structures",
    "vision",
    "ways",
]
