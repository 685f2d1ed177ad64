from django.apps import AppConfig


class SignoffConfig(AppConfig):
    name = "reporting.signoff"
    label = "signoff"
