"""Makes more of what a stopped server has: python3 bench/ui.py HOME [RUNS [POSTGRES]]   (100000)

RUNS runs, 5,000 flow runs of its project, 20,000 audit entries, 30 datasets of 20 versions. The copies are rows as the server writes them, with ids, times and
metric values of their own; to make each through the API takes three requests and as many syncs. Make a few thousand with Cairn.Bench ui-fill first, so that what
is copied is as various as runs are. POSTGRES is a connection string as `cairn up --postgres` takes it; psql has to be there."""
import sqlite3
import subprocess
import sys
import time

FLOW_RUNS, AUDIT_ENTRIES, DATASETS, VERSIONS = 5_000, 20_000, 30, 20


class Sqlite:
    jitter = "random() / 9.3e18"
    index = "temp."  # where an index on a temporary table stands

    def __init__(self, home):
        self.connection = sqlite3.connect(f"{home}/cairn.db")

    def do(self, sql):
        self.connection.execute(sql)

    def first(self, sql):
        return self.connection.execute(sql).fetchone()[0]

    def columns(self, table):
        return [row[1] for row in self.connection.execute(f"PRAGMA table_info({table})")]

    def hex(self, number, digits):
        return f"printf('%0{digits}x', {number})"

    def end(self):
        self.connection.commit()


class Postgres:
    jitter = "(random() * 2 - 1)"
    index = ""
    words = {"host": "host", "port": "port", "username": "user", "user id": "user", "password": "password", "database": "dbname"}

    def __init__(self, connection):
        pairs = [part.split("=", 1) for part in connection.split(";") if "=" in part]
        target = " ".join(f"{self.words[key.strip().lower()]}='{value.strip()}'" for key, value in pairs if key.strip().lower() in self.words)
        self.psql = subprocess.Popen(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", target], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.do("BEGIN")

    def do(self, sql):
        self.psql.stdin.write(f"{sql};\n\\echo --end--\n")
        self.psql.stdin.flush()
        answer = []
        for line in self.psql.stdout:
            if line == "--end--\n": return answer
            answer.append(line.rstrip("\n"))
        sys.exit(f"psql ended at: {sql}")

    def first(self, sql):
        answer = self.do(sql)[0]
        return int(answer) if answer.isdigit() else answer

    def columns(self, table):
        return self.do(f"SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position")

    def hex(self, number, digits):
        return f"lpad(to_hex({number}), {digits}, '0')"

    def end(self):
        self.do("COMMIT")
        self.do("ANALYZE")


home, wanted = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
db = Postgres(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[3] else Sqlite(home)
begin = time.time()


def count(table):
    return db.first(f"SELECT COUNT(*) FROM {table}")


def copy(table, source, changes, times=""):
    """Rows of a table again, with some columns set: {column: SQL over t}."""
    columns = [column for column in db.columns(table) if changes.get(column) != ""]
    values = ", ".join(changes.get(column, f"t.{column}") for column in columns)
    db.do(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {source} {times}")


def runs():
    db.do("CREATE TEMP TABLE source AS SELECT workspace_id, run_id FROM runs WHERE name LIKE 'wren-%'")
    number = 0
    while (have := count("runs")) < wanted:
        number += 1
        db.do("DROP TABLE IF EXISTS copied")
        db.do(f"CREATE TEMP TABLE copied AS SELECT workspace_id, run_id, substr(run_id, 1, 24) || {db.hex(number, 8)} AS new_id FROM source LIMIT {wanted - have}")
        db.do(f"CREATE UNIQUE INDEX {db.index}copied_by_id ON copied (workspace_id, run_id)")
        joined = "t JOIN copied c ON c.workspace_id = t.workspace_id AND c.run_id = t.run_id"
        earlier = {"run_id": "c.new_id", "started_at": f"t.started_at - {number} * CAST(600000000 AS BIGINT)", "ended_at": f"t.ended_at - {number} * CAST(600000000 AS BIGINT)"}
        jitter = f"t.value + {db.jitter} * 0.001"
        copy("runs", f"runs {joined}", earlier | {"name": f"t.name || '-{number}'"})
        copy("run_params", f"run_params {joined}", earlier)
        copy("run_tags", f"run_tags {joined}", {"run_id": "c.new_id", "value": f"CASE t.key WHEN 'mlflow.runName' THEN t.value || '-{number}' ELSE t.value END"})
        copy("run_metrics", f"run_metrics {joined}", {"run_id": "c.new_id", "value": jitter})
        copy("run_latest_metrics", f"run_latest_metrics {joined}", {"run_id": "c.new_id", "value": jitter})


def flow_runs():
    """The newest of the project, a minute after the other since 1970."""
    first = db.first("SELECT flow_run_id FROM flow_runs WHERE subject LIKE 'projects/%' ORDER BY flow_run_id DESC LIMIT 1")
    new_id = f"{db.hex('n.i * 60000', 12)} || substr('{first}', 13)"
    numbers = f"t, (WITH RECURSIVE n(i) AS (SELECT CAST({count('flow_runs')} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {FLOW_RUNS} - 1) SELECT i FROM n) n WHERE t.flow_run_id = '{first}'"
    for table in ("flow_runs", "task_runs"):
        copy(table, f"{table} {numbers}", {"flow_run_id": new_id, "created_at": "n.i * 60000000", "started_at": "n.i * 60000000", "ended_at": "n.i * 60000000 + 9000000"})


def audit():
    while (have := count("audit_entries")) < AUDIT_ENTRIES:
        copy("audit_entries", f"(SELECT * FROM audit_entries ORDER BY id LIMIT {AUDIT_ENTRIES - have}) t", {"id": ""})


def datasets():
    for name in (f"bench-{at:02}" for at in range(DATASETS - 1)):
        for version in range(1, VERSIONS + 1):
            copy("dataset_versions", "(SELECT * FROM dataset_versions ORDER BY dataset, version LIMIT 1) t", {"dataset": f"'{name}'", "version": str(version), "digest": f"substr(t.digest, 1, 60) || '{version:04x}'"})


make = [runs]
if count("flow_runs") < FLOW_RUNS: make += [flow_runs, audit, datasets]
for step in make: step()
db.end()
print(", ".join(f"{count(table):,} {table.replace('_', ' ')}" for table in ("runs", "flow_runs", "audit_entries", "dataset_versions", "model_versions")), f"after {time.time() - begin:.0f} s")
