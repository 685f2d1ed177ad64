from django.apps import AppConfig

from compliance.claims.events import TYPES
from webhooks.catalogue import register


class ClaimsConfig(AppConfig):
    name = "compliance.claims"
    label = "claims"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(*TYPES)
