from django.apps import AppConfig

from compliance.insurance.events import TYPES
from webhooks.catalogue import register


class InsuranceConfig(AppConfig):
    name = "compliance.insurance"
    label = "insurance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(*TYPES)
