"""What this house does not do, as tests: each with the mistake it keeps out and a sample that it must catch.

Ruff, mypy and import-linter hold what they can express; this file holds the rest. A check gets one
parsed file and yields the lines at fault. To add one: write it, decorate it with `@check`, and tell the
mistake in its docstring. It fails by itself when it does not catch its own bad sample.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = ("platform", "graphql")
DOMAIN = (
    "platform/kernel",
    "platform/egress",
    "platform/webhooks",
    "platform/files",
    "tenants",
    "ledger",
    "compliance",
    "orders",
    "platform/reporting",
)
DOORS = ("api", "graphql/cityql", "platform/portal")
PRODUCT = (*DOMAIN, *DOORS, "platform/linggong")
ROOMS = (*PRODUCT, "tests", "benchmarks", "helm")
MAX_FUNCTION_LINES = 60


@dataclass(frozen=True)
class Source:
    """One Python file, parsed. `path` is relative to the repository, with forward slashes."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> Source:
        return cls(path, text, ast.parse(text))

    def within(self, *folders: str) -> bool:
        return any(self.path == folder or self.path.startswith(folder + "/") for folder in folders)

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call with the last part of the called name: `a.b.c()` gives "c"."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                match node.func:
                    case ast.Attribute(attr=name) | ast.Name(id=name):
                        yield node, name

    def imports(self) -> Iterator[tuple[ast.stmt, str]]:
        """Every imported name in full: `from a.b import c` gives "a.b.c"."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def literals(self) -> Iterator[tuple[int, str]]:
        """Every string literal, docstrings left out, with its line: this is where SQL lives."""
        docs = {
            id(node.value)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                yield node.lineno, node.value


Faults = Iterator[int]


@dataclass(frozen=True)
class Check:
    name: str
    story: str
    run: Callable[[Source], Faults]
    where: Callable[[Source], bool]
    bad: str
    bad_path: str

    def faults(self, source: Source) -> list[str]:
        return [f"{source.path}:{line}" for line in self.run(source)] if self.where(source) else []


CHECKS: list[Check] = []


def check(
    *folders: str, bad: str, at: str, but: tuple[str, ...] = ()
) -> Callable[[Callable[[Source], Faults]], Callable[[Source], Faults]]:
    """Registers a check over `folders` without `but`; it must catch the code `bad`, were it at path `at`."""

    def register(run: Callable[[Source], Faults]) -> Callable[[Source], Faults]:
        def where(source: Source) -> bool:
            return source.within(*folders) and not source.within(*but)

        CHECKS.append(Check(run.__name__, run.__doc__ or "", run, where, bad, at))
        return run

    return register


def is_migration(source: Source) -> bool:
    return "migrations" in PurePosixPath(source.path).parts


# ------------------------------------------------------------------------------------------------- the checks


@check(
    *PRODUCT,
    but=("platform/kernel/states.py", "platform/linggong/embedded", "platform/linggong/commands/demo"),
    at="orders/use_cases/publish_order.py",
    bad="order.state = State.OPEN\n",
)
def state_is_written_only_by_transition(source: Source) -> Faults:
    """A status set by hand skips the table of moves and leaves no log: nobody can say who did it."""
    for node in ast.walk(source.tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "state":
                yield target.lineno
    for call, name in source.calls():
        by_keyword = name in {"update", "update_or_create"} and any(k.arg == "state" for k in call.keywords)
        by_name = name in {"setattr", "bulk_update"} and any(
            isinstance(node, ast.Constant) and node.value == "state" for node in ast.walk(call)
        )
        if by_keyword or by_name:
            yield call.lineno


@check(
    *PRODUCT,
    but=("platform/kernel/states.py",),
    at="orders/use_cases/grab_order.py",
    bad='cursor.execute("UPDATE orders_assignment SET state = %s WHERE id = %s", [to, id])\n',
)
def state_is_not_written_by_sql(source: Source) -> Faults:
    """The same by raw SQL. Functions in migrations are left out: the grab has to move its place by itself."""
    if is_migration(source):
        return
    for line, text in source.literals():
        if re.search(r"\bUPDATE\b[^;]*\bSET\b[^;]*\bstate\s*=", text.split("WHERE")[0], re.IGNORECASE):
            yield line


@check(
    *PRODUCT,
    but=("platform/linggong/relay", "platform/linggong/relay.py", "platform/linggong/tasks.py"),
    at="orders/use_cases/publish_order.py",
    bad="notify.delay(order.id)\n",
)
def tasks_are_sent_only_by_the_relay(source: Source) -> Faults:
    """A task sent from a use case can run before its commit, or after a rollback, for a row that is not."""
    for call, name in source.calls():
        if isinstance(call.func, ast.Attribute) and name in {
            "delay",
            "apply_async",
            "send_task",
            "delay_on_commit",
        }:
            yield call.lineno


def _names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name


def _is_money(node: ast.AST) -> bool:
    return any(name == "fen" or name.endswith("_fen") or name.startswith("fen_") for name in _names(node))


@check(
    *PRODUCT,
    "benchmarks",
    at="orders/rules.py",
    bad="def fee(wage_fen: int) -> int:\n    return round(wage_fen / 100 * 3)\n",
)
def money_is_never_a_float(source: Source) -> Faults:
    """0.1 + 0.2: fees rounded as floats do not add up to their transfers. Money is an int of fen."""
    for node in ast.walk(source.tree):
        match node:
            case ast.arg(annotation=ast.AST() as kind) | ast.AnnAssign(annotation=kind):
                named = node if isinstance(node, ast.arg) else node.target
                if _is_money(named) and "float" in _names(kind):
                    yield kind.lineno
            case ast.FunctionDef(returns=ast.AST() as kind) if node.name.endswith("_fen"):
                if "float" in _names(kind):
                    yield node.lineno
            case ast.BinOp(op=ast.Div()) if _is_money(node):
                yield node.lineno
            case ast.AugAssign(op=ast.Div()) if _is_money(node):
                yield node.lineno
            case ast.Call(func=ast.Name(id="float")) if any(_is_money(arg) for arg in node.args):
                yield node.lineno
            case ast.Assign(targets=[ast.Name() as name], value=ast.Call() as call) if _is_money(name):
                if {"FloatField", "DecimalField"} & set(_names(call.func)):
                    yield node.lineno


@check(
    *PRODUCT,
    at="reporting/selectors.py".replace("reporting", "platform/reporting"),
    bad="with schema_context('c350428'):\n    rows = list(Order.objects.all())\n",
)
def no_stock_tenant_switch(source: Source) -> Faults:
    """The stock library keeps the previous tenant on the class, shared by threads, and switches lazily: when
    tried, one county's rows were served as another's. Only `tenants.county.run_in_county` enters a county."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                if isinstance(item.context_expr, ast.Name | ast.Attribute) and "tenant" in list(
                    _names(item.context_expr)
                ):
                    yield node.lineno
    banned = {"set_tenant", "set_schema", "set_schema_to_public", "schema_context", "tenant_context"}
    for call, name in source.calls():
        if name in banned:
            yield call.lineno


