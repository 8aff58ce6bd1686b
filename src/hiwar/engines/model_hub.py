"""Downloads the files of a hub repository into a folder; what is there already in part is continued.

Where the folder lies, and when it counts as complete, is `model_store`'s.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hiwar.engines.model_catalogue import HubRepository
from hiwar.engines.model_manifest import sha256_of
from hiwar.errors import EngineUnavailableError

if TYPE_CHECKING:
    from huggingface_hub import HfFileMetadata

_SHA256 = re.compile("[0-9a-f]{64}")


def download(
    source: HubRepository, folder: Path, hub: str | None, report: Callable[[str], None]
) -> tuple[str, dict[str, str]]:
    """Fetch all files of `source` at one commit.

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
            hashes[name] = _fetch(declared, folder / name, report)
    except (HfHubHTTPError, FileMetadataError) as error:
        raise EngineUnavailableError(_refusal(error, source, hub)) from error
    except (httpx2.HTTPError, OfflineModeIsEnabled, ConnectionError) as error:
        raise EngineUnavailableError(
            f"The model hub{_at(hub)} could not be reached or broke off. Check the network, or name another "
            "hub with --hub or HIWAR_HUB, and run the same command again: it continues where it stopped."
        ) from error
    except OSError as error:
        if error.errno is not None:
            raise
        # The library reports a short or long body as an OSError without a number.
        raise EngineUnavailableError(
            f"The model hub{_at(hub)} sent a file of another size than it declared; run the command again."
        ) from error
    return f"{source.repository}@{commit}", hashes


def _declared(source: HubRepository, name: str, revision: str, hub: str | None) -> "HfFileMetadata":
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(source.repository, name, revision=revision, endpoint=hub)
    return get_hf_file_metadata(url, token=False, endpoint=hub)


def _fetch(declared: "HfFileMetadata", target: Path, report: Callable[[str], None]) -> str:
    # The library's own hf_hub_download discards what it has when its process ends; its http_get continues.
    from huggingface_hub.file_download import http_get

    etag = declared.etag or ""
    wanted = etag if _SHA256.fullmatch(etag) else None
    if wanted is not None and target.is_file() and sha256_of(target) == wanted:
        return wanted
    # The tag in the name keeps a part of one version from being continued with another.
    part = target.with_name(f"{target.name}.{re.sub('[^0-9A-Za-z]', '', etag)[:16]}.part")
    report(f"downloading {target.name} ({(declared.size or 0) / 1e6:.1f} MB)")
    with part.open("ab") as file:
        http_get(
            declared.location,
            file,
            resume_size=file.tell(),
            expected_size=declared.size,
            displayed_filename=target.name,
        )
    found = sha256_of(part)
    if wanted is not None and found != wanted:
        part.unlink()
        raise EngineUnavailableError(
            f"{target.name} arrived with another SHA-256 than the hub declares for it and was thrown away. "
            "Run the same command again; if that repeats, use another hub (--hub)."
        )
    part.replace(target)
    return found


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
