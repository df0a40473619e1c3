"""Files that were made before, as many as a server can hold."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock


class Kept:
    """The last ``count`` files, together at most ``size`` bytes. Any number of threads may ask."""

    def __init__(self, count: int, size: int) -> None:
        self.count, self.size, self.held = count, size, 0
        self._files: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._files)

    def get(self, key: Hashable) -> bytes | None:
        """The file, if it is still there."""
        with self._lock:
            if (found := self._files.get(key)) is not None:
                self._files.move_to_end(key)
            return found

    def put(self, key: Hashable, file: bytes) -> bytes:
        """Keeps the file, and forgets those that were not asked for longest; it is handed back."""
        with self._lock:
            self.held += len(file) - len(self._files.pop(key, b""))
            self._files[key] = file
            while len(self._files) > self.count or self.held > self.size:
                self.held -= len(self._files.popitem(last=False)[1])
        return file
