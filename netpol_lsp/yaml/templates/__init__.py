"""Templates in YAML: which parts of a text are literal, and which are decided when it is rendered."""
