"""The running site with the peer's address beside its own."""

from linggong.settings.site import *  # noqa: F403  # settings are one namespace by Django's design

ROOT_URLCONF = "benchmarks.peers.json_agg"
