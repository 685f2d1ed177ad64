"""How an endpoint is declared and what happens to every request, in this order:

host and path agree on a county -> method -> authentication (over before any county work) -> limits by
user and client -> coarse role -> query -> body -> the county's transaction with the idempotency key ->
answer. A subclass of `Act` is one operation; `route` puts the operations of one path together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from rest_framework.views import APIView

from api import callers, cursors, problems, request, throttle
from api.errors import METHOD_NOT_ALLOWED
from api.fields import In, Refused, parse_uuid
from api.inspector import OperationSchema
from api.rendering import Binary, as_stored, file_response, json_response
from api.shapes import Out
from kernel import idempotency
from kernel.actor import Actor
from kernel.errors import IDEMPOTENCY_KEY_MISSING, DomainError, Refusal
from kernel.request_ids import request_id_of
from tenants import gate
from tenants.contracts import CountyRef
from tenants.county import CountyWork, run_in_county


class Key(StrEnum):
    """What an operation does with an Idempotency-Key."""

    REQUIRED = "required"  # it moves money
    OPTIONAL = "optional"  # it changes something
    UNUSED = "unused"  # it reads, or its answer must not be kept


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has been let in: who, where, and what was asked, all checked for form.

    `path` holds the identifiers of the address; `data` is the body, `query` the parameters; `position`
    is the place to go on from in a list (None at the start); `content` the body of an upload.
    """

    county: CountyRef
    actor: Actor | None
    path: Mapping[str, Any]
    data: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    position: Any | None = None
    key: str | None = None
    fingerprint: Mapping[str, Any] = field(default_factory=dict)
    prepared: Any = None
    content: bytes = field(default=b"", repr=False)

    @property
    def who(self) -> Actor:
        """The actor of an operation that is not public."""
        assert self.actor is not None
        return self.actor


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that is a file: the media types it may be sent as (its true type is found by its content)
    and how many bytes it may have."""

    types: tuple[str, ...]
    max_bytes: int


class Act:
    """One operation. The docstring's first line is its summary in the OpenAPI, the rest its description."""

    tag: ClassVar[str]
    scope: ClassVar[str | None] = None
    public: ClassVar[bool] = False
    takes: ClassVar[type[In] | None] = None
    asks: ClassVar[type[In] | None] = None
    gives: ClassVar[type[Out] | None] = None
    paged: ClassVar[bool] = False
    listed: ClassVar[bool] = False
    status: ClassVar[int] = 200
    key: ClassVar[Key] = Key.UNUSED
    uploads: ClassVar[Upload | None] = None
    serves: ClassVar[tuple[str, ...]] = ()
    in_closed: ClassVar[bool] = False  # a POST that writes no row of the county's, so a closed one has it too
    refuses: ClassVar[tuple[Refusal, ...]] = ()
    example: ClassVar[Mapping[str, Any] | None] = None

    def act(self, work: CountyWork, call: Call) -> Any:
        """Calls one use case or selector inside the county's transaction; returns evaluated data."""
        raise NotImplementedError

    def before(self, call: Call) -> Any:
        """What comes before the county's transaction: work on identities, idempotent by itself. What
        it returns is there as `call.prepared`."""

    def after(self, result: Any) -> None:
        """What is to be refused only once the transaction is kept (a wrong try that must count)."""

    def perform(self, call: Call) -> Answer:
        """The operation in its county's transaction, once a key."""
        call = replace(call, prepared=self.before(call))
        with run_in_county(call.county, keeping=self.fits_closed(call.fingerprint["method"])) as work:
            answer, result = self._once(work, call)
        self.after(result)
        return answer

    def fits_closed(self, method: str | None) -> bool:
        """Whether the operation changes nothing of the county; it may leave an audit row there."""
        return self.in_closed or method in ("GET", "HEAD")

    def shape(self, result: Any, call: Call) -> Any:
        """The result as JSON values; a Binary is served as it is."""
        if isinstance(result, Binary):
            return result
        if self.gives is None:
            return result if result is not None else {}
        if self.paged:
            assert isinstance(result, cursors.Page)
            sealed = None if result.after is None else cursors.seal(result.after, self.salt(call))
            return {"items": [self.gives.shape(item) for item in result.items], "next": sealed}
        if self.listed:
            return {"items": [self.gives.shape(item) for item in result]}
        return self.gives.shape(result)

    def salt(self, call: Call) -> str:
        """A cursor is good for one list of one county."""
        return ":".join((call.county.schema_name, type(self).__name__, *map(str, call.path.values())))

    def holder(self, call: Call) -> Actor:
        """Whose idempotency keys these are."""
        return call.who

    def _once(self, work: CountyWork, call: Call) -> tuple[Answer, Any]:
        if call.key is None:
            result = self.act(work, call)
            return Answer(self.status, self.shape(result, call)), result
        kept: list[Any] = [None]

        def effect() -> tuple[int, dict[str, Any]]:
            kept[0] = self.act(work, call)
            return self.status, as_stored(self.shape(kept[0], call))

        outcome = idempotency.run_once(
            actor=self.holder(call), key=call.key, request=call.fingerprint, now=work.now, effect=effect
        )
        return Answer(outcome.status, outcome.body, outcome.replayed), kept[0]


