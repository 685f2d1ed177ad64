from django.apps import AppConfig

from webhooks.catalogue import TEST, register


class WebhooksConfig(AppConfig):
    name = "webhooks"
    label = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(TEST)
