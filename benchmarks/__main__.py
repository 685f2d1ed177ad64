"""`python -m benchmarks [name]`: runs one benchmark, or all, each in a process of its own."""

from __future__ import annotations

import importlib
import subprocess
import sys

MODULES = {
    "grab-lose": "benchmarks.grab_lose",
    "grab-win": "benchmarks.grab_win",
    "grab-naive": "benchmarks.grab_naive",
    "provision": "benchmarks.provision",
    "webhook-rate": "benchmarks.webhook_rate",
    "graphql-json": "benchmarks.graphql_json",
    "graphql-attacks": "benchmarks.graphql_attacks",
    "fact-tax": "benchmarks.fact_tax",
    "fold-lag": "benchmarks.fold_lag",
    "report-scale": "benchmarks.report_scale",
    "report-union": "benchmarks.report_union",
}


def main(names: list[str]) -> int:
    """0 when every figure reached its bar, 1 when one fell short, 2 for an unknown name."""
    if unknown := [name for name in names if name not in MODULES]:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(MODULES)}", file=sys.stderr)
        return 2
    if len(names) == 1:
        figures = importlib.import_module(MODULES[names[0]]).run()
        for figure in figures:
            figure.print()
        return 0 if all(figure.reached for figure in figures) else 1
    codes = [
        subprocess.run([sys.executable, "-m", "benchmarks", name], check=False).returncode
        for name in names or MODULES
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
