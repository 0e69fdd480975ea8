"""Findings and the rules that make them, as plain values: what configuration, rules, formats and fronts share."""
