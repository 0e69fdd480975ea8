"""Exact arithmetic on addresses, CIDRs and ports."""
