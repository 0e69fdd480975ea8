"""The rules, one file each; found by the registry, no list to edit."""
