"""Generates what is written twice: rule pages, tables of the README, settings of the editors."""
