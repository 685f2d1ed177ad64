"""A string of one county is found nowhere in another: every door crawled with other people's rights, then the
files, caches, messages, logs and public tables.

Looking must be able to find: the county's own people see every canary that is meant to be seen, in the same
crawl, with the same eyes.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from graphql import GraphQLField, GraphQLObjectType, build_schema, get_named_type, is_required_argument
from psycopg import sql
from redis import Redis

from cityql.schema import render
from kernel import outbox
from linggong import observability
from linggong.celery import app
from linggong.tasks import wake
from linggong.timers import sweep
from linggong.wiring import CITY_TIMERS, TIMERS
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.doors.partners.machine import Machine, new_insurer
from tests.doors.rest import Caller
from tests.harness.servers import PREFIX, clone, superuser
from tests.identity.helpers import log_in, staff
from tests.isolation.crawling import Crawl, Marks, abroad, at_home, document, operations
from tests.isolation.planting import Planted, plant

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
DEPTH = 10  # of a document, as `limits` has it
HOME = "jiangle"
# Nobody is shown a whole account or number of a certificate again, the county's own people neither; and no
# verb reads these reasons yet, which are kept with the step they explain.
NEVER_SHOWN = {"payment_account", "certificate", "reject_reason", "table_reason", "settlement_reason"}


@pytest.fixture(scope="module")
def own_database(database: str, worker_id: str) -> Iterator[str]:
    """A fresh clone: what is planted here disturbs no other test's counties."""
    name = f"{PREFIX}_canary_{worker_id}"
    clone(name)
    _use(name)
    yield name
    _use(database)


def _use(name: str) -> None:
    connections.close_all()
    for alias in settings.DATABASES:
        for config in (settings.DATABASES[alias], connections[alias].settings_dict):
            config["NAME"] = name


@pytest.fixture(scope="module")
def logs() -> Iterator[io.StringIO]:
    """All that the site would write to its logs from here on, at the level and in the form it does."""
    root, written = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    observability.configure("INFO")
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture(scope="module")
def messages(own_database: str) -> Iterator[None]:
    """Workers are woken as on a site, through a broker; nobody takes the messages away."""
    patch = pytest.MonkeyPatch()
    patch.setattr(app.conf, "broker_url", os.environ["LINGGONG_BROKER_URL"])
    patch.setattr(app, "_pool", None)
    patch.setattr(app.amqp, "_producer_pool", None)
    patch.setattr(outbox, "_listeners", [wake])
    yield
    patch.undo()


@pytest.fixture(scope="module")
def planted(
    counties: dict[str, CountyRef], own_database: str, messages: None, logs: io.StringIO
) -> dict[str, Planted]:
    insurer = new_insurer()
    return {slug: plant(ref, insurer) for slug, ref in counties.items() if not ref.sandbox}


@pytest.fixture(scope="module")
def marks(planted: dict[str, Planted]) -> Marks:
    return Marks(planted.values())


class InsurersMachine(Caller):
    """An insurer's client of one county; what it tells is signed as the county expects it."""

    machine: Machine

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        if method == "GET":
            return super().send(method, path)
        address = path if path.startswith("/") else f"/partners/v1/{self.county.slug}/{path}"
        return self.machine.signed(address, body, method=method)


def _cast(home: Planted) -> dict[str, Caller]:
    assert home.insurer is not None
    insurer = InsurersMachine(home.county, bearer=home.insurer.bearer)
    object.__setattr__(insurer, "machine", home.insurer)
    return {**home.cast, "insurer": insurer, "stranger": Caller(home.county)}


@pytest.fixture(scope="module")
def crawl(planted: dict[str, Planted], marks: Marks) -> Crawl:
    """Everybody of one county through every door: at home with all ids, then with those of ten others."""
    home = planted[HOME]
    doors = {
        "/{}/api/v1": operations(document(f"/{HOME}/api/v1/openapi.json")),
        "/partners/v1/{}": operations(document("/partners/v1/openapi.json")),
    }
    assert len(doors["/{}/api/v1"]) > 150
    assert len(doors["/partners/v1/{}"]) > 30
    crawl = Crawl(marks, HOME)
    cast = _cast(home)
    at_home(crawl, doors, cast, home)
    for who, method, address, body in (
        ("staff", "POST", f"workers/{home.ids['worker_id'][0]}/reveal", {"purpose": "核对"}),
        ("boss", "POST", f"assignments/{home.ids['assignment_id'][0]}/contact", {"of": "worker"}),
        ("worker", "POST", f"assignments/{home.ids['assignment_id'][0]}/contact", {"of": "employer"}),
    ):
        crawl.ask(cast[who], who, method, f"/{HOME}/api/v1/{address}", body)
    abroad(crawl, doors, cast, home, [one for slug, one in planted.items() if slug != HOME])
    return crawl


