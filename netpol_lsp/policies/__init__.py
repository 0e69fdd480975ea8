"""The kinds of policy: what each looks like, and what it means."""
