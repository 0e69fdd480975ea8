"""Repairs that are tried around a syntax error, by what they change: dashes, brackets, indentation, tokens.

`api` says what a repair provider is given (`ErrorSite`) and gives back (`Repair`). A provider proposes; only what the
parser then accepts, and what fits the schema best, is said to the user.
"""