def test_nobody_sees_another_countys_canary(crawl: Crawl) -> None:
    assert crawl.leaks == []
    # Slips and phones are answered alike whether known or not; any number may be made the own county's staff.
    assert crawl.done <= {"covered_by_slip", "covered_by_phone", "create_staff"}
    assert sum(crawl.statuses.values()) > 2_000, crawl.statuses
    assert min(crawl.statuses.get(status, 0) for status in (200, 403, 404)) > 100, crawl.statuses


def test_the_same_eyes_see_every_canary_at_home(crawl: Crawl, planted: dict[str, Planted]) -> None:
    assert set(planted[HOME].marks) - crawl.seen == NEVER_SHOWN


def test_what_is_found_is_told(planted: dict[str, Planted], marks: Marks) -> None:
    """A leak in each of the forms in which one may travel."""
    foreign = planted["taining"]
    word, name = foreign.marks["address"], foreign.marks["worker_name"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("xl/sharedStrings.xml", f"<t>{word}</t>")
    packed = base64.b64encode(f"xx{word}".encode()).decode()
    for content in (word, {"a": [word]}, name.encode(), json.dumps(name), packed, archive.getvalue()):
        crawl = Crawl(marks, HOME)
        crawl.look("here", content)
        assert len(crawl.leaks) == 1, content


# -- the city's door ---------------------------------------------------------------------------------


def test_graphql_tells_strangers_and_counties_nothing(planted: dict[str, Planted], marks: Marks) -> None:
    """Whatever is asked, those without the city's scope hear the same refusal and not a word more."""
    home, other = planted[HOME], planted["youxi"]
    asked = [*_documents(other), "{ counties { slug } }", "{ __schema { types { name } } }", "{ nothing }"]
    answers = set()
    for caller in _cast(home).values():
        for text in asked:
            answer = caller.send("POST", "/graphql/", {"query": text})
            assert answer.status in (401, 403), answer.body
            assert marks.find(answer.body) == set()
            answers.add((answer.status, answer.body["errors"][0]["extensions"]["code"]))
    assert len(answers) <= 3, answers


def test_the_city_sees_things_but_no_person(planted: dict[str, Planted], marks: Marks) -> None:
    """Every field of a county's that the city may ask for, with the purpose where one is wanted."""
    phone, made = staff("city_admin", None)
    city = Caller(planted[HOME].county, token=log_in(phone, totp_secret=made.totp_secret))
    seen: set[tuple[str, str]] = set()
    answered, refused = 0, []
    for one in (planted[HOME], planted["yongan"]):
        for text in _documents(one):
            answer = city.send("POST", "/graphql/", {"query": text})
            seen |= marks.find(answer.body) - marks.find(text)
            answered += "errors" not in answer.body
            refused += [f"{text}: {error['message']}" for error in answer.body.get("errors", ())]
    assert seen & marks.personal == set()
    assert answered > 20, refused
    assert {(HOME, "product_name"), (HOME, "program"), ("yongan", "table_source")} <= seen, refused


def _documents(of: Planted) -> list[str]:
    """A query for each field of a county in the schema, with all that hangs on it."""
    county = build_schema(render()).get_type("CountyDetail")
    assert isinstance(county, GraphQLObjectType)
    return [
        f'{{ county(slug: "{of.county.slug}") {{ {_written(name, found, of)} }} }}'
        for name, found in county.fields.items()
    ]


def _written(name: str, found: GraphQLField, of: Planted, depth: int = 3) -> str:
    """The field with its arguments and everything below, as deep as the door allows; "" where that ends."""
    kind, below = get_named_type(found.type), ""
    if isinstance(kind, GraphQLObjectType):
        if depth > DEPTH:
            return ""
        parts = [_written(each, one, of, depth + 1) for each, one in kind.fields.items()]
        below = f" {{ {' '.join(parts)} }}"
    said = [
        f"{argument}: {json.dumps(_value(name, argument, of), ensure_ascii=False)}"
        for argument, about in found.args.items()
        if argument == "first" or is_required_argument(about)
    ]
    return name + (f"({', '.join(said)})" if said else "") + below


def _value(name: str, argument: str, of: Planted) -> object:
    of_ids = {("rateTable", "id"): "table_id", ("diff", "against"): "table_id"}
    if (name, argument) in of_ids:
        return of.ids[of_ids[name, argument]][0]
    known = {"purpose": "核对县级报表", "first": 2, "firstDay": "2026-01-01", "lastDay": "2026-12-31"}
    return known.get(argument, "sandbox")


# -- what lies about ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def worked(crawl: Crawl, counties: dict[str, CountyRef]) -> None:
    """Every timer of the site has run in every county after all that was crawled, and those of the city."""
    for name, every in TIMERS.items():
        sweep(name, every.run, counties.values())
    for one in CITY_TIMERS.values():
        one.run()


def test_files_lie_below_their_county(planted: dict[str, Planted], marks: Marks, worked: None) -> None:
    schemas = {one.county.schema_name: slug for slug, one in planted.items()}
    found: set[tuple[str, str]] = set()
    root = Path(settings.LINGGONG_FILES_ROOT)
    for path in root.rglob("*"):
        if path.is_file():
            here = marks.find(path.read_bytes()) | marks.find(str(path))
            place = schemas.get(path.relative_to(root).parts[0])
            assert {county for county, _ in here} <= {place}, path
            found |= here
    assert {(slug, "paper") for slug in planted} <= found, "the papers are there"


def test_caches_and_messages_carry_no_words(planted: dict[str, Planted], marks: Marks, worked: None) -> None:
    read = _valkey()
    assert marks.find(read) == set()
    assert sum("linggong.relay" in text for text in read) > 0, "messages that wake workers are there"
    with Redis.from_url(settings.LINGGONG_CACHE_URL) as cache:
        cache.set("canary", planted["youxi"].marks["address"])
        try:
            assert marks.find(_valkey()) == {("youxi", "address")}
        finally:
            cache.delete("canary")


def _valkey() -> list[str]:
    """Every key and value of all databases of the server."""
    readers = {
        b"string": lambda db, key: [db.get(key)],
        b"list": lambda db, key: db.lrange(key, 0, -1),
        b"set": lambda db, key: db.smembers(key),
        b"zset": lambda db, key: db.zrange(key, 0, -1),
        b"hash": lambda db, key: [part for pair in db.hgetall(key).items() for part in pair],
    }
    read: list[str] = []
    for number in range(16):
        address = re.sub(r"(db|virtual_host)=\d+", rf"\1={number}", settings.LINGGONG_CACHE_URL)
        with Redis.from_url(address) as db:
            for key in db.scan_iter():
                kind = db.type(key)
                if kind != b"none":  # it expired just now
                    values = readers[kind](db, key)
                    read += [part.decode("utf-8", "replace") for part in (key, *values) if part is not None]
    return read


def test_logs_carry_no_words(
    planted: dict[str, Planted], marks: Marks, worked: None, logs: io.StringIO
) -> None:
    lines = logs.getvalue()
    assert lines.count("\n") > 2_000
    assert marks.find(lines) == set()
    logging.getLogger("canary").warning("said by mistake: %s", planted["youxi"].marks["claim_what"])
    assert marks.find(logs.getvalue()) == {("youxi", "claim_what")}


def test_public_tables_as_each_county_reads_them(
    planted: dict[str, Planted], marks: Marks, worked: None
) -> None:
    """Whatever of the public schema a county's role may read holds no canary of another one."""
    for slug, one in planted.items():
        with run_in_county(one.county), connection.cursor() as cursor:
            tables = _readable(cursor)
            assert len(tables) >= 3
            for table, columns in tables.items():
                found = marks.find(_rows(cursor, table, columns))
                assert {county for county, _ in found} <= {slug}, (table, found)


def test_public_tables_name_no_person(planted: dict[str, Planted], marks: Marks, worked: None) -> None:
    """As the server's own superuser sees them: no word about a person has left its county."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(**superuser(), dbname=name) as server, server.cursor() as cursor:
        tables = _readable(cursor)
        assert len(tables) > 40
        for table, columns in tables.items():
            assert marks.find(_rows(cursor, table, columns)) & marks.personal == set(), table
        mark = planted["youxi"].marks["worker_name"]
        cursor.execute("INSERT INTO public.tenants_sitefact (name, value) VALUES ('canary', %s)", [mark])
        assert marks.find(_rows(cursor, "tenants_sitefact", ["value"])) == {("youxi", "worker_name")}
        server.rollback()


def _readable(cursor: Any) -> dict[str, list[str]]:
    """Tables and columns of the public schema that whoever asks may read."""
    cursor.execute(
        """
        SELECT c.relname, array_agg(a.attname::text) FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND has_column_privilege(c.oid, a.attnum, 'SELECT')
        GROUP BY 1
        """
    )
    return dict(cursor.fetchall())


def _rows(cursor: Any, table: str, columns: list[str]) -> list[Any]:
    cursor.execute(
        sql.SQL("SELECT {} FROM public.{}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
        )
    )
    return [list(row) for row in cursor.fetchall()]
