from django.apps import AppConfig

from reporting.consumers import register
from reporting.watch.folding import CONSUMERS


class WatchConfig(AppConfig):
    name = "reporting.watch"
    label = "watch"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for consumer in CONSUMERS:
            register(consumer)
