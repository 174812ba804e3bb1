"""Training as a judgement: recipes applied to models that we rebuilt, cached by content."""
