"""YAML syntax: our node tree, its parser and the builder of YAML edits."""
