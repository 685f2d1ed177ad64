"""Files in an S3-compatible service. A module of its own: who keeps files in a folder never loads it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from files.errors import FILE_STORAGE_UNAVAILABLE
from files.storage import KEY, StoredKey, checked, checked_prefix


class S3Storage:
    """A bucket of an S3-compatible service (`settings.LINGGONG_FILES_S3_*`). The bucket belongs to this
    installation alone and is not public. Waiting is bounded: two seconds to connect, ten to read, two
    tries."""

    def __init__(self) -> None:
        self.bucket: str = settings.LINGGONG_FILES_S3_BUCKET
        if not self.bucket:
            raise ImproperlyConfigured("LINGGONG_FILES_S3_BUCKET is not set: the bucket that keeps files")
        session = boto3.session.Session()  # one of our own: the default one is not safe between threads
        self._client: Any = session.client(
            "s3",
            endpoint_url=settings.LINGGONG_FILES_S3_ENDPOINT or None,
            region_name=settings.LINGGONG_FILES_S3_REGION,
            aws_access_key_id=settings.LINGGONG_FILES_S3_KEY_ID or None,
            aws_secret_access_key=settings.LINGGONG_FILES_S3_SECRET or None,
            config=Config(
                connect_timeout=2,
                read_timeout=10,
                retries={"total_max_attempts": 2, "mode": "standard"},
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                proxies={},
            ),
        )

    def put(self, key: str, content: bytes, *, media_type: str) -> None:
        with _s3_answers():
            self._client.put_object(
                Bucket=self.bucket, Key=checked(key), Body=content, ContentType=media_type
            )

    def get(self, key: str, *, max_bytes: int) -> bytes | None:
        with _s3_answers():
            try:
                found = self._client.get_object(Bucket=self.bucket, Key=checked(key))
            except ClientError as fault:
                if _code(fault) in {"NoSuchKey", "404"}:
                    return None
                raise
            with contextlib.closing(found["Body"]) as body:
                content: bytes = body.read(max_bytes + 1)
        return content if len(content) <= max_bytes else None

    def delete(self, key: str) -> None:
        with _s3_answers():
            self._client.delete_object(Bucket=self.bucket, Key=checked(key))

    def keys(self, prefix: str) -> Iterator[StoredKey]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=checked_prefix(prefix)
        )
        with _s3_answers():
            for page in pages:
                for found in page.get("Contents", []):
                    if KEY.fullmatch(found["Key"]):
                        yield StoredKey(found["Key"], found["LastModified"].astimezone(UTC))

    def tidy(self, prefix: str, *, before: datetime) -> None:
        """Nothing to do: the service keeps an object whole or not at all."""


@contextlib.contextmanager
def _s3_answers() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError):
        raise FILE_STORAGE_UNAVAILABLE.error() from None


def _code(fault: ClientError) -> str:
    return str(fault.response.get("Error", {}).get("Code", ""))
