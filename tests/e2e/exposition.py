"""A strict reader of Prometheus' text format, version 0.0.4.

Stricter than Prometheus itself: every sample belongs to the metric that was
announced last, no sample comes twice, histograms add up.  Where promtool is
installed, it has a look as well.
"""

import re
import shutil
import subprocess

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? "
                    r"(\d+(?:\.\d+)?)")
SUFFIXES = {"counter": ["_total"], "gauge": [""],
            "histogram": ["_bucket", "_count", "_sum"]}


def unescape(value):
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(
        found[1], found[1]), value)


def parse(text):
    """{(name, labels): value}; labels are a frozenset of pairs."""
    assert text.endswith("\n")
    samples, types, kind, metric = {}, {}, None, None
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("# HELP "):
            metric = line.split()[2]
            kind = re.fullmatch(rf"# TYPE {metric} (\w+)", next(lines))[1]
            assert re.fullmatch(NAME, metric) and metric not in types, line
            types[metric] = kind
            continue
        found = SAMPLE.fullmatch(line)
        assert found, line
        name = found[1]
        base = metric.removesuffix("_total") if kind == "counter" else metric
        assert name in [base + suffix for suffix in SUFFIXES[kind]], line
        labels = re.findall(LABEL, found[2] or "")
        key = name, frozenset((n, unescape(v)) for n, v in labels)
        assert len({n for n, _ in labels}) == len(labels), line
        assert key not in samples, line
        samples[key] = float(found[len(found.groups())])
    for metric, kind in types.items():
        if kind == "histogram":
            check_histogram(samples, metric)
    return samples


def check_histogram(samples, metric):
    """Buckets grow, and the last of them has all."""
    series = {}
    for (name, labels), value in samples.items():
        if name == metric + "_bucket":
            rest = frozenset(one for one in labels if one[0] != "le")
            series.setdefault(rest, []).append(
                (float(dict(labels)["le"]), value))
    assert len(series) == sum(name == metric + "_sum"
                              for name, _ in samples), metric
    for labels, buckets in series.items():
        assert buckets == sorted(buckets), metric
        assert [count for _, count in buckets] == sorted(
            count for _, count in buckets), metric
        assert buckets[-1] == (float("inf"),
                               samples[metric + "_count", labels]), metric


def check(answer):
    """Is this an answer that Prometheus takes?  What is in it."""
    assert (answer.status, answer.headers["Content-Type"]) == (
        200, CONTENT_TYPE), answer
    samples = parse(answer.text)
    promtool = shutil.which("promtool")
    if promtool is not None:
        done = subprocess.run([promtool, "check", "metrics"], timeout=60,
                              input=answer.body, capture_output=True,
                              check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, b""), done
    return samples
