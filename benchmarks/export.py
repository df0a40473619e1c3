"""Slides: how fast, how fast many at once, how much memory. ``python -m benchmarks.export``

1. One slide, warm, of every page and of 8×8 · 8×8: PNG 1920×1080 (wanted: a median of at most 100 ms), SVG, PDF, PPTX.
   "cpu" is the processor time of all threads, which a busy machine changes less.
2. A picture of the same size by Kaleido's one-shot, where a Chrome is installed (wanted: at least 10 times slower).
3. Forty exports at once: all succeed; how long a small piece of Python waits meanwhile (wanted: at most 300 ms).
4. A thousand exports: the memory of the process every hundred. Wanted: flat.
5. Decks of 66 steps, one and then five at once, each in a process of its own: how much memory at most. Wanted: that
   five take little more than one.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time, sleep

import plotly.graph_objects as go

from core import address as share
from core.export import Options, export, one_file
from core.kinds import explain, subject
from core.kinds.kind import Explanation

SIDE = ";".join(",".join(str((3 * i + 5 * j) % 9 - 4) for j in range(8)) for i in range(8))
ADDRESSES = {
    "vjp": "/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,{}",
    "chain": "/chain?f=x1^2%2Bx2;x1*x2^2&g=y1*y2;y1%2By2^2&at=x1:1,x2:2&v=1,{}",
    "matmul": "/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=1,0.5,-1;2,0,{}&wrt=b",
    "8×8·8×8": f"/matmul?a={SIDE}&b={SIDE}&v={SIDE[:-2]}{{}}&wrt=b",
}
ROUNDS = 15
OPTIONS = Options(base="https://lens.example.edu")


def explained(page: str, number: int) -> Explanation:
    """A state that was not drawn before, so that nothing is measured but drawing."""
    return explain(share.decode(ADDRESSES[page].format(number)).problem)


def milliseconds(run: Callable[[], object]) -> float:
    start = perf_counter()
    run()
    return 1000 * (perf_counter() - start)


def spread(times: list[float]) -> str:
    return f"median {statistics.median(times):7.1f} ms   p95 {sorted(times)[int(0.95 * len(times))]:7.1f} ms"


def one_slide() -> float:
    """The median of the first page's PNG, in milliseconds."""
    medians = {}
    for page in ADDRESSES:
        for suffix in (".png", ".svg", ".pdf", ".pptx"):
            export(subject(explained(page, 99)), suffix, OPTIONS)
            states = [explained(page, k) for k in range(1, ROUNDS + 1)]
            cpu = process_time()
            times = [milliseconds(lambda e=state, s=suffix: export(subject(e), s, OPTIONS)) for state in states]
            cpu = 1000 * (process_time() - cpu) / ROUNDS
            medians[page, suffix] = statistics.median(times)
            print(f"{page:10} {suffix:6} {spread(times)}   cpu {cpu:6.1f} ms")
    return medians["vjp", ".png"]


def kaleido(ours: float) -> None:
    """A heat map of the same size as a picture, by Kaleido's one-shot."""
    figure = go.Figure(go.Heatmap(z=[[2, 4], [2, 24]]))
    try:
        times = [milliseconds(lambda: figure.to_image("png", width=1920, height=1080)) for _ in range(4)][1:]
    except Exception as error:  # whatever it lacks
        print(f"Kaleido cannot run here: {str(error).splitlines()[0]}")
        return
    print(f"Kaleido one-shot  {spread(times)}   {statistics.median(times) / ours:.0f} times ours")


def forty_at_once() -> None:
    jobs = [(page, suffix) for page in ("vjp", "chain", "matmul") for suffix in (".png", ".svg", ".pdf", ".pptx")] * 4
    states = [(subject(explained(page, 200 + k)), suffix) for k, (page, suffix) in enumerate(jobs[:40])]
    waits: list[float] = []
    done = threading.Event()

    def interact() -> None:
        while not done.is_set():
            waits.append(milliseconds(lambda: sum(range(10_000))))
            sleep(0.01)

    watcher = threading.Thread(target=interact)
    watcher.start()
    start = perf_counter()
    with ThreadPoolExecutor(40) as threads:
        files = list(threads.map(lambda job: export(*job, OPTIONS), states))
    took = perf_counter() - start
    done.set()
    watcher.join()
    print(f"40 at once: {len(files)} files in {took:.1f} s; meanwhile {spread(waits)}, longest {max(waits):.0f} ms")


def a_thousand() -> None:
    sizes = []
    for k in range(1000):
        export(subject(explained("vjp", k)), (".png", ".svg", ".pdf")[k % 3], OPTIONS)
        if k % 100 == 99:
            sizes.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6)
    print("1,000 exports, MB after each hundred: " + " ".join(f"{size:.0f}" for size in sizes))


def decks(suffix: str, count: int) -> None:
    """Runs in a new process: the most memory that it has held."""
    states = [explained("8×8·8×8", k) for k in range(count)]
    start, before = perf_counter(), held("VmRSS")
    options = replace(OPTIONS, steps=True)
    with ThreadPoolExecutor(count) as threads:
        files = list(threads.map(lambda state: one_file("deck", state, suffix, options), states))
    print(
        f"{count} decks {suffix:6} {before:5.0f} MB before, at most {held('VmHWM'):5.0f} MB, "
        f"{held('VmRSS'):5.0f} MB after; {sum(map(len, files)) / 1e6:.0f} MB of files, {perf_counter() - start:.0f} s",
        flush=True,
    )


def held(what: str) -> float:
    """Megabytes of this process: VmRSS now, VmHWM at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(what))


def main() -> None:
    if len(sys.argv) > 1:
        decks(sys.argv[1], int(sys.argv[2]))
        return
    kaleido(one_slide())
    forty_at_once()
    a_thousand()
    for suffix in (".png", ".svg", ".pdf", ".pptx"):
        for count in ("1", "5"):
            subprocess.run([sys.executable, "-m", "benchmarks.export", suffix, count], check=True)


if __name__ == "__main__":
    main()