class IdentityAct(Act):
    """An operation on logins and roles, which live outside the counties; needs no county transaction."""

    def perform(self, call: Call) -> Answer:
        return Answer(self.status, self.shape(self.decide(call), call))

    def decide(self, call: Call) -> Any:
        """Calls one use case or selector of `tenants.identity`."""
        raise NotImplementedError


class Endpoint(APIView):
    """All operations of one path. DRF gives the class that spectacular inspects; the steps are ours."""

    acts: ClassVar[Mapping[str, Act]] = {}
    authentication_classes = ()
    permission_classes = ()
    schema = OperationSchema()

    @property
    def allowed_methods(self) -> list[str]:
        return [*self.acts, "OPTIONS"]

    def dispatch(self, request: HttpRequest, *args: Any, **path: Any) -> HttpResponseBase:
        return guarded(request, lambda: self._answer(request, path))

    def _answer(self, http: HttpRequest, path: dict[str, str]) -> HttpResponse:
        county = request.county_of(http, path.pop("county", None))
        method = "GET" if http.method == "HEAD" else http.method or ""
        if method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(self.allowed_methods)})
        act = self.acts.get(method)
        if act is None:
            allowed = ", ".join(self.allowed_methods)
            raise METHOD_NOT_ALLOWED.error(method=method[:20], allowed=allowed)
        if not act.fits_closed(method):
            gate.check_writable(county)
        answer = act.perform(self._read(act, http, county, path))
        if isinstance(answer.body, Binary):
            return file_response(answer.body)
        response = json_response(answer.body, answer.status)
        if answer.replayed:
            response["Idempotency-Replayed"] = "true"
        return response

    def caller(self, http: HttpRequest, county: CountyRef) -> Actor:
        """Who is calling, by the credentials that this door takes."""
        return callers.actor_of(http, county)

    def _admit(self, act: Act, http: HttpRequest, county: CountyRef) -> Actor | None:
        """The caller, within limits and with the scope; None for a public operation."""
        if act.public:
            return None
        actor = self.caller(http, county)
        throttle.check(actor)
        if act.scope is not None:
            actor.require(act.scope)
        return actor

    def _read(self, act: Act, http: HttpRequest, county: CountyRef, path: dict[str, str]) -> Call:
        actor = self._admit(act, http, county)
        query = (act.asks or In)().read_query(request.query_of(http))
        raw: dict[str, Any] = {}
        content = b""
        if act.uploads is not None:
            content = request.upload_of(http, types=act.uploads.types, max_bytes=act.uploads.max_bytes)
            raw = {"sha256": hashlib.sha256(content).hexdigest(), "query": query}
        elif http.method in ("POST", "PUT"):
            raw = request.body_of(http)
        call = Call(
            county=county,
            actor=actor,
            path=identifiers(path),
            query=query,
            data={} if act.uploads is not None else (act.takes or In)().run_validation(raw),
            key=_key_of(act, http),
            fingerprint={"method": http.method, "path": f"{county.slug}{_tail(http)}", "body": raw},
            content=content,
        )
        if not act.paged:
            return call
        return replace(call, position=cursors.unseal(query.get("cursor"), act.salt(call)))


def guarded(http: HttpRequest, answer: Any) -> HttpResponse:
    """The answer, or the problem that stands for what was raised. A bug is left to raise."""
    request_id = request_id_of(http)
    try:
        response: HttpResponse = answer()
    except Exception as fault:
        refusals = problems.refusals_of(fault)
        if refusals is None:
            raise
        return problems.problem(refusals, http, request_id=request_id)
    response["X-Request-ID"] = request_id
    response["Cache-Control"] = "no-store"
    return response


def identifiers(path: Mapping[str, str]) -> dict[str, UUID | str]:
    """Members called `…_id` are identifiers; all that are malformed are named at once."""
    errors: list[DomainError] = []
    values: dict[str, UUID | str] = {}
    for name, value in path.items():
        try:
            values[name] = parse_uuid(value, name) if name.endswith("_id") else value
        except DomainError as error:
            errors.append(error)
    if errors:
        raise Refused(errors)
    return values


def _key_of(act: Act, http: HttpRequest) -> str | None:
    key = http.headers.get("Idempotency-Key")
    if key is None and act.key is Key.REQUIRED:
        raise IDEMPOTENCY_KEY_MISSING.error(field="Idempotency-Key")
    return None if act.key is Key.UNUSED else key


def _tail(http: HttpRequest) -> str:
    """The path behind /api/v1, the same through the county's own host and through the shared one."""
    return http.path.partition("/api/v1")[2]


def route(address: str, endpoint: type[Endpoint] = Endpoint, **acts: type[Act]) -> URLPattern:
    """A path with its operations, `route("orders", get=ListOrders, post=PublishOrder)`; `endpoint` is the
    kind of door it stands in."""
    made = {method.upper(): act() for method, act in acts.items()}
    name = "".join(part.capitalize() for part in address.replace("<str:", "").replace(">", "").split("/"))
    handlers = dict.fromkeys(acts, endpoint.dispatch)  # only so that DRF sees which there are
    view: Any = type(f"{name}Endpoint", (endpoint,), {"acts": made, "__doc__": "", **handlers})
    found: URLPattern = path(address, view.as_view(), name=address)
    return found
