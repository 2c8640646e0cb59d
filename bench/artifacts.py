"""Sends a file in parts as MLflow's client does (ten threads, a chunk in memory each), with the standard library alone.
Usage: artifacts.py URL RUN FILE NAME [CHUNK_MB]"""
import json
import os
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

url, run, file, name = sys.argv[1:5]
chunk = int(sys.argv[5] if len(sys.argv) > 5 else 10) << 20


def post(call, body):
    request = urllib.request.Request(
        f"{url}/api/2.0/mlflow-artifacts/mpu/{call}/0/{run}/artifacts", json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.load(answer)


def send(credential):
    number = credential["part_number"]
    with open(file, "rb") as content:
        content.seek((number - 1) * chunk)
        data = content.read(chunk)
    with urllib.request.urlopen(urllib.request.Request(credential["url"], data, credential.get("headers", {}), method="PUT"), timeout=600) as answer:
        return {"part_number": number, "etag": answer.headers["ETag"], "url": credential["url"]}


parts = (os.path.getsize(file) + chunk - 1) // chunk
started = post("create", {"path": name, "num_parts": parts})
with ThreadPoolExecutor(10) as threads:
    sent = list(threads.map(send, started["credentials"]))
post("complete", {"path": name, "upload_id": started["upload_id"], "parts": sent})
