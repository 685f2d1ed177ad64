"""The door: one address, POST for queries, GET in a browser for the page to write them on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from cityql import answers, documents, incoming, limits, schema, throttle
from cityql.callers import caller_of
from kernel.request_ids import request_id_of

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@csrf_exempt  # cookies are checked for their token where they are read, in tenants.identity
def view(request: HttpRequest) -> HttpResponse:
    """Answers every request with data, refusals with the status of their kind, or the page. A stranger
    is refused before a byte of the query is looked at, and so learns nothing of the schema."""
    request_id, lang = request_id_of(request), incoming.language_of(request)
    if incoming.wants_page(request):
        return _page(request, lang)
    try:
        return _answer(request, request_id, lang)
    except Exception as fault:
        refused = answers.refusal_of(fault)
        if refused is None:
            raise
        return answers.refusal(refused, lang=lang, request_id=request_id)


def _answer(request: HttpRequest, request_id: str, lang: str) -> HttpResponse:
    incoming.check_envelope(request)
    caller = caller_of(request, request_id=request_id)
    throttle.check(caller.actor)
    asked = incoming.read_body(request)
    source = documents.source_of(asked, caller.actor)
    document = limits.read(source, asked.operation_name, asked.variables)
    data, errors = schema.execute(
        caller, document, source, asked.operation_name, dict(asked.variables), lang=lang
    )
    if data is None and errors and not any(error.path for error in errors):
        return answers.refusals(answers.faults_of(errors), lang=lang, request_id=request_id)
    return answers.result(data, errors, lang=lang, request_id=request_id)


def _page(request: HttpRequest, lang: str) -> HttpResponse:
    response = render(
        request, "cityql/graphiql.html", {"lang": "zh-CN" if lang == "zh" else "en", "zh": lang == "zh"}
    )
    response["Content-Security-Policy"] = _PAGE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "same-origin"
    return response
