"""Static files as `collectstatic` leaves them: named after what they hold, and compressed once, not at each start."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CompressedOnce(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Leaves alone what an earlier run compressed and what did not change since: most of the time went there."""

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Compress those of *paths* that have no compressed form or changed; a pair for each form that was made."""
        made: Iterator[tuple[str, str]] = super().compress_files([one for one in paths if self._changed(one)])
        return made

    def _changed(self, path: str) -> bool:
        """Whether the .gz, which is written last of all forms, does not hold what the file holds."""
        file = Path(self.path(path))
        try:
            return gzip.decompress(file.with_name(f"{file.name}.gz").read_bytes()) != file.read_bytes()
        except (OSError, EOFError, zlib.error):  # not there, or only half written
            return True
