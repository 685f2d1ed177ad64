"""`linggong`: every command of the platform.

Imports that need Django stand inside the commands: each command first chooses the logins it runs
with (`use`), and a process never holds two kinds.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Linggong, a public casual-work market.")
county_app = typer.Typer(no_args_is_help=True, help="Counties: open, suspend, rename, succeed, close, list.")
ledger_app = typer.Typer(no_args_is_help=True, help="The ledgers.")
rates_app = typer.Typer(no_args_is_help=True, help="What cover costs.")
write_app = typer.Typer(no_args_is_help=True, help="Write the documents that are drawn from code.")
figures_app = typer.Typer(no_args_is_help=True, help="The city's figures.")
outbox_app = typer.Typer(no_args_is_help=True, help="News on its way: what waits, what failed.")
keys_app = typer.Typer(no_args_is_help=True, help="Encryption keys.")
insurer_app = typer.Typer(no_args_is_help=True, help="Insurers that counties may connect to.")
app.add_typer(insurer_app, name="insurer")
partner_app = typer.Typer(no_args_is_help=True, help="What an insurer needs to connect: docs/partners.md.")
app.add_typer(partner_app, name="partner")
report_app = typer.Typer(no_args_is_help=True, help="Figures as files.")
app.add_typer(report_app, name="report")
app.add_typer(figures_app, name="figures")
app.add_typer(outbox_app, name="outbox")
app.add_typer(keys_app, name="keys")
app.add_typer(county_app, name="county")
app.add_typer(ledger_app, name="ledger")
app.add_typer(rates_app, name="rates")
app.add_typer(write_app, name="write")

MEMORY = "/dev/shm"  # noqa: S108  # files that need not outlive the process: heartbeats, beat's schedule
SINCE = "2025-04-01"  # the day the current minimum wages took effect


def use(settings: str) -> None:
    """Loads Django with the given settings; each process serves under exactly one set of logins."""
    os.environ["DJANGO_SETTINGS_MODULE"] = f"linggong.settings.{settings}"
    import django

    django.setup()


def _check_keys() -> None:
    """A process with other keys than the data was sealed with must not serve for a moment."""
    use("site")
    from linggong.preflight import check_keys

    check_keys()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def manage(context: typer.Context) -> None:
    """Django's own commands, as the owner of the tables."""
    use("owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["linggong manage", *context.args])


@app.command()
def migrate() -> None:
    """Brings the public schema and every county up to date, as the owner."""
    use("owner")
    from tenants.identity.seed import seed_roles
    from tenants.migrate import migrate_all

    migrate_all(say=typer.echo)
    seed_roles()


@app.command()
def init(
    host: Annotated[str, typer.Option(help="server or socket folder")],
    user: Annotated[str, typer.Option(help="a superuser of the server")],
    port: int = 5432,
) -> None:
    """Creates logins and database on an external PostgreSQL. Passwords come from the environment
    (PGPASSWORD for the superuser, LINGGONG_DB_<LOGIN>_PASSWORD for each login)."""
    from linggong.settings import env
    from tenants.bootstrap import LOGINS, bootstrap

    bootstrap(
        superuser={"host": host, "port": port, "user": user},
        database=env.text("LINGGONG_DB_NAME"),
        prefix=env.text("LINGGONG_DB_ROLE_PREFIX"),
        passwords={login: env.text(f"LINGGONG_DB_{login.upper()}_PASSWORD") for login in LOGINS},
    )
    typer.echo("logins and database are there; next: linggong migrate, linggong county open, county seed")


@app.command()
def serve(bind: str = "127.0.0.1:8000", workers: int = 2, threads: int = 16) -> None:
    """The web processes, until told to stop."""
    _check_keys()
    argv = ["gunicorn", "linggong.wsgi:application", "--bind", bind, "--worker-class", "gthread"]
    argv += ["--workers", str(workers), "--threads", str(threads), "--timeout", "60"]
    argv += ["--graceful-timeout", "25", "--keep-alive", "20", "--log-level", "warning"]
    argv += ["--worker-tmp-dir", MEMORY]
    os.execv(sys.executable, [sys.executable, "-m", *argv])  # noqa: S606  # replaces this process, no shell


@app.command()
def worker(concurrency: int = 4) -> None:
    """A worker: delivers news and runs timers."""
    _check_keys()
    argv = ["celery", "-A", "linggong.celery:app", "worker", "--pool", "threads", "-c", str(concurrency)]
    argv += ["--without-gossip", "--without-mingle", "--loglevel", "warning"]
    os.execv(sys.executable, [sys.executable, "-m", *argv])  # noqa: S606  # replaces this process, no shell


@app.command()
def beat() -> None:
    """The clock that starts timers. One a site; a second one does no harm but work."""
    argv = ["celery", "-A", "linggong.celery:app", "beat", "--loglevel", "warning"]
    argv += ["--schedule", f"{MEMORY}/linggong-beat-{os.getpid()}", "--pidfile", ""]
    os.execv(sys.executable, [sys.executable, "-m", *argv])  # noqa: S606  # replaces this process, no shell


@app.command()
def operations(
    once: Annotated[bool, typer.Option(help="do what waits now, then end")] = False,
) -> None:
    """Carries out operations on counties as the owner of the tables, until told to stop. Serves nobody."""
    use("owner")
    from linggong.commands.operations import run_operations

    raise typer.Exit(run_operations(once=once))


@app.command()
def deliver() -> None:
    """Sends signed webhooks to partners, until told to stop. Several may run."""
    _check_keys()
    from linggong.commands.deliver import run_deliver

    raise typer.Exit(run_deliver())


@app.command()
def up(
    port: int = 8000,
    data: Annotated[Path | None, typer.Option(help="data folder, by default in the checkout")] = None,
) -> None:
    """A whole site on this machine: servers, web, worker, beat. Ctrl-C stops all."""
    from linggong.commands.up import run_up

    raise typer.Exit(run_up(port=port, data=data))


@app.command()
def demo(
    month: Annotated[Path | None, typer.Option(help="a month in the form of jiangle_first_month.csv")] = None,
) -> None:
    """The demonstration: one order line by line, then a month of eleven counties."""
    from linggong.commands.demo import run_demo

    raise typer.Exit(run_demo(month=month))


@app.command(hidden=True)
def logins(file: Path) -> None:
    """Makes the sample logins of a sandbox site; `linggong up` calls this."""
    use("site")
    from linggong.commands.logins import make_logins

    make_logins(file)


@app.command()
def staff(
    who: Annotated[list[str], typer.Argument(help="ROLE:COUNTY=PHONE, or ROLE=PHONE for a role of the city")],
    file: Annotated[
        Path | None, typer.Option(help="write phones and secrets there, not to the screen")
    ] = None,
) -> None:
    """Makes staff logins, such as a county's first administrator, and hands over their TOTP secrets."""
    use("site")
    from linggong.commands.staff import add_staff

    add_staff(who, file=file)


@app.command()
def totp(secret: str) -> None:
    """The one-time password that an authenticator app would show now for a secret."""
    use("site")
    from tenants.identity.totp import totp_code

    typer.echo(totp_code(secret))


@app.command()
def fold() -> None:
    """Folds facts and collected transfers now, in every county, until none is left."""
    use("site")
    from linggong.wiring import fold_everything

    typer.echo(f"{fold_everything()} rows folded")


@figures_app.command("check")
def figures_check() -> None:
    """Recounts every county's figures from its facts; exits 1 where a rollup differs."""
    use("site")
    from linggong.commands.figures import check

    raise typer.Exit(check())


@figures_app.command("rebuild")
def figures_rebuild(
    county: Annotated[str | None, typer.Option(help="one county's slug; all when absent")] = None,
) -> None:
    """Makes figures anew from the facts, after metrics were added; readers see the old ones meanwhile."""
    use("site")
    from linggong.commands.figures import rebuild

    raise typer.Exit(rebuild(county))


@report_app.command("export")
def report_export(
    kind: Annotated[str, typer.Argument(help="csv, xlsx, bulletin or open_data")],
    month: Annotated[str, typer.Option(help="like 2026-03")],
    until: Annotated[str, typer.Option(help="last month of a longer table")] = "",
    metric: Annotated[list[str] | None, typer.Option(help="code of a metric; may be given often")] = None,
    county: Annotated[list[str] | None, typer.Option(help="short name; may be given often")] = None,
    by: Annotated[list[str] | None, typer.Option(help="county, month, trade, …; may be given often")] = None,
    compare: Annotated[str, typer.Option(help="previous, year or target")] = "",
    as_signed: Annotated[bool, typer.Option(help="what the city accepted")] = False,
    lang: Annotated[str, typer.Option(help="zh or en")] = "zh",
    out: Annotated[Path, typer.Option(help="folder or file")] = Path(),
) -> None:
    """Makes a file of the city's figures, with a progress bar; exits 1 when it cannot be made."""
    use("site")
    from linggong.commands.report import export

    raise typer.Exit(
        export(
            kind=kind,
            month=month,
            last=until,
            metrics=metric or [],
            counties=county or [],
            group_by=by or [],
            compare=compare,
            as_signed=as_signed,
            lang=lang,
            out=out,
        )
    )


@outbox_app.command("list")
def outbox_list() -> None:
    """News that waits or has failed, by county; exits 1 when there is a dead letter."""
    use("site")
    from linggong.commands.outbox import show

    raise typer.Exit(show())


@outbox_app.command("retry")
def outbox_retry(county: str) -> None:
    """Gives a county's dead letters and paused news another try now."""
    use("site")
    from linggong.commands.outbox import retry

    typer.echo(f"{retry(county)} rows will be tried again")


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Adds a new data key to LINGGONG_KEYS_FILE and makes it the current one. Restart every process,
    then run `linggong keys reseal`."""
    use("site")
    from linggong.commands.keys import rotate

    typer.echo(f"data key {rotate()} is now current; restart all processes, then: linggong keys reseal")


@keys_app.command("reseal")
def keys_reseal() -> None:
    """Seals everything anew that was sealed with an older key, while the site runs."""
    use("site")
    from linggong.commands.keys import reseal_all

    typer.echo(f"{reseal_all()} values sealed anew")


@county_app.command("open")
def county_open() -> None:
    """Opens every county of the data file, and the sandbox, as the owner; known ones are left alone."""
    use("owner")
    from rich.progress import track

    from tenants.provision import SANDBOX, provision, sanming, seed_public

    now = datetime.now(UTC)
    city = seed_public(now=now)
    for spec in track([*sanming(), SANDBOX], description="counties", disable=not sys.stdout.isatty()):
        if provision(spec, city=city, now=now, since=date.fromisoformat(SINCE)):
            typer.echo(f"{spec.slug} opened")


@county_app.command("add")
def county_add(
    code: Annotated[str, typer.Argument(help="GB/T 2260 division code, six digits")],
    slug: str,
    name: str,
    name_en: str,
    min_wage_month_fen: Annotated[int, typer.Option()],
    min_wage_hour_fen: Annotated[int, typer.Option()],
    since: str = SINCE,
    sandbox: bool = False,
) -> None:
    """Opens one more county from the schema snapshot, as the owner. Seed it with `county seed`."""
    use("owner")
    from tenants.provision import CountySpec, check, provision, seed_public

    spec = CountySpec(
        code=code,
        slug=slug,
        name=name,
        name_en=name_en,
        min_wage_month_fen=min_wage_month_fen,
        min_wage_hour_fen=min_wage_hour_fen,
        sandbox=sandbox,
    )
    if fault := check(spec):
        raise typer.BadParameter(fault)
    now = datetime.now(UTC)
    opened = provision(spec, city=seed_public(now=now), now=now, since=date.fromisoformat(since))
    typer.echo(f"{slug} opened; next: linggong county seed" if opened else f"{slug} is open already")


@county_app.command("seed")
def county_seed(since: str = SINCE) -> None:
    """Gives every county its first policy and rate table, and stores the keys' fingerprint."""
    use("site")
    from linggong import preflight
    from linggong.seeds import seed_all

    preflight.check_keys()
    seed_all(since=date.fromisoformat(since), now=datetime.now(UTC))


@county_app.command("list")
def county_list() -> None:
    """Every county with its schema, and its state unless it is active."""
    use("site")
    from tenants import directory

    for ref in directory.all_counties(sandbox=True):
        told = "".join(
            f"  ({word})" for word in (ref.sandbox and "sandbox", ref.state != "active" and ref.state) if word
        )
        typer.echo(f"{ref.code}  {ref.schema_name}  {ref.slug:10}  {ref.name}{told}")


@county_app.command("suspend")
def county_suspend(slug: str, reason: Annotated[str, typer.Option()]) -> None:
    """No new orders, registrations or deposits in a county; what runs goes on, and money out."""
    use("site")
    from linggong.commands.counties import suspend

    typer.echo(suspend(slug, reason))


@county_app.command("resume")
def county_resume(slug: str, reason: Annotated[str, typer.Option()]) -> None:
    """Everything again in a suspended county."""
    use("site")
    from linggong.commands.counties import resume

    typer.echo(resume(slug, reason))


@county_app.command("rename")
def county_rename(
    slug: str,
    name: str,
    name_en: str,
    valid_from: Annotated[str, typer.Option("--from", help="the first day, YYYY-MM-DD")],
    code: Annotated[str, typer.Option(help="a new division code, if it changes")] = "",
) -> None:
    """New names, and a new division code where one is given, from a day on."""
    use("site")
    from linggong.commands.counties import rename

    typer.echo(rename(slug, name, name_en, valid_from=date.fromisoformat(valid_from), code=code))


@county_app.command("succeed")
def county_succeed(
    code: Annotated[str, typer.Argument(help="GB/T 2260 division code, six digits")],
    slug: str,
    name: str,
    name_en: str,
    predecessor: Annotated[list[str], typer.Option(help="a county to take over from; once for each")],
    opens_on: Annotated[str, typer.Option("--from", help="the first day, YYYY-MM-DD")],
) -> None:
    """Asks for a county that takes over from others on a day. `linggong operations` carries it out."""
    use("site")
    from linggong.commands.counties import succeed

    typer.echo(
        succeed(code, slug, name, name_en, predecessors=predecessor, opens_on=date.fromisoformat(opens_on))
    )


@county_app.command("close")
def county_close(slug: str) -> None:
    """Closes a county that winds down, if nothing is left; else tells what is."""
    use("site")
    from linggong.commands.counties import close

    typer.echo(close(slug))


@county_app.command("operations")
def county_operations() -> None:
    """What was asked for, newest first, and how far it is."""
    use("site")
    from linggong.commands.counties import operation_lines

    for line in operation_lines():
        typer.echo(line)


@county_app.command("snapshot")
def county_snapshot() -> None:
    """Writes tenants/snapshot/county.sql anew from the migrations, on a server of its own."""
    from linggong.commands.snapshot import write_snapshot

    typer.echo(write_snapshot())


@insurer_app.command("add")
def insurer_add(code: str, name: str, name_en: str) -> None:
    """Registers an insurer. Its code stands in policies and accounts and never changes."""
    use("site")
    from linggong.commands.insurers import add

    typer.echo(add(code, name, name_en))


@insurer_app.command("rename")
def insurer_rename(code: str, name: str, name_en: str) -> None:
    """New names for an insurer."""
    use("site")
    from linggong.commands.insurers import rename

    typer.echo(rename(code, name, name_en))


@insurer_app.command("list")
def insurer_list() -> None:
    """Every insurer, and whether it takes new business."""
    use("site")
    from linggong.commands.insurers import lines

    for line in lines():
        typer.echo(line)


@insurer_app.command("suspend")
def insurer_suspend(code: str, reason: Annotated[str, typer.Option()]) -> None:
    """No new business with an insurer; what is in force stays."""
    use("site")
    from linggong.commands.insurers import suspend

    typer.echo(suspend(code, reason))


@insurer_app.command("resume")
def insurer_resume(code: str, reason: Annotated[str, typer.Option()]) -> None:
    """New business with an insurer again."""
    use("site")
    from linggong.commands.insurers import resume

    typer.echo(resume(code, reason))


@ledger_app.command("verify")
def ledger_verify(county: str = "") -> None:
    """Recomputes every account of every county, or of one; exits 1 on any difference."""
    use("site")
    from linggong.commands.verify import verify

    raise typer.Exit(verify(county))


@rates_app.command("verify")
def rates_verify(county: str = "") -> None:
    """Replays every quote of every county, or of one, and checks its tables; exits 1 on any difference."""
    use("site")
    from linggong.commands.rates import verify

    raise typer.Exit(verify(county))


@partner_app.command("check")
def partner_check(
    url: Annotated[str, typer.Argument(help="the insurer's base_url for one county")],
    secret: Annotated[str, typer.Option(help="the call key, whsec_…")],
    key: Annotated[Path, typer.Option(help="file with the insurer's public JWK", exists=True)],
    county: Annotated[str, typer.Option(help="short name; by default the end of the URL")] = "",
    old_secret: Annotated[str, typer.Option(help="the other live call key, to try a rotation")] = "",
    events: Annotated[str, typer.Option(help="the insurer's address for our events")] = "",
    events_secret: Annotated[str, typer.Option(help="the key of that endpoint")] = "",
    door: Annotated[int | None, typer.Option(help="port on loopback for late answers")] = None,
    inbound_secret: Annotated[str, typer.Option(help="the inbound key, for late answers")] = "",
    term: Annotated[list[str] | None, typer.Option(help="NAME=JSON: a member of the binds to send")] = None,
    patience: Annotated[float, typer.Option(help="seconds until a pending policy must be decided")] = 30.0,
    timeout: Annotated[float, typer.Option(help="seconds for one answer")] = 10.0,
) -> None:
    """Runs the contract against an insurer's TEST system and prints a table; exits 1 when a check fails.

    Sends made-up people and policies. Events and late answers are tried when their options are given; the
    door gives tokens to client `check` with secret `check`.
    """
    from linggong.commands.partner import Options, check_partner, read_terms, show, wrong_options
    from linggong.commands.partner.peer import read_key

    try:
        options = Options(
            url=url.rstrip("/"),
            secret=secret,
            key=read_key(key),
            county=county or url.rstrip("/").rpartition("/")[2],
            old_secret=old_secret,
            events_url=events,
            events_secret=events_secret,
            door_port=door,
            inbound_secret=inbound_secret,
            patience_seconds=patience,
            timeout_seconds=timeout,
            terms=read_terms(term or []),
        )
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from None
    if told := wrong_options(options):
        raise typer.BadParameter(told)
    raise typer.Exit(show(check_partner(options)))


@write_app.command("docs")
def write_docs() -> None:
    """Writes every document that is drawn from code: OpenAPI, GraphQL schema, errors, settings."""
    os.environ.setdefault("LINGGONG_SANDBOX", "1")
    use("site")
    from linggong.commands.documents import write_all

    for path in write_all(Path.cwd()):
        typer.echo(path)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
