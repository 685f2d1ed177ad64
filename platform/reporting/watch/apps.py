from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "reporting.watch"
    label = "watch"
