"""Writers of what people and other programs read; each sees records only, and decides nothing."""
