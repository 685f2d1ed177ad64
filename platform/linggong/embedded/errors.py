"""What the embedded servers say when they cannot run."""


class EmbeddedError(RuntimeError):
    """The servers cannot run; the message says why and what to do."""
