"""A folder to be killed: for each line it reads it starts one more child that folds without end, and says its
process id. The child is a process of its own with connections of its own; only Django is read once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from linggong.cli import use


def fold_without_end(slugs: Sequence[str]) -> None:
    from reporting.city_folder import fold_city
    from reporting.folder import fold_county
    from tenants import directory

    counties = [directory.by_slug(slug) for slug in slugs]
    while True:
        for county in counties:
            fold_county(county, limit=15)
        fold_city(limit=40)


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(slugs: Sequence[str]) -> None:
    use("site")
    tell("ready")
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            fold_without_end(slugs)
        tell(str(child))
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
