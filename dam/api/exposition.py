"""Numbers as Prometheus reads them.

Rule: the only module that knows its library, and loaded at the first question for the numbers: it costs a service that
nobody watches nothing. ``docs/operate.md`` says of each number what it means (tested). Source of the form: Prometheus,
"Exposition formats", text 0.0.4.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from dam.api.meter import Meter
from dam.domain.timing import BOUNDS_S
from dam.operations.metrics import Figures

CONTENT_TYPE = CONTENT_TYPE_LATEST


def text(figures: Figures, meter: Meter, version: str, sandbox: str) -> bytes:
    """All of it, under ``CONTENT_TYPE``."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given([*_of_database(figures), _of_requests(meter), _build(version), _sandbox(sandbox)]))
    return generate_latest(registry)


class _Given(Collector):
    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _of_database(found: Figures) -> Iterator[Metric]:
    yield _jobs(found)
    yield _ages(found)
    yield CounterMetricFamily("dam_events", "Events that have their place in the feed.", value=found.events)
    yield GaugeMetricFamily("dam_outbox_events", "Events that wait for the relay.", value=found.outbox.count)
    yield GaugeMetricFamily(
        "dam_outbox_oldest_seconds", "How long the oldest of them waits.", value=_age(found.now, found.outbox.oldest)
    )
    yield _by_state("dam_deliveries", "Deliveries that are open.", found.deliveries)
    yield _by_state("dam_uploads", "Uploads in parts that have not ended.", found.uploads)
    yield GaugeMetricFamily("dam_placements_needing_person", "Placements that wait for a person.", value=found.needing)
    yield GaugeMetricFamily("dam_channels_unreachable", "Channels that can't be reached.", value=found.unreachable)
    yield GaugeMetricFamily("dam_index_behind_assets", "Assets of which search shows an old state.", value=found.behind)
    yield _tasks(found)


def _by_state(name: str, words: str, counts: Mapping[str, int]) -> Metric:
    metric = GaugeMetricFamily(name, words, labels=["state"])
    for state, count in sorted(counts.items()):
        metric.add_metric([state], count)
    return metric


def _jobs(found: Figures) -> Metric:
    metric = GaugeMetricFamily("dam_jobs", "Jobs that are not done.", labels=["task", "state"])
    for each in sorted(found.jobs, key=lambda job: (job.task, job.state)):
        metric.add_metric([each.task, each.state], each.count)
    return metric


def _ages(found: Figures) -> Metric:
    metric = GaugeMetricFamily("dam_job_oldest_seconds", "How old the oldest of them is.", labels=["task", "state"])
    for each in sorted(found.jobs, key=lambda job: (job.task, job.state)):
        metric.add_metric([each.task, each.state], _age(found.now, each.oldest))
    return metric


def _tasks(found: Figures) -> Metric:
    counts: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    for each in found.tasks:
        counts[each.name, each.outcome][each.bucket] = each.count
        seconds[each.name, each.outcome] += each.seconds
    metric = HistogramMetricFamily(
        "dam_task_duration_seconds", "How long tasks took, of all workers.", labels=["task", "outcome"]
    )
    for key, buckets in sorted(counts.items()):
        metric.add_metric(list(key), _cumulated(buckets), seconds[key])
    return metric


def _of_requests(meter: Meter) -> Metric:
    metric = HistogramMetricFamily(
        "dam_http_request_duration_seconds",
        "How long requests took to their answer, in this process.",
        labels=["route", "method", "status"],
    )
    for key, buckets, seconds in meter.read():
        metric.add_metric(list(key), _cumulated(buckets), seconds)
    return metric


def _build(version: str) -> Metric:
    metric = GaugeMetricFamily("dam_build_info", "Always 1; the version that runs.", labels=["version"])
    metric.add_metric([version], 1)
    return metric


def _sandbox(level: str) -> Metric:
    words = "Always 1; how far the web server's machine confines what decodes files."
    metric = GaugeMetricFamily("dam_sandbox_info", words, labels=["level"])
    metric.add_metric([level], 1)
    return metric


def _cumulated(buckets: Mapping[int, int]) -> list[tuple[str, float]]:
    """Each bound with how many took no longer than that."""
    total, found = 0, []
    for place, bound in enumerate([*map(str, BOUNDS_S), "+Inf"]):
        total += buckets.get(place, 0)
        found.append((bound, float(total)))
    return found


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
