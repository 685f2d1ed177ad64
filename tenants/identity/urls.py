"""Where people log in, by app (a token in a header) or on this site's own pages (a cookie), and machines get
tokens.

allauth's views are named one by one: its own list also has passwords and e-mail, which nobody here
has and whose views would try to send mail.
"""

from __future__ import annotations

from allauth.headless.account import views as account
from allauth.headless.base.views import ConfigView
from allauth.headless.constants import Client
from allauth.headless.mfa import views as mfa
from django.conf import settings
from django.urls import URLPattern, path

from tenants.identity import views


def _app(route: str, view: type) -> URLPattern:
    return path(f"_allauth/app/v1/{route}", views.guarded(view.as_api_view(client=Client.APP)))  # type: ignore[attr-defined]  # allauth ships no types


def _browser(route: str, view: type) -> URLPattern:
    """The same for this site's own pages: the session is a cookie, so unsafe methods need the CSRF token."""
    return path(f"_allauth/browser/v1/{route}", views.checked(view.as_api_view(client=Client.BROWSER)))  # type: ignore[attr-defined]  # allauth ships no types


urlpatterns: list[URLPattern] = [
    _app("config", ConfigView),
    _app("auth/session", account.SessionView),
    _app("auth/signup", account.SignupView),
    _app("auth/phone/verify", account.VerifyPhoneView),
    _app("auth/phone/verify/resend", account.ResendPhoneVerificationCodeView),
    _app("auth/code/request", account.RequestLoginCodeView),
    _app("auth/code/confirm", account.ConfirmLoginCodeView),
    _app("auth/2fa/authenticate", mfa.AuthenticateView),
    _app("auth/2fa/reauthenticate", mfa.ReauthenticateView),
    _app("account/authenticators", mfa.AuthenticatorsView),
    _app("account/authenticators/totp", views.TotpView),
    _browser("auth/session", account.SessionView),
    _browser("auth/code/request", account.RequestLoginCodeView),
    _browser("auth/code/confirm", account.ConfirmLoginCodeView),
    _browser("auth/2fa/authenticate", mfa.AuthenticateView),
    path("o/token/", views.token, name="oauth-token"),
    path("o/revoke_token/", views.revoke_token, name="oauth-revoke-token"),
]

if settings.LINGGONG_SANDBOX:
    urlpatterns.append(path("_allauth/sandbox/sms", views.sandbox_sms))
