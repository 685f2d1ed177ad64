from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings


class LinggongConfig(AppConfig):
    name = "linggong"
    label = "linggong"

    def ready(self) -> None:
        from linggong import observability, preflight

        observability.configure(settings.LINGGONG_LOG_LEVEL)
        if settings.LINGGONG_OWNER:
            return
        preflight.check_settings()
        from linggong.county_life import OBLIGATIONS
        from tenants.operations.obligations import set_obligations

        set_obligations(OBLIGATIONS)
        if settings.LINGGONG_WAKE_WORKERS:
            from kernel.outbox import on_news
            from linggong.tasks import wake

            on_news(wake)
