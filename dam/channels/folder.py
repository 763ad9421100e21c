"""The folder channel: a folder of this machine, or of a share that is mounted here.

Rule: a reader sees the old file whole or the new file whole. Bytes are copied to a temporary name beside the target
and made durable there; the visible step is one rename (or link, or unlink) with the fsync of the folder, done by a hand
that can be killed. Everything goes through ``Tree``: nothing outside the root is ever touched, and without the marker
nothing is. A link, folder, pipe or device at the target is somebody else's: it is neither read nor replaced nor removed
(``target_not_a_file``).

Must not: decide whether what is there is right.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self
from uuid import UUID

from dam.channels import names, spelling
from dam.channels.faults import fitting, looking, unfit, writing
from dam.channels.hand import Hands
from dam.channels.kind import Kind, Surroundings
from dam.channels.staging import Staged, Sweeps
from dam.channels.tree import Tree, open_file
from dam.ports.channel import Change, NotApplied, Receipt, Timing

SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "minLength": 1, "description": "An absolute path of an existing folder."},
        "lateness_s": {
            "type": "number",
            "minimum": 0,
            "maximum": 3600,
            "description": "Network mounts: seconds after which a write that was sent can't land any more.",
        },
    },
    "required": ["path"],
    "additionalProperties": False,
}


def build(channel_id: UUID, config: Mapping[str, object], surroundings: Surroundings) -> "Folder":
    """A folder channel from its configuration (``SCHEMA``). Raises InvalidConfig."""
    path, lateness = config.get("path"), config.get("lateness_s", surroundings.lateness_s)
    if unknown := sorted(set(config) - {"path", "lateness_s"}):
        raise unfit("config_unknown", f"A folder channel has no {', '.join(unknown)}.")
    if not isinstance(path, str) or not path.startswith("/") or "\0" in path:
        raise unfit("path_not_absolute", "The path must be an absolute path.")
    if isinstance(lateness, bool) or not isinstance(lateness, int | float) or not 0 <= lateness <= 3600:
        raise unfit("lateness_invalid", "The lateness must be between 0 and 3600 seconds.")
    timing = Timing(permit=surroundings.permit_s, lateness=float(lateness))
    return Folder(channel_id, Path(path), surroundings.home, surroundings.hands, timing)


class Folder:
    """``Channel`` into the folder at ``path``. Thread-safe; keep one a process and channel, since it remembers where it
    has looked for leftovers."""

    def __init__(self, channel_id: UUID, path: Path, home: Path, hands: Hands, timing: Timing) -> None:
        self._home = home.stat()
        self._tree = Tree(channel_id, path, self._home)
        self._path = path
        self._hands = hands
        self._timing = timing
        self._sweeps = Sweeps()

    @property
    def timing(self) -> Timing:
        return self._timing

    def establish(self) -> None:
        """Put the marker into the folder. Raises InvalidConfig (``path_missing``, ``path_not_a_folder``,
        ``path_not_writable``, ``inside_home``), Unreachable."""
        with fitting(self._path), self._tree.bare() as root:
            self._must_be_outside_home()
            if not self._tree.is_marked(root):
                self._tree.mark(root)

    def check(self) -> None:
        with looking(), self._tree.root():
            pass

    def canonical(self, remote: str) -> str:
        parts = names.split(remote)
        with looking():
            # As far as they are there, the folders must be folders: below a link the spelling would name another place.
            with suppress(FileNotFoundError), self._tree.folder(parts[:-1]):
                pass
            return spelling.spell(self._path, parts)

    def stage_put(self, remote: str, source: BinaryIO, size: int) -> Change:
        *parents, target = names.split(remote)
        with writing(), self._tree.folder(parents, make=True) as folder:
            self._sweeps.sweep(folder)
            return _Put(self._tree, self._hands, parents, target, Staged(folder, target, source, size))

    def stage_removal(self, remote: str) -> Change:
        *parents, target = names.split(remote)
        with writing(), suppress(FileNotFoundError), self._tree.folder(parents) as folder:
            self._sweeps.sweep(folder)
        return _Removal(self._tree, self._hands, parents, target)

    def read(self, remote: str) -> BinaryIO | None:
        """As the port says. Unreachable is permanent (``target_not_a_file``, ``not_a_folder``) where a person has put
        something else there. A failing disk shows as OSError while the stream is read."""
        *parents, target = names.split(remote)
        with looking():
            try:
                with self._tree.folder(parents) as folder:
                    return open_file(folder, target)
            except FileNotFoundError:
                return None

    def _must_be_outside_home(self) -> None:
        real = self._path.resolve(strict=True)
        if any(os.path.samestat(folder.stat(), self._home) for folder in (real, *real.parents)):
            raise unfit("inside_home", "The folder is inside the service's own folder.")


class _Put:
    """``Change`` that shows staged bytes at the target."""

    def __init__(self, tree: Tree, hands: Hands, parents: list[str], target: str, staged: Staged) -> None:
        self._tree = tree
        self._hands = hands
        self._parents = parents
        self._target = target
        self._staged = staged
        self._used = False

    def apply(self, deadline: float, *, exclusive: bool = False) -> Receipt:
        self._used = _once(self._used)
        # The folder is looked up afresh: the step must go where the name leads now, or nowhere.
        with writing(), self._tree.folder(self._parents) as folder:
            if not self._staged.is_in(folder):
                raise NotApplied("folder_moved", "The folder was moved or replaced since the bytes were staged.")
            verb = "create" if exclusive else "replace"
            return self._hands.perform(folder, verb, self._staged.name, self._target, deadline)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._staged.discard()


class _Removal:
    """``Change`` that takes away what is at the target."""

    def __init__(self, tree: Tree, hands: Hands, parents: list[str], target: str) -> None:
        self._tree = tree
        self._hands = hands
        self._parents = parents
        self._target = target
        self._used = False

    def apply(self, deadline: float, *, exclusive: bool = False) -> Receipt:
        if exclusive:
            raise ValueError("A removal can't ask that nothing is there.")
        self._used = _once(self._used)
        with writing():
            try:
                with self._tree.folder(self._parents) as folder:
                    return self._hands.perform(folder, "remove", "", self._target, deadline)
            except FileNotFoundError:
                return Receipt({"step": "absent"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        return


def _once(used: bool) -> bool:  # noqa: FBT001 - the flag is the whole of it
    if used:
        raise ValueError("A change is applied once.")
    return True


KIND = Kind(schema=SCHEMA, evidence="sha256", build=build, fixed=frozenset({"path"}))
