"""What those who make images tell whoever keeps the record of them."""

from typing import Any, Protocol


class ImageNotes(Protocol):
    """Where images that grader made are noted."""

    def brought(self, client: Any, reference: str) -> None:
        """Note an image that was just made or pulled."""
        ...

    def used(self, client: Any, reference: str) -> None:
        """Note that an image is needed now, where it is on record."""
        ...
