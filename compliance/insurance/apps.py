from django.apps import AppConfig


class InsuranceConfig(AppConfig):
    name = "compliance.insurance"
    label = "insurance"
    default_auto_field = "django.db.models.BigAutoField"
