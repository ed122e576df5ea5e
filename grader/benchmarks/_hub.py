"""Rows from the Hugging Face Hub, by a data set's id; needs the extra `swebench`.

The hub's own client keeps what it fetched, so that later runs need no network, and knows its
variables: HF_ENDPOINT, HF_HOME, HF_HUB_OFFLINE, HF_TOKEN.
"""

from pathlib import Path
from typing import Any

from grader.errors import UsageError

FORMATS = ("data/{split}-*.parquet", "{split}.parquet", "{split}.jsonl", "{split}.json")
FIRST_LINE_CHARS = 200


def has_client() -> bool:
    """Whether the hub's client is installed."""
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("huggingface_hub") is not None


def snapshot(dataset: str, split: str) -> Path:
    """A folder with the rows of one split, as the hub has them; blocks.

    Raises UsageError with the next move where they can neither be fetched nor are kept here.
    """
    if not has_client():
        raise UsageError(
            f"{dataset}: fetching it needs huggingface_hub; pip install 'grader[swebench]',"
            " or fetch its rows elsewhere and pass them with --data FILE"
        )
    import huggingface_hub  # noqa: PLC0415  heavy, and optional
    from huggingface_hub.errors import (  # noqa: PLC0415
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    wanted = [form.format(split=split) for form in FORMATS]
    try:
        client: Any = huggingface_hub
        return Path(client.snapshot_download(dataset, repo_type="dataset", allow_patterns=wanted))
    except RepositoryNotFoundError as error:
        raise UsageError(
            f"{dataset}: the hub shows no such data set; check the id, or set HF_TOKEN if it is"
            " private"
        ) from error
    except LocalEntryNotFoundError as error:
        raise UsageError(
            f"{dataset}: the hub cannot be reached and no copy is kept here; fetch it where there"
            " is a network (HF_HOME holds the copies), or pass its rows with --data FILE"
        ) from error
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        said = " ".join(str(error).split())[:FIRST_LINE_CHARS]
        raise UsageError(f"{dataset}: cannot be fetched ({said}); try again later") from error