@check(
    *PRODUCT,
    at="orders/selectors.py",
    bad="rows = list(Order.objects.using('city').all())\n",
)
def no_database_alias_by_hand(source: Source) -> Faults:
    """The router sends each app to the login that may read it; an alias by hand goes around county roles.
    Only folding crosses schemas, and it says so: `using("folder")`."""
    for call, name in source.calls():
        if (
            name == "using"
            and isinstance(call.func, ast.Attribute)
            and call.args
            and not (isinstance(call.args[0], ast.Constant) and call.args[0].value == "folder")
        ):
            yield call.lineno


@check(
    *PRODUCT,
    at="orders/rules.py",
    bad="def long():\n" + "    x = 1\n" * MAX_FUNCTION_LINES,
)
def functions_fit_a_screen(source: Source) -> Faults:
    """What does not fit a screen is not read as a whole. Sixty lines is a screen."""
    if is_migration(source):
        return
    for function in source.functions():
        if (function.end_lineno or 0) - function.lineno + 1 > MAX_FUNCTION_LINES:
            yield function.lineno


@check(
    *DOMAIN,
    at="orders/use_cases/grab_order.py",
    bad="def take(): ...\n",
)
def a_use_case_file_holds_the_verb_it_is_named_for(source: Source) -> Faults:
    """Whoever looks for a verb looks for its file."""
    path = PurePosixPath(source.path)
    if path.parent.name != "use_cases" or path.stem.startswith("_"):
        return
    if path.stem not in {node.name for node in source.tree.body if isinstance(node, ast.FunctionDef)}:
        yield 1


@check(
    *PRODUCT,
    but=("platform/linggong/cli.py", "platform/linggong/commands", "platform/linggong/apps.py"),
    at="ledger/selectors.py",
    bad="def statement():\n    from orders.models import Order\n    return Order\n",
)
def no_import_inside_a_function(source: Source) -> Faults:
    """It is how floors get dodged, and a cycle only moved to run time. The exceptions stand under the roof
    and run before Django is set up, with no floor left to dodge: the command line and ready()."""
    for function in source.functions():
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node.lineno


