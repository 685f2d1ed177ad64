"""What may be done with files, one verb a file, inside an open county."""

from files.use_cases.record_file import record_file
from files.use_cases.store_file import store_file

__all__ = ["record_file", "store_file"]
