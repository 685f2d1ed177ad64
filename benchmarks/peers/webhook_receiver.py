"""A partner's receiver in a process of its own: verifies each message and notes when it came.

`POST /e/<name>` takes webhooks; `PUT /secrets` sets {name: whsec_…}; `GET /got` gives the moments by
webhook-id and how many came with a bad signature; `DELETE /got` begins anew. The second port accepts
connections and never answers. Prints both ports.
"""

from __future__ import annotations

import asyncio
import time

import orjson
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError


class Receiver:
    def __init__(self) -> None:
        self.hooks: dict[str, Webhook] = {}
        self.got: dict[str, float] = {}
        self.bad = 0

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        hook = self.hooks[request.match_info["name"]]
        try:
            hook.verify(body, dict(request.headers), json_parse=False)
        except WebhookVerificationError:
            self.bad += 1
            return web.Response(status=401)
        self.got.setdefault(f"{request.match_info['name']} {request.headers['webhook-id']}", time.time())
        return web.Response(status=204)

    async def secrets(self, request: web.Request) -> web.Response:
        self.hooks.update({name: Webhook(secret) for name, secret in (await request.json()).items()})
        return web.Response()

    async def tell(self, request: web.Request) -> web.Response:
        return web.Response(body=orjson.dumps({"got": self.got, "bad": self.bad}))

    async def forget(self, request: web.Request) -> web.Response:
        self.got, self.bad = {}, 0
        return web.Response()


async def main() -> None:
    receiver = Receiver()
    app = web.Application()
    app.add_routes(
        [
            web.post("/e/{name}", receiver.take),
            web.put("/secrets", receiver.secrets),
            web.get("/got", receiver.tell),
            web.delete("/got", receiver.forget),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    kept: list[asyncio.StreamWriter] = []  # a writer nobody holds would be closed

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept.append(writer)
        await reader.read()

    silent = await asyncio.start_server(never, "127.0.0.1", 0)
    print(runner.addresses[0][1], silent.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
