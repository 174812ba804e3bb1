"""Takes what students handed in out of the archives that learning platforms make of it."""
