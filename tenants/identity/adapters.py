"""How allauth stores phones, sends codes and shows users here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.fields import PhoneField
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.adapter import DefaultHeadlessAdapter
from allauth.headless.base.response import ConflictResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils.translation import get_language

from kernel.clock import real_now
from kernel.crypto import mask_phone, open_sealed, seal
from kernel.errors import DomainError
from kernel.identifiers import parse_phone
from tenants.identity.models import User
from tenants.identity.phones import SCOPE, open_phone, phone_index, put_phone
from tenants.identity.sms import sender

_NO_ROW = UUID(int=0)  # allauth does not say which row a secret is for
_LONGEST_PHONE = 40


class AccountAdapter(DefaultAccountAdapter):
    """Phones instead of e-mail addresses, sealed; codes by text message."""

    def phone_form_field(self, **kwargs: Any) -> Any:
        # allauth's own pattern wants +86; people type eleven digits. `clean_phone` decides.
        return PhoneField(validators=[], max_length=_LONGEST_PHONE, **kwargs)

    def clean_phone(self, phone: str) -> str:
        try:
            return parse_phone(phone)
        except DomainError as refused:
            lang = "en" if (get_language() or "").startswith("en") else "zh"
            raise ValidationError(refused.text(lang), code=refused.code) from None

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """A new, unverified login. Two sign-ups of one phone at once: the second hears a conflict. It
        must not be handed the first's row, which could be verified by then."""
        user.set_unusable_password()
        user.created_at = real_now()
        put_phone(user, form.cleaned_data["phone"], verified=False)
        try:
            user.save(force_insert=True)
        except IntegrityError:
            raise ImmediateHttpResponse(ConflictResponse(request)) from None
        return user

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        put_phone(user, phone, verified=verified)
        user.save(update_fields=["phone_sealed", "phone_index", "phone_verified"])

    def get_phone(self, user: User) -> tuple[str, bool]:
        return open_phone(user), user.phone_verified

    def set_phone_verified(self, user: User, phone: str) -> None:
        if not user.phone_verified and user.phone_index == phone_index(phone):
            user.phone_verified = True
            user.save(update_fields=["phone_verified"])

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone_index=phone_index(phone)).first()

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        sender().send(
            phone=phone, code=code, text=f"【零工】验证码 {code}，5 分钟内有效，请勿告诉他人。Code {code}."
        )

    # Both answers look the same to whoever asks; only the phone's owner learns the difference.

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        sender().send(
            phone=phone,
            text="【零工】此号码尚未注册，请先注册。This number has no account yet; please sign up.",
        )

    def send_account_already_exists_sms(self, phone: str) -> None:
        sender().send(
            phone=phone, text="【零工】此号码已注册，请直接登录。This number has an account; please log in."
        )


class HeadlessAdapter(DefaultHeadlessAdapter):
    def serialize_user(self, user: User) -> dict[str, Any]:
        """`id`, masked `phone`, and whether the user is staff and so must pass TOTP."""
        return {
            "id": str(user.id),
            "phone": mask_phone(open_phone(user)),
            "staff": user.is_staff_member,
        }


class MfaAdapter(DefaultMFAAdapter):
    """Secrets of authenticators are sealed; the label in the app is the masked phone."""

    def encrypt(self, text: str) -> str:
        return seal(text, scope=SCOPE, table="mfa_authenticator", column="data", row=_NO_ROW)

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(encrypted_text, scope=SCOPE, table="mfa_authenticator", column="data", row=_NO_ROW)

    def get_totp_label(self, user: User) -> str:
        return mask_phone(open_phone(user))
