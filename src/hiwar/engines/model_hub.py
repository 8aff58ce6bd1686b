"""Downloads the files of a hub repository into a folder, and checks them; what is there already in part is continued.

Where the folder lies, and when it counts as complete, is `model_store`'s.
"""

import hashlib
import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from hiwar.engines.model_entries import HubRepository
from hiwar.engines.model_manifest import sha256_of
from hiwar.errors import EngineUnavailableError

if TYPE_CHECKING:
    from huggingface_hub import HfFileMetadata

_SHA256 = re.compile("[0-9a-f]{64}")
_GIT_BLOB = re.compile("[0-9a-f]{40}")
"""What a hub declares for large files, and for the small ones that git itself keeps."""
_COMMIT = "X-Repo-Commit"
"""A header that a model hub's answers have, and hardly anyone else's."""


def download(
    source: HubRepository, folder: Path, hub: str | None, report: Callable[[str], None], *, bytes_max: int
) -> tuple[str, dict[str, str]]:
    """Fetch all files of `source` at one commit, none of them larger than `bytes_max`.

    Returns the origin (repository@commit) and the SHA-256 of each file by name. `hub` is the hub's address, None
    the library's default. No stored credentials are sent. Raises EngineUnavailableError with what to do.
    """
    try:
        import httpx2
        from huggingface_hub.errors import FileMetadataError, HfHubHTTPError, OfflineModeIsEnabled
    except ImportError as error:
        message = "Downloading models needs the package huggingface-hub; install it with: pip install 'hiwar[hub]'"
        raise EngineUnavailableError(message) from error
    hashes: dict[str, str] = {}
    commit = source.revision
    try:
        for name in source.files:
            declared = _declared(source, name, commit, hub)
            commit = declared.commit_hash or commit
            hashes[name] = _fetch(declared, folder / name, source.sha256.get(name), report, bytes_max)
    except (HfHubHTTPError, FileMetadataError, httpx2.InvalidURL) as error:
        raise EngineUnavailableError(_refusal(error, source, hub)) from error
    except (httpx2.HTTPError, OfflineModeIsEnabled, ConnectionError) as error:
        raise EngineUnavailableError(
            f"The model hub{_at(hub)} could not be reached or broke off. Check the network, or name another "
            "hub with --hub or HIWAR_HUB, and run the same command again: it continues where it stopped."
        ) from error
    except OSError as error:
        if error.errno is not None:
            raise
        # The library reports a short body as an OSError without a number, and `_Part` a long one.
        raise EngineUnavailableError(
            f"The model hub{_at(hub)} sent a file of another size than it declared; run the command again."
        ) from error
    return f"{source.repository}@{commit}", hashes


def reaches(source: HubRepository, hub: str | None, timeout_s: float) -> bool:
    """Whether a hub answers, within about `timeout_s`, that it has the first file of `source`. Raises nothing.

    False without the package that downloads. Light: it loads neither that package's network code nor the file.
    """
    try:
        from huggingface_hub.constants import ENDPOINT, HF_HUB_OFFLINE
    except ImportError:
        return False
    path = "/".join(part for part in (source.folder, source.files[0]) if part)
    url = f"{(hub or ENDPOINT).rstrip('/')}/{source.repository}/resolve/{source.revision}/{path}"
    if HF_HUB_OFFLINE or not url.startswith(("http://", "https://")):
        return False
    # Where the hub sends on to is not asked, but its own answer: a page to sign in to a network answers as well.
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(urllib.request.Request(url, method="HEAD"), timeout=timeout_s) as answer:  # noqa: S310 - see above
            return _COMMIT in answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code < 400 and _COMMIT in error.headers
    except (OSError, http.client.HTTPException, ValueError):
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _declared(source: HubRepository, name: str, revision: str, hub: str | None) -> "HfFileMetadata":
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(source.repository, name, subfolder=source.folder or None, revision=revision, endpoint=hub)
    return get_hf_file_metadata(url, token=False, endpoint=hub)


class _Part:
    """What has arrived of a file, as the library writes it: no more than `bytes_max`, whatever is sent."""

    def __init__(self, file: BinaryIO, bytes_max: int) -> None:
        self._file = file
        self._bytes_max = bytes_max
        self.tell, self.seek, self.truncate = file.tell, file.seek, file.truncate

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > self._bytes_max:
            raise OSError
        return self._file.write(data)


def _fetch(
    declared: "HfFileMetadata", target: Path, pinned: str | None, report: Callable[[str], None], bytes_max: int
) -> str:
    etag = declared.etag or ""
    wanted = etag if _SHA256.fullmatch(etag) else None
    if pinned is not None and wanted not in {None, pinned}:
        raise EngineUnavailableError(
            f"The hub's {target.name} is another file than hiwar knows, so it was not fetched. "
            "Use another hub (--hub), or a later version of hiwar."
        )
    wanted = wanted or pinned
    if wanted is not None and target.is_file() and sha256_of(target) == wanted:
        return wanted
    part = _received(declared, target, etag, report, bytes_max)
    found = sha256_of(part)
    by_git = _GIT_BLOB.fullmatch(etag) is not None
    if found != (wanted or found) or (by_git and _git_blob(part) != etag):
        part.unlink()
        raise EngineUnavailableError(
            f"{target.name} arrived with another hash than the hub declares for it and was thrown away. "
            "Run the same command again; if that repeats, use another hub (--hub)."
        )
    if wanted is None and not by_git:
        report(f"{target.name} could not be checked beyond its size: the hub declares no hash for it")
    part.replace(target)
    return found


def _received(
    declared: "HfFileMetadata", target: Path, etag: str, report: Callable[[str], None], bytes_max: int
) -> Path:
    """The whole file beside `target`, not checked yet; what is there of it is continued."""
    # The library's own hf_hub_download discards what it has when its process ends; its http_get continues.
    from huggingface_hub.file_download import http_get

    size = declared.size or 0
    if size > bytes_max:
        raise EngineUnavailableError(
            f"The hub declares {size / 1e6:.0f} MB for {target.name}, far more than the model has, so it was not "
            "fetched. Use another hub (--hub), or a later version of hiwar."
        )
    # The tag in the name keeps a part of one version from being continued with another.
    part = target.with_name(f"{target.name}.{re.sub('[^0-9A-Za-z]', '', etag)[:16]}.part")
    if part.is_file() and (not etag or part.stat().st_size > size):
        part.unlink()
    report(f"downloading {target.name} ({size / 1e6:.1f} MB)")
    with part.open("ab") as file:
        http_get(
            declared.location,
            cast("BinaryIO", _Part(file, size or bytes_max)),
            resume_size=file.tell(),
            expected_size=declared.size,
            displayed_filename=target.name,
        )
        file.flush()
        # The rename must not reach the disk before the bytes do.
        os.fsync(file.fileno())
    return part


def _git_blob(path: Path) -> str:
    """The name that git gives to a small file's content."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def _refusal(error: Exception, source: HubRepository, hub: str | None) -> str:
    response = getattr(error, "response", None)
    if response is None:
        return f"What answers at the hub address{_at(hub)} is not a model hub; check --hub or HIWAR_HUB."
    if response.status_code in (401, 403, 404):
        return (
            f"The model hub{_at(hub)} has no {source.repository} with the files that hiwar expects "
            f"(HTTP {response.status_code}); check --hub or HIWAR_HUB, or choose another: hiwar models list"
        )
    return f"The model hub{_at(hub)} answered HTTP {response.status_code}; run the same command again later."


def _at(hub: str | None) -> str:
    return f" {hub}" if hub else ""
