"""The login's own HTTP surface: allauth's headless views behind our reading of JSON, and three of ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core.exceptions import RateLimited
from allauth.headless.base.response import ConflictResponse
from allauth.headless.mfa.response import TOTPResponse
from allauth.headless.mfa.views import ManageTOTPView
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from oauth2_provider.views import RevokeTokenView, TokenView
from redis import RedisError

from kernel.errors import HTTP_STATUS, DomainError
from kernel.identifiers import parse_phone
from kernel.strict_json import loads
from tenants.identity.errors import AUTH_RATE_LIMITED, AUTH_UNAVAILABLE
from tenants.identity.sms import sandbox_messages
from tenants.identity.use_cases._rights import identity_transaction

View = Callable[..., HttpResponseBase]


def guarded(view: View) -> View:
    """`checked`, for app sessions: they travel in a header, which no foreign page can add."""
    return csrf_exempt(checked(view))


def checked(view: View) -> View:
    """Reads the body as the platform's other doors do before allauth sees it, and answers refusals.

    allauth parses with the standard library, where 10,000 open brackets end in a RecursionError, and
    lets a rate limit of the sign-up flow through as an exception: both would be a 500.
    """

    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if request.body:
                loads(request.body)
            return view(request, *args, **kwargs)
        except DomainError as refused:
            return refusal(refused)
        except RateLimited:
            return refusal(AUTH_RATE_LIMITED.error())
        except RedisError:
            # Without the shared memory of limits and used passwords, codes could be guessed: wait.
            return refusal(AUTH_UNAVAILABLE.error())

    return check


def refusal(refused: DomainError) -> JsonResponse:
    """A refusal in the shape of allauth's own errors."""
    status = HTTP_STATUS[refused.kind]
    entry = {"code": refused.code, "message": refused.text("zh"), "message_en": refused.text("en")}
    if refused.field:
        entry["param"] = refused.field
    return JsonResponse({"status": status, "errors": [entry]}, status=status)


class TotpView(ManageTOTPView):
    """Enrolling in TOTP. allauth's own view opens its transaction on the default login, which is the
    counties'; and it lets a staff member switch TOTP off."""

    http_method_names = ["get", "post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        raise_if_reauthentication_required(request, app="allauth.mfa")
        try:
            with identity_transaction():
                authenticator: Authenticator = TOTP.activate(request.user, self.input.secret).instance
        except IntegrityError:
            return ConflictResponse(request)  # type: ignore[no-any-return]  # allauth ships no types
        clear_totp_secret(request)
        # The code just given proves the device, so this session has passed TOTP.
        post_authentication(request, authenticator)
        return TOTPResponse(request, authenticator)  # type: ignore[no-any-return]  # allauth ships no types


@require_GET
def sandbox_sms(request: HttpRequest) -> JsonResponse:
    """The latest messages to `?phone=`, newest first. Mounted in sandboxes only."""
    try:
        phone = parse_phone(request.GET.get("phone", ""))
    except DomainError as refused:
        return refusal(refused)
    messages = [
        {"text": sms.text, "code": sms.code, "at": sms.at.isoformat()} for sms in sandbox_messages(phone)
    ]
    return JsonResponse({"status": 200, "data": messages})


def _form_is_readable(request: HttpRequest) -> bool:
    values = [*request.POST.values(), *request.GET.values(), request.headers.get("Authorization", "")]
    return not any("\x00" in value for value in values)


def oauth(view: View) -> View:
    """Refuses NUL, which PostgreSQL has not, before a client id with one is looked up."""

    @csrf_exempt
    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not _form_is_readable(request):
            return JsonResponse({"error": "invalid_request"}, status=400)
        return view(request, *args, **kwargs)

    return check


token = oauth(TokenView.as_view())
revoke_token = oauth(RevokeTokenView.as_view())
