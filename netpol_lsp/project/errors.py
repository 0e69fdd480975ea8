"""What ends a command with exit code 2 and a sentence."""


class UsageError(Exception):
    """The command line asks for something that cannot be; the message says what."""


class PoolError(Exception):
    """A process of the pool could not do its work."""
