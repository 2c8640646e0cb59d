#!/usr/bin/env python3
"""Searches and histories over MLflow's protocol: seeds an experiment, then times whole answers as bytes. Usage: mlflow.py URL [RUNS [TURNS]]: no more turns of each than that. Standard library only."""
import http.client, json, random, re, statistics, sys, threading, time, urllib.parse

url = urllib.parse.urlparse(sys.argv[1])
runs = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
turns = int(sys.argv[3]) if len(sys.argv) > 3 else 40
base = url.path.rstrip("/") + "/api/2.0/mlflow/"
local = threading.local()


def ask(method, path, body=None):
    if not hasattr(local, "connection"):
        local.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=300)
    local.connection.request(method, base + path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
    answer = local.connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
    return content


def post(path, body):
    return json.loads(ask("POST", path, body))


def seed(experiment, numbers):
    for number in numbers:
        draw = random.Random(number)
        run = post("runs/create", {"experiment_id": experiment, "start_time": int(time.time() * 1000)})["run"]["info"]["run_id"]
        post("runs/log-batch", {
            "run_id": run,
            "metrics": [{"key": key, "value": draw.random(), "timestamp": 1, "step": 0} for key in ("acc", "loss", "f1", "auc", "rmse")],
            "params": [{"key": "lr", "value": draw.choice(["0.1", "0.01", "0.001", "1"])}, {"key": "depth", "value": str(draw.randint(1, 9))},
                       {"key": "opt", "value": draw.choice(["sgd", "adam"])}, {"key": "seed", "value": str(number)}, {"key": "batch", "value": "32"}]})


def times(name, count, act):
    taken, count = [], min(count, turns)
    first = min(3, count // 2)
    for turn in range(first + count):
        began = time.perf_counter()
        size = len(act())
        if turn >= first:
            taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    print(f"{name:58} p50 {statistics.median(taken):8.1f} ms   p95 {taken[int(len(taken) * .95)]:8.1f} ms   {size:9} bytes", flush=True)


experiment = post("experiments/create", {"name": f"bench-{time.time_ns()}"})["experiment_id"]
began = time.perf_counter()
threads = [threading.Thread(target=seed, args=(experiment, range(first, runs, 8))) for first in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"{runs} runs of 5 params and 5 metrics in {time.perf_counter() - began:.1f} s", flush=True)


def search(**more):
    return lambda: ask("POST", "runs/search", {"experiment_ids": [experiment], "max_results": 100, **more})


times("newest 100", 40, search())
times("100 by metric", 40, search(order_by=["metrics.loss ASC"]))
times("filter on metric and param, 100 by another metric", 40, search(filter="metrics.acc > 0.5 and params.lr = '0.1'", order_by=["metrics.loss ASC"]))
times("one param, 100 newest", 40, search(filter=f"params.seed = '{runs // 2}'"))
times("two filters, 100 newest", 40, search(filter="params.opt = 'adam' and metrics.auc >= 0.9"))
times("1000 by metric", 20, search(order_by=["metrics.acc DESC"], max_results=1000))

run = post("runs/create", {"experiment_id": experiment})["run"]["info"]["run_id"]
for batch in range(100):
    post("runs/log-batch", {"run_id": run, "metrics": [{"key": "loss", "value": random.random(), "timestamp": 1700000000000 + batch, "step": batch * 1000 + step} for step in range(1000)]})
times("history of 100,000 points, whole", 10, lambda: ask("GET", f"metrics/get-history?run_id={run}&metric_key=loss"))


def pages():
    token, whole = None, b""
    while token is not None or not whole:
        page = ask("GET", f"metrics/get-history?run_id={run}&metric_key=loss&max_results=25000" + (f"&page_token={urllib.parse.quote(token)}" if token else ""))
        whole += page
        more = re.search(rb'"next_page_token": ?"([^"]+)"', page[-200:])
        token = more.group(1).decode() if more and b'"value"' in page else None  # there are servers that give a token of an empty page
    return whole


times("the same in pages of 25,000", 10, pages)
