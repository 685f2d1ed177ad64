"""The operating-system user that the servers run as.

PostgreSQL refuses to run as root, so a root supervisor drops to an account that already exists: the owner
of the data if there is data, else ``postgres``, else ``nobody``. No account is ever created.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from linggong.embedded.errors import EmbeddedError

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An unprivileged user to drop to."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Hand one path (not its content) to this user."""
        os.chown(path, self.uid, self.gid)


def account_for(root: Path) -> Account | None:
    """The user the servers of ``root`` drop to; None when the caller is no root and nothing is dropped."""
    if os.geteuid() != 0:
        return None
    owner = _owner(root / "postgres")
    if owner:
        return owner
    for name in CANDIDATES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_name, found.pw_uid, found.pw_gid)
    raise EmbeddedError(
        f"PostgreSQL does not run as root and neither {' nor '.join(CANDIDATES)} is a user here: "
        "start as an ordinary user, or set the external database and broker"
    )


def _owner(data: Path) -> Account | None:
    try:
        status = data.stat()
    except FileNotFoundError:
        return None
    if status.st_uid == 0:
        return None
    try:
        name = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        name = str(status.st_uid)
    return Account(name, status.st_uid, status.st_gid)


def can_run(argv: Sequence[str], account: Account | None) -> bool:
    """Whether the account gets through a short command; asking the kernel also counts ACLs and mounts."""
    try:
        done = subprocess.run(
            argv,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def can_enter(folder: Path, account: Account | None) -> bool:
    """Whether the account can reach ``folder`` through all of its parents."""
    return can_run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)], account)
