"""Production refuses to start on any unsafe setting, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from kernel.crypto import generate_keys
from linggong import preflight
from linggong.settings import base

CHECKOUT = Path(__file__).resolve().parents[2]


def _good(folder: Path) -> dict[str, str]:
    keys = folder / "keys.json"
    keys.write_text(json.dumps(generate_keys()))
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "LINGGONG_ENV": "production",
        "LINGGONG_SECRET_KEY": "p" * 64,
        "LINGGONG_ALLOWED_HOSTS": "market.example",
        "LINGGONG_DB_HOST": "database.internal",
        "LINGGONG_BROKER_URL": "redis://broker.internal/0",
        "LINGGONG_CACHE_URL": "redis://broker.internal/1",
        "LINGGONG_KEYS_FILE": str(keys),
        "LINGGONG_SMS_SENDER": "somewhere.Sender",
        "LINGGONG_PAYMENT_CHANNEL": "somewhere.Channel",
        "LINGGONG_FILES_ROOT": str(folder / "files"),
    }


def _start(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import linggong.cli as c; c.use('site')"],
        cwd=CHECKOUT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_good_settings_start(tmp_path: Path) -> None:
    done = _start(_good(tmp_path))
    assert done.returncode == 0, done.stderr


def test_unsafe_settings_refuse_to_start_and_all_are_named(tmp_path: Path) -> None:
    done = _start({**_good(tmp_path), "LINGGONG_DEBUG": "1", "LINGGONG_SANDBOX": "1"})
    assert done.returncode != 0
    assert "refusing to start in production" in done.stderr
    assert "LINGGONG_DEBUG is on" in done.stderr
    assert "LINGGONG_SANDBOX shows" in done.stderr


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("DEBUG", True, "LINGGONG_DEBUG is on"),
        ("SECRET_KEY", "insecure-development-key", "LINGGONG_SECRET_KEY"),
        ("SECRET_KEY", "short", "LINGGONG_SECRET_KEY"),
        ("ALLOWED_HOSTS", ["*"], "wildcard"),
        ("ALLOWED_HOSTS", [".example"], "wildcard"),
        ("ALLOWED_HOSTS", [], "LINGGONG_ALLOWED_HOSTS is empty"),
        ("LINGGONG_MARKET_CLOCK", True, "LINGGONG_MARKET_CLOCK"),
        ("LINGGONG_SANDBOX", True, "LINGGONG_SANDBOX"),
        ("LINGGONG_THROTTLE", False, "LINGGONG_THROTTLE"),
        ("LINGGONG_EGRESS_ALLOW", "127.0.0.1", "this machine or its cloud"),
        ("LINGGONG_KEYS", {}, "encryption keys"),
        ("LINGGONG_FILES_ROOT", "", "LINGGONG_FILES_ROOT is not set"),
        ("LINGGONG_FILES_STORAGE", "files.s3.S3Storage", "LINGGONG_FILES_S3_BUCKET is not set"),
        ("LINGGONG_KEYS", {"current": 1}, "encryption keys"),
    ],
)
def test_each_unsafe_setting_is_a_fault(setting: str, value: object, told: str, production: Settings) -> None:
    setattr(production, setting, value)
    faults = list(preflight.production_faults())
    assert len(faults) == 1
    assert told in faults[0]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LINGGONG_KEYS_FILE", "", "LINGGONG_KEYS_FILE is not set"),
        ("LINGGONG_DB_HOST", "", "LINGGONG_DB_HOST is not set"),
        ("LINGGONG_BROKER_URL", "", "LINGGONG_BROKER_URL is not set"),
        ("LINGGONG_CACHE_URL", "", "LINGGONG_CACHE_URL is not set"),
        ("LINGGONG_SMS_SENDER", "tenants.identity.sms.SandboxSender", "sandbox part"),
        ("LINGGONG_PAYMENT_CHANNEL", "", "LINGGONG_PAYMENT_CHANNEL is not set"),
    ],
)
def test_each_missing_variable_is_a_fault(
    name: str, value: str, told: str, production: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert [told in fault for fault in preflight.production_faults()] == [True]


@pytest.fixture
def production(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """Settings and environment without a single fault."""
    for name, value in _good(tmp_path).items():
        if name.startswith("LINGGONG_"):
            monkeypatch.setenv(name, value)
    settings.DEBUG = settings.LINGGONG_MARKET_CLOCK = settings.LINGGONG_SANDBOX = False
    settings.LINGGONG_EGRESS_ALLOW, settings.LINGGONG_FILES_ROOT = "", str(tmp_path / "files")
    settings.SECRET_KEY, settings.ALLOWED_HOSTS = "p" * 64, ["market.example"]
    settings.LINGGONG_KEYS = base.read_keys()
    assert list(preflight.production_faults()) == []
    return settings
