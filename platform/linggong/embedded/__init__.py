"""The embedded default: PostgreSQL 18 and Valkey as children of one supervising process."""

from linggong.embedded.errors import EmbeddedError
from linggong.embedded.places import default_root
from linggong.embedded.servers import Endpoints, Servers, endpoints_of, this_checkout
from linggong.embedded.supervisor import Child, Supervisor

__all__ = [
    "Child",
    "EmbeddedError",
    "Endpoints",
    "Servers",
    "Supervisor",
    "default_root",
    "endpoints_of",
    "this_checkout",
]
