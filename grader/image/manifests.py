"""Ask a registry what an image is made of, without pulling it: layers by content, with their sizes.

As anybody, without a login. Source: the OCI distribution specification 1.1 ("Pulling manifests"),
and Docker's "Token authentication". What registries say is bounded and checked: nothing in it is
followed but a token's address.
"""

import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, NamedTuple, cast

from grader.image.trouble import registry_of

ACCEPT = ", ".join(
    f"application/vnd.{name}"
    for name in (
        "oci.image.index.v1+json", "docker.distribution.manifest.list.v2+json",
        "oci.image.manifest.v1+json", "docker.distribution.manifest.v2+json",
    )
)  # fmt: skip
MOST_BYTES = 4 << 20
MOST_LAYERS = 1000
CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
HUB, HUB_HOST = "docker.io", "registry-1.docker.io"
UNAUTHORIZED, NOT_FOUND = 401, 404


class RemoteImage(NamedTuple):
    """What a registry says that an image is made of."""

    layers: dict[str, int]
    """Digest of each layer, packed as it is pulled → bytes."""
    said: str = ""
    """Why nothing is known."""


class AnsweredOtherwiseError(Exception):
    """A registry's answer is none that says what an image is made of."""


def layers_of(reference: str, *, platform: str, bound_s: float) -> RemoteImage:
    """Ask for one image; blocks for at most some times `bound_s`."""
    try:
        host, repository, tag = parts(reference)
        asking = RegistryQuestion(host, repository, bound_s)
        found = asking.manifest(tag)
        if "manifests" in found:
            found = asking.manifest(digest_for(found, platform))
        return RemoteImage(sizes(found))
    except AnsweredOtherwiseError as error:
        return RemoteImage({}, str(error))
    except urllib.error.HTTPError as error:
        what = "not found" if error.code == NOT_FOUND else error.reason
        return RemoteImage({}, f"{error.code} {what}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return RemoteImage({}, f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")


def parts(reference: str) -> tuple[str, str, str]:
    """(host, repository, tag or digest) of a name as engines read it."""
    name, at, digest = reference.partition("@")
    registry = registry_of(reference)
    rest = name.removeprefix(f"{registry}/")
    repository, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = rest, "latest"
    if registry == HUB:
        repository = repository if "/" in repository else f"library/{repository}"
    return (HUB_HOST if registry == HUB else registry), repository, digest if at else tag


class RegistryQuestion:
    """Questions about one repository; a token is asked for once."""

    def __init__(self, host: str, repository: str, bound_s: float) -> None:
        """Nothing is asked yet."""
        self._bound_s = bound_s
        self._token = ""
        name = urllib.parse.urlsplit(f"//{host}").hostname or ""
        is_here = name in {"localhost", "::1"} or name.startswith("127.")
        scheme = "http" if is_here else "https"  # engines speak plainly with their own machine only
        self._address = f"{scheme}://{host}/v2/{urllib.parse.quote(repository)}/manifests/"

    def manifest(self, tag: str) -> dict[str, Any]:
        """A manifest or an index."""
        address = self._address + urllib.parse.quote(tag, safe=":")
        try:
            return self._json(address, ACCEPT)
        except urllib.error.HTTPError as error:
            if error.code != UNAUTHORIZED or self._token:
                raise
            self._token = self._token_for(error.headers.get("WWW-Authenticate", ""))
            return self._json(address, ACCEPT)

    def _token_for(self, challenge: str) -> str:
        words = dict(CHALLENGE.findall(challenge))
        realm = words.pop("realm", "")
        if not challenge.lower().startswith("bearer") or not realm.startswith("https://"):
            raise AnsweredOtherwiseError("the registry wants a login")
        found = self._json(f"{realm}?{urllib.parse.urlencode(words)}", "application/json")
        return str(found.get("token") or found.get("access_token") or "")

    def _json(self, address: str, accept: str) -> dict[str, Any]:
        request = urllib.request.Request(address, headers={"Accept": accept})  # noqa: S310  ours
        if self._token:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        with urllib.request.urlopen(request, timeout=self._bound_s) as answer:  # noqa: S310
            data = answer.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise AnsweredOtherwiseError("a manifest of more than 4 MiB")
        try:
            value: Any = json.loads(data)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise AnsweredOtherwiseError("an answer that is no manifest")
        return cast("dict[str, Any]", value)


def digest_for(index: dict[str, Any], platform: str) -> str:
    """Which manifest of an index is for a platform (`linux/amd64`)."""
    system, _, architecture = platform.partition("/")
    listed: Any = index["manifests"]
    for each in cast("list[Any]", listed) if isinstance(listed, list) else ():
        try:
            said, digest = each["platform"], each["digest"]
            is_wanted = (said["os"], said["architecture"]) == (system, architecture.split("/")[0])
        except (KeyError, TypeError):
            continue
        if is_wanted and isinstance(digest, str) and DIGEST.fullmatch(digest):
            return digest
    raise AnsweredOtherwiseError(f"no image for {platform}")


def sizes(manifest: dict[str, Any]) -> dict[str, int]:
    """Layers and their bytes."""
    listed: Any = manifest.get("layers")
    if not isinstance(listed, list) or len(cast("list[Any]", listed)) > MOST_LAYERS:
        raise AnsweredOtherwiseError("an answer that is no manifest")
    found: dict[str, int] = {}
    for each in cast("list[Any]", listed):
        try:
            digest, size = each["digest"], each["size"]
        except (KeyError, TypeError):
            digest, size = "", 0
        if not isinstance(digest, str) or not DIGEST.fullmatch(digest) or type(size) is not int:
            raise AnsweredOtherwiseError("a manifest with a layer that has no digest and size")
        found[digest] = max(size, 0)
    return found
