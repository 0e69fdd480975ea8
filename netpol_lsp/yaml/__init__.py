"""YAML: the node tree with its positions, the parser, recovery from errors, the cursor, and the builders of edits."""
