"""How the server does: ``/ready`` for who balances the load, ``/metrics`` in Prometheus' format for the operator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hmac import compare_digest
from math import isinf

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from streamlit.runtime import get_instance

from core import memory
from core.calculus import worker
from core.turns import BOUNDS, showing
from server import guard
from server.environment import environment

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def ready(_request: Request) -> Response:
    """200 while new visitors are welcome, else 503 with the reason in a word."""
    reason = "draining" if guard.draining.is_set() else "no workers" if not worker.stats().alive else ""
    headers = {"Cache-Control": "no-store"}
    return PlainTextResponse(reason or "ready", status_code=503 if reason else 200, headers=headers)


def metrics(request: Request) -> Response:
    """The figures, for whoever has the token; for all others there is nothing here."""
    token = environment().metrics_token
    if not token or not compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
        return PlainTextResponse("Not found", status_code=404)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE)


class _Lens:
    """The figures of this app, read when they are asked for."""

    def collect(self) -> Iterator[Metric]:
        turn = showing.stats
        yield GaugeMetricFamily("lens_sessions", "Visitors whose page is open", _sessions())
        yield GaugeMetricFamily("lens_sockets", "Websockets that are open", guard.sockets.total())
        yield GaugeMetricFamily("lens_runs_waiting", "Runs of a page that wait for their turn", turn.now)
        bounds = [
            ("+Inf" if isinf(bound) else str(bound), count) for bound, count in zip(BOUNDS, turn.within, strict=True)
        ]
        runs = HistogramMetricFamily("lens_run_seconds", "From the wish of a run for its turn to its end")
        runs.add_metric([], bounds, turn.whole)
        yield runs
        yield CounterMetricFamily("lens_run_held_seconds", "Time in which runs had the turn", turn.held)
        yield _labelled("lens_refused", "Requests refused", "reason", guard.refused)
        yield _labelled("lens_held", "Messages that came too early and had to wait", "kind", guard.held)
        yield _labelled("lens_failures", "Runs that ended by an error", "kind", failures)
        for name, value in asdict(worker.stats()).items():
            yield GaugeMetricFamily(f"lens_workers_{name}", f"Symbolic work: {name}", value)
        yield from _remembered()


def _sessions() -> int:
    return get_instance()._session_mgr.num_active_sessions()


def _labelled(name: str, help_: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, help_, labels=[label])
    for key, count in sorted(counts.items()):
        family.add_metric([key], count)
    return family


def _remembered() -> Iterator[Metric]:
    """What is kept for everybody: how much of it, and how often it served."""
    size = GaugeMetricFamily("lens_remembered_bytes", "Estimated bytes of remembered answers", labels=["what"])
    asked = CounterMetricFamily("lens_remembered_asked", "Questions that may be remembered", labels=["what", "was"])
    for one in memory.everything:
        name, stats = one.name, one.cache_info()
        size.add_metric([name], stats.bytes)
        asked.add_metric([name, "there"], stats.hits)
        asked.add_metric([name, "new"], stats.misses)
    yield from (size, asked)


failures: Counter[str] = Counter()
registry = CollectorRegistry()
for collector in (ProcessCollector, GCCollector):
    collector(registry=registry)
registry.register(_Lens())