@check(
    *DOMAIN,
    *DOORS,
    at="ledger/selectors.py",
    bad="Order = apps.get_model('orders', 'Order')\n",
)
def no_model_by_string(source: Source) -> Faults:
    """import-linter does not see a model fetched by its name; the floor is dodged all the same. Ports are
    the exception: which sender, channel or insurer stands behind one is a setting, and is read from it."""
    if is_migration(source):
        return
    for call, name in source.calls():
        of_setting = [ast.unparse(arg).startswith("settings.LINGGONG_") for arg in call.args] == [True]
        if name in {"get_model", "import_module"} or (name == "import_string" and not of_setting):
            yield call.lineno


@check(
    *PRODUCT,
    at="orders/models.py",
    bad="at = models.DateTimeField(auto_now=True)\n",
)
def no_auto_now(source: Source) -> Faults:
    """Rows stamped by the wall clock land outside a played month. Market time is passed in as `now`."""
    for call, _ in source.calls():
        if any(keyword.arg in {"auto_now", "auto_now_add"} for keyword in call.keywords):
            yield call.lineno


@check(
    "ledger",
    "compliance",
    "orders",
    "platform/reporting",
    "tenants/policy",
    at="orders/use_cases/expire_order.py",
    bad="late = order.ends_at < timezone.now()\n",
)
def the_clock_is_passed_in(source: Source) -> Faults:
    """The same for code: a use case that looks at the wall clock cannot be played a month in a minute."""
    for call, name in source.calls():
        if name in {"now", "today", "utcnow"} and isinstance(call.func, ast.Attribute):
            owner = call.func.value
            if {"timezone", "datetime", "date"} & set(_names(owner)):
                yield call.lineno


@check(
    *PRODUCT,
    at="orders/migrations/0002_grab.py",
    bad='SQL = "UPDATE {schema}.orders_place SET taken_at = now() WHERE id = pid"\n',
)
def no_wall_clock_in_migrations(source: Source) -> Faults:
    """now() in the database is the wall clock again, where nobody can pass another."""
    if not is_migration(source):
        return
    clocks = r"\b(now|(clock|statement|transaction)_timestamp)\s*\(\)|\bcurrent_(timestamp|date)\b"
    for line, text in source.literals():
        if re.search(clocks, text, re.IGNORECASE):
            yield line


@check(
    *PRODUCT,
    at="orders/migrations/0002_touch.py",
    bad='SQL = "CREATE TRIGGER touch BEFORE UPDATE ON {schema}.orders_order"\n',
)
def no_triggers(source: Source) -> Faults:
    """When it was tried, a trigger that reads its own table failed once the county stood on another node."""
    for line, text in source.literals():
        if re.search(r"\bCREATE\s+(OR\s+REPLACE\s+)?(CONSTRAINT\s+)?TRIGGER\b", text, re.IGNORECASE):
            yield line


@check(
    *PRODUCT,
    but=(
        "platform/linggong/cli.py",
        "platform/linggong/commands",
    ),
    at="orders/use_cases/grab_order.py",
    bad="print(worker.id_number)\n",
)
def print_only_where_a_person_reads(source: Source) -> Faults:
    """A print left in a use case puts an ID number into a log that is neither JSON nor masked."""
    for call, name in source.calls():
        if name == "print" and isinstance(call.func, ast.Name):
            yield call.lineno


@check(
    *PRODUCT,
    at="ledger/models.py",
    bad="from django.db.models.signals import post_save\n",
)
def no_signals(source: Source) -> Faults:
    """With signals nobody can say what a save() does. News goes through the outbox and linggong/wiring.py."""
    for node, name in source.imports():
        if name.startswith(("django.db.models.signals", "django.dispatch")):
            yield node.lineno
    for function in source.functions():
        for decorator in function.decorator_list:
            if "receiver" in _names(decorator):
                yield decorator.lineno


@check(
    *PRODUCT,
    at="orders/models.py",
    bad="from django.contrib.contenttypes.fields import GenericForeignKey\n",
)
def no_generic_foreign_keys(source: Source) -> Faults:
    """A link the database cannot check, resolved through a table that stock tenancy clears at each switch."""
    for node, name in source.imports():
        if name.startswith("django.contrib.contenttypes"):
            yield node.lineno


