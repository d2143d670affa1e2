"""The four ways to refuse, and the one way to be away. Each message is a finished sentence for the official who reads it,
in Chinese."""


class Problem(Exception):
    """A refusal that a person may read as it stands."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(Problem):
    """The thing does not exist, or the caller may not know that it does."""


class Forbidden(Problem):
    """The caller may see the thing but not do this with it."""


class Conflict(Problem):
    """Somebody else was faster, or the page was stale; nothing was done."""


class Unavailable(Problem):
    """The database, or the store of evidence, cannot be reached. Whether the database kept what was asked last nobody knows: the
    connection may have broken during the commit."""


class Invalid(Problem):
    """What was handed in breaks a rule. `fields` maps a field's key ("" for the whole form) to its sentence."""

    def __init__(self, field: str | dict[str, str], message: str = "") -> None:
        self.fields = {field: message} if isinstance(field, str) else dict(field)
        super().__init__("；".join(self.fields.values()))
