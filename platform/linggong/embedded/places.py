"""Folders: where the data lives, where the sockets live, and the lock that keeps two supervisors apart."""

import fcntl
import hashlib
import os
import stat
import weakref
from pathlib import Path

from linggong.embedded.account import Account, account_for, can_enter
from linggong.embedded.errors import EmbeddedError

SYSTEM_ROOT = Path("/var/lib/linggong")
POINTER = "location"


def default_root(checkout: Path) -> Path:
    """The data folder of a checkout: ``.data`` in it, or a folder below /var/lib/linggong.

    The second when root starts the servers and the user they drop to cannot enter the checkout. The choice
    is written to ``.data/location`` and kept from then on, whatever happens to the folder's permissions.
    """
    checkout = checkout.resolve()
    data = checkout / ".data"
    pointer = data / POINTER
    if pointer.is_file():
        return Path(pointer.read_text(encoding="utf-8").strip())
    account = account_for(data)
    if account is None or can_enter(checkout, account):
        return data
    if (data / "postgres").exists():
        raise EmbeddedError(
            f"{data} holds data, but user {account.name} can no longer enter {checkout}: "
            f"open the folder (chmod o+x), or move the data and write its place to {pointer}"
        )
    root = SYSTEM_ROOT / _digest(checkout)
    data.mkdir(exist_ok=True)
    pointer.write_text(f"{root}\n", encoding="utf-8")
    return root


def socket_folder(root: Path) -> Path:
    """The private folder for the sockets of ``root``; the same for each start by the same user.

    Not in the root itself: a socket's whole name must stay below 108 bytes, however deep the checkout is.
    Not in TMPDIR either, which may be long and differs between shells.
    """
    if os.geteuid() == 0 and os.access("/run", os.W_OK):
        return Path("/run") / f"linggong-{_digest(root)}"
    return Path("/") / "tmp" / f"linggong-{os.geteuid()}-{_digest(root)}"


def make_folder(folder: Path, account: Account | None) -> None:
    """Make ``folder`` and missing parents; those made are open to pass through, whatever the umask."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir()
        path.chmod(0o755)
    if not can_enter(folder, account):
        who = f"user {account.name}, as whom the servers run," if account else "this user"
        raise EmbeddedError(f"{who} cannot enter {folder}: choose a folder that it can reach")


def make_private(folder: Path, account: Account | None) -> None:
    """Make a 0700 folder for the account, or check that the one there is just that.

    Below /tmp a stranger may have made the name first; a folder of his, or a link, is refused.
    """
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        if account:
            account.own(folder)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (owner, os.geteuid()):
            raise EmbeddedError(f"{folder} exists and is not a folder of the servers' user") from None
        if account:
            account.own(folder)
    folder.chmod(0o700)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


class Lock:
    """An exclusive flock on ``<root>/lock``; the kernel drops it when its holder dies, however it dies."""

    def __init__(self, root: Path) -> None:
        self.path = root / "lock"
        try:
            self._file = self.path.open("a+", encoding="utf-8")
        except PermissionError:
            raise EmbeddedError(f"{root} belongs to another user: start as that user, or as root") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise EmbeddedError(f"the servers in {root} are already run by process {holder}") from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()
        _held.add(self)

    def release(self) -> None:
        """Let the next supervisor in."""
        _held.discard(self)
        self._file.close()


_held: "weakref.WeakSet[Lock]" = weakref.WeakSet()


def _let_go_in_child() -> None:
    # A forked child shares the flock; closing its copy keeps it from holding the lock past its parent.
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_let_go_in_child)
