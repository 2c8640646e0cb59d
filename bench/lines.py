"""Sends lines and reads answers at the same time: lines.py URL PID ROWS"""
import json, socket, sys, threading, time, urllib.parse, urllib.request

url, pid, rows = sys.argv[1].rstrip("/"), sys.argv[2], int(sys.argv[3])
get = lambda path: json.load(urllib.request.urlopen(url + "/api/v1/" + path))
name = get("deployments")["items"][0]["name"]
row = {}
for field in get("deployments/" + name)["inputs"]:
    low, high = field.get("min"), field.get("max")
    row[field["name"]] = (field.get("categories") or ["x"])[0] if field["type"] == "category" else True if field["type"] == "boolean" \
        else round(((low or 0) + (high or (low or 0) + 10)) / 2)
line = (json.dumps(row) + "\n").encode()


def memory():
    return next(int(text.split()[1]) // 1024 for text in open(f"/proc/{pid}/status") if text.startswith("VmRSS"))


address = urllib.parse.urlparse(url)
connection = socket.create_connection((address.hostname, address.port))
connection.sendall(f"POST /api/v1/deployments/{name}/predict HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/x-ndjson\r\nContent-Length: {len(line) * rows}\r\n\r\n".encode())
start = time.time()
together = 200


def send():
    many = line * together
    for at in range(0, rows, together):
        connection.sendall(many if rows - at >= together else line * (rows - at))


threading.Thread(target=send, daemon=True).start()
answered = errors = 0
steps = [rows * step // 5 for step in range(1, 6)]
first, tail = None, b""
print(f"{rows} rows of {len(line)} bytes; memory before: {memory()} MB")
while answered + errors < rows:
    data = connection.recv(1 << 20)
    if not data:
        sys.exit("the server closed the connection")
    first = first or time.time() - start
    data, tail = tail + data, (tail + data)[-5:]  # shorter than either mark, so that none is missed or counted twice
    answered += data.count(b'{"pred')
    errors += data.count(b'{"line')
    while steps and answered >= steps[0]:
        print(f"{steps.pop(0):>9} rows: {memory()} MB")
seconds = time.time() - start
print(f"{answered} answers, {errors} errors, first after {first * 1000:.1f} ms, {seconds:.1f} s, {rows / seconds:,.0f} rows/s")
