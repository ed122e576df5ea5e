"""Put text into the page's template; nothing here knows what a run is."""

import base64
import hashlib
import html
import re
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from grader.reports.base import clean

SLOT = re.compile(r"\{\{(\w+)\}\}")
STYLES = ("base.css", "page.css")
SCRIPTS = ("data.js", "table.js", "panel.js", "live.js")
LEVEL = 6
"""Of zlib: 9 takes twice the time for 3 % of size."""


def fill(slots: Mapping[str, str], *, blocks: Sequence[str], live: bool = False) -> bytes:
    """The page: `slots` are HTML, already escaped; `blocks` carry the data."""
    style = "".join(asset(name) for name in STYLES)
    script = "".join(asset(name) for name in SCRIPTS)
    values = {
        **slots,
        "policy": policy(style, script, connect="'self'" if live else "'none'"),
        "live": "yes" if live else "no",
        "style": style,
        "script": script,
        "blocks": "\n".join(blocks),
    }
    text = SLOT.sub(lambda found: values[found[1]], asset("page.html"))
    return text.encode()


@cache
def asset(name: str) -> str:
    """One of the files beside this one."""
    return files("grader.reports.html").joinpath(name).read_text(encoding="utf-8")


def policy(style: str, script: str, *, connect: str = "'none'", forms: str = "'none'") -> str:
    """A content security policy under which these two blocks work and nothing else does."""
    return (
        f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}';"
        f" connect-src {connect}; base-uri 'none'; form-action {forms}"
    )


def digest(text: str) -> str:
    """A source expression of CSP level 2: the block's SHA-256."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def block(name: str, data: bytes) -> str:
    """A data block: zlib in base64, which can end no script element and holds no line separator."""
    packed = base64.b64encode(zlib.compress(data, LEVEL)).decode()
    return f'<script type="text/plain" id="{name}">{packed}</script>'


def safe(text: str, limit: int | None = 300) -> str:
    """Hostile text as one line of HTML text or of a quoted attribute."""
    return html.escape(clean(text, limit))
