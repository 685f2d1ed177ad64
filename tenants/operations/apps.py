from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "tenants.operations"
    label = "operations"