@check(
    *PRODUCT,
    "tests",
    "benchmarks",
    at="orders/rules.py",
    bad="x = eval(y)  # noqa: S307\n",
)
def an_exception_says_why(source: Source) -> Faults:
    """A silenced warning without a reason cannot be judged when the code around it changes."""
    silenced = r"#\s*(noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\])(?P<why>.*)$"
    for number, line in enumerate(source.text.splitlines(), 1):
        found = re.search(silenced, line)
        if found and not re.search(r"\w{2,}", found["why"]) and "bad=" not in line:
            yield number


# --------------------------------------------------------------------------------------------- over the house


def files(*suffixes: str) -> Iterator[Path]:
    """Files that a person wrote: hidden and made folders are left out, except .ci."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        made = any(part in {"node_modules", "__pycache__", "dist"} for part in parts)
        hidden = any(part.startswith(".") and part not in {".ci"} for part in parts[:-1])
        if not made and not hidden and path.suffix in suffixes and path.is_file() and not path.is_symlink():
            yield path


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return [
        Source.of(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for folder in (*PRODUCT, "tests", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.name)
def test_the_house_keeps(rule: Check, sources: list[Source]) -> None:
    faults = [fault for source in sources for fault in rule.faults(source)]
    assert not faults, f"{rule.story}\n" + "\n".join(faults)


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.name)
def test_the_check_can_fail(rule: Check) -> None:
    assert rule.faults(Source.of(rule.bad_path, rule.bad)), "the bad sample went through"


# -------------------------------------------------------------------------------------- not about Python only


def shadowing(root: Path) -> list[str]:
    return [f"{name}/__init__.py" for name in SOURCE_ROOTS if (root / name / "__init__.py").exists()]


def test_source_roots_are_not_packages(tmp_path: Path) -> None:
    """With an __init__.py, platform/ hides the standard library's `platform`, and nothing starts any more."""
    assert not shadowing(ROOT)
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "__init__.py").touch()
    assert shadowing(tmp_path) == ["platform/__init__.py"]


def undescribed(root: Path, rooms: tuple[str, ...]) -> list[str]:
    return [room for room in rooms if not (root / room / "README.md").is_file()]


def test_every_room_says_what_it_is(tmp_path: Path) -> None:
    """A newcomer opens a folder and reads its README first."""
    assert not undescribed(ROOT, ROOMS)
    assert undescribed(tmp_path, ("orders",)) == ["orders"]


def addresses(lock: str) -> list[str]:
    return [
        line
        for line in lock.splitlines()
        if "://" in line or re.match(r"\s*(-i|--\S*(index|find-links))", line)
    ]


def unhashed(lock: str) -> list[str]:
    pins = re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9]|\Z)", lock, re.MULTILINE | re.DOTALL)
    return [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin]


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_the_lock_names_no_address_and_hashes_every_pin(lock: Path) -> None:
    """A lock made beside a mirror can carry the mirror's address, and then installs nowhere else."""
    text = lock.read_text()
    assert not addresses(text)
    assert not unhashed(text)


def test_the_lock_checks_can_fail() -> None:
    assert addresses("--index-url mirror\n")
    assert addresses("a==1 @ https://mirror.example/a.whl\n")
    assert unhashed("a==1 \\\n    --hash=sha256:00\nb==2\n") == ["b==2"]


MACHINE_PATH = re.compile(r"(?:^|[^\w.$}/])/(work|farm|root|home/\w+)/")


def test_no_file_names_a_path_of_one_machine() -> None:
    """A path of the machine it was written on makes a script fail on every other."""
    kinds = (".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".txt", ".json", ".html", ".cfg", ".ini", "")
    faults = []
    for path in files(*kinds):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if MACHINE_PATH.search(line):
                faults.append(f"{path.relative_to(ROOT)}:{number}")
    assert not faults
    assert MACHINE_PATH.search("open('/" + "work/month.csv')")
    assert not MACHINE_PATH.search("tests/" + "work/month.csv")


FOREIGN = re.compile(r"""(src|href|import)\s*[=(]?\s*["'](https?:)?//(?!localhost|127\.)""")


def test_pages_load_nothing_from_elsewhere() -> None:
    """County halls may have no way out to a CDN: the API's own documentation would stay blank there."""
    faults = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in PRODUCT
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".html", ".js", ".css"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if FOREIGN.search(line) and "<a " not in line
    ]
    assert not faults
    assert FOREIGN.search('<script src="https://cdn.example/x.js">')
    assert not FOREIGN.search('<script src="/static/x.js">')


def test_no_contract_of_the_floors_has_an_exception() -> None:
    """The first ignored import is never the last."""
    text = (ROOT / ".importlinter").read_text()
    assert not re.search(r"^\s*(ignore_imports|unmatched_ignore_imports_alerting)\b", text, re.MULTILINE)
