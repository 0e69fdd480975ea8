"""The netpol-lint command line."""
