"""A request that is turned down before any dialect sees it."""


class RefusedError(Exception):
    """The client's mistake: a status from 400 to 499 and a sentence."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        """`headers`: of the answer; underscores read as dashes."""
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
