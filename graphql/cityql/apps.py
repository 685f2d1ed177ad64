from django.apps import AppConfig


class CityqlConfig(AppConfig):
    name = "cityql"
    label = "cityql"
