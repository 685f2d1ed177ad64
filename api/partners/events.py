"""What a partner is told: the catalogue of types, and the stream to poll."""

from __future__ import annotations

import json
from typing import Any

from rest_framework import serializers

from api.endpoint import Call, IdentityAct
from api.fields import In, Whole
from api.partners.door import Reading, insurer_of
from api.shapes import Out, OutList
from tenants.county import CountyWork
from webhooks.catalogue import event_types
from webhooks.contracts import EventView
from webhooks.errors import EVENT_NOT_FOUND
from webhooks.selectors import MOST, event_by_id, events_after


class EventTypeOut(Out):
    type = serializers.CharField()
    zh = serializers.CharField()
    en = serializers.CharField()
    schema = serializers.DictField(help_text="JSON Schema 2020-12 of `data`")
    example = serializers.DictField(help_text="a `data` that fits")


class ListEventTypes(IdentityAct):
    """Every type of event with the schema of its data and an example.

    Open to everybody: what partners may hear is no secret.
    """

    tag = "events"
    public = True
    gives = EventTypeOut
    listed = True

    def decide(self, call: Call) -> Any:
        return list(event_types().values())


class EventOut(Out):
    id = serializers.UUIDField(help_text="the same as webhook-id when pushed: deduplicate by it")
    type = serializers.CharField()
    source = serializers.CharField(  # type: ignore[assignment]  # DRF takes fields out of the class again
        help_text="`/` and the county's short name"
    )
    subject = serializers.UUIDField(help_text="the policy, claim or endpoint that it is about")
    sequence = serializers.IntegerField(help_text="counts the events of one subject from 1")
    time = serializers.DateTimeField()
    data = serializers.DictField()  # type: ignore[assignment]  # DRF takes fields out of the class again
    position = serializers.IntegerField(
        allow_null=True, help_text="place in your stream; null in an event that was not polled yet"
    )


class EventPageOut(Out):
    items = OutList(child=EventOut())
    next = serializers.IntegerField(help_text="give it as `after` next time, also when nothing was new")
    more = serializers.BooleanField(help_text="true: there is more already")


class EventsIn(In):
    after = Whole(minimum=0, maximum=2**62, default=0, help_text="`next` of the answer before; 0: all")
    limit = Whole(minimum=1, maximum=MOST, default=100)


class PollEvents(Reading):
    """Your events after a position, oldest first. Everything that is pushed can be read here instead.

    Positions follow commits: an event that was written later has a higher one, so nothing is skipped.
    """

    tag = "events"
    asks = EventsIn
    gives = EventPageOut

    def act(self, work: CountyWork, call: Call) -> Any:
        page = events_after(insurer_of(call), call.query["after"], call.query["limit"])
        return {
            "items": [_shown(event, call) for event in page.events],
            "next": page.position,
            "more": page.more,
        }


class ReadEvent(Reading):
    """One event of yours."""

    tag = "events"
    gives = EventOut
    refuses = (EVENT_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return _shown(event_by_id(insurer_of(call), call.path["event_id"]), call)


def _shown(event: EventView, call: Call) -> dict[str, Any]:
    """The envelope as it is pushed, with the place in the stream."""
    return {**event.envelope(county=call.county.slug), "position": event.position}


def render_markdown() -> str:
    """docs/events.md."""
    lines = [
        "# Events for partners",
        "",
        "Written by `linggong write docs` from the catalogue in the code; a test fails when it lags behind.",
        "How events are signed, retried, ordered and polled is told in [`partners.md`](partners.md).",
        "Events hold ids and codes only.",
        "",
    ]
    for found in event_types().values():
        lines += [
            f"## `{found.type}`",
            "",
            f"{found.zh}",
            "",
            f"{found.en}",
            "",
            "Example of `data`:",
            "",
            *_json(found.example),
            "",
            "Schema of `data`:",
            "",
            *_json(found.schema),
            "",
        ]
    return "\n".join(lines)


def _json(value: Any) -> list[str]:
    return ["```json", json.dumps(value, ensure_ascii=False, indent=2), "```"]
