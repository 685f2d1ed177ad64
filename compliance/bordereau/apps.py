from django.apps import AppConfig

from compliance.bordereau.events import TYPES
from webhooks.catalogue import register


class BordereauConfig(AppConfig):
    name = "compliance.bordereau"
    label = "bordereau"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(*TYPES)
