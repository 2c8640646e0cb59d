"""Makes more of what a stopped home on SQLite has: python3 bench/ui.py HOME [RUNS]   (100000)

RUNS runs, 5,000 flow runs of its project, 20,000 audit entries, 30 datasets of 20 versions. The copies are rows as the server writes them, with ids, times and
metric values of their own; to make each through the API takes three requests and as many syncs. Make a few thousand with Cairn.Bench ui-fill first, so that what
is copied is as various as runs are."""
import sqlite3
import sys
import time

home, wanted = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
FLOW_RUNS, AUDIT_ENTRIES, DATASETS, VERSIONS = 5_000, 20_000, 30, 20
db = sqlite3.connect(f"{home}/cairn.db")
begin = time.time()


def count(table):
    return db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]


def copy(table, source, changes, times=""):
    """Rows of a table again, with some columns set: {column: SQL over t}."""
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(changes.get(column, f"t.{column}") for column in columns if changes.get(column) != "")
    names = ", ".join(column for column in columns if changes.get(column) != "")
    db.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {source} {times}")


def runs():
    db.execute("CREATE TEMP TABLE source AS SELECT workspace_id, run_id FROM runs WHERE name LIKE 'wren-%'")
    number = 0
    while (have := count("runs")) < wanted:
        number += 1
        db.execute("DROP TABLE IF EXISTS copied")
        db.execute(f"CREATE TEMP TABLE copied AS SELECT workspace_id, run_id, substr(run_id, 1, 24) || printf('%08x', {number}) AS new_id FROM source LIMIT {wanted - have}")
        db.execute("CREATE UNIQUE INDEX temp.copied_by_id ON copied (workspace_id, run_id)")
        joined = "t JOIN copied c ON c.workspace_id = t.workspace_id AND c.run_id = t.run_id"
        earlier = {"run_id": "c.new_id", "started_at": f"t.started_at - {number} * 600000000", "ended_at": f"t.ended_at - {number} * 600000000"}
        jitter = "t.value + random() / 9.3e18 * 0.001"
        copy("runs", f"runs {joined}", earlier | {"name": f"t.name || '-{number}'"})
        copy("run_params", f"run_params {joined}", earlier)
        copy("run_tags", f"run_tags {joined}", {"run_id": "c.new_id", "value": f"CASE t.key WHEN 'mlflow.runName' THEN t.value || '-{number}' ELSE t.value END"})
        copy("run_metrics", f"run_metrics {joined}", {"run_id": "c.new_id", "value": jitter})
        copy("run_latest_metrics", f"run_latest_metrics {joined}", {"run_id": "c.new_id", "value": jitter})


def flow_runs():
    """The newest of the project, a day earlier each."""
    first = db.execute("SELECT flow_run_id FROM flow_runs WHERE subject LIKE 'projects/%' ORDER BY flow_run_id DESC LIMIT 1").fetchone()[0]
    new_id = f"printf('%012x', n.i * 60000) || substr('{first}', 13)"
    numbers = f"t, (WITH RECURSIVE n(i) AS (SELECT {count('flow_runs')} UNION ALL SELECT i + 1 FROM n WHERE i < {FLOW_RUNS} - 1) SELECT i FROM n) n WHERE t.flow_run_id = '{first}'"
    for table in ("flow_runs", "task_runs"):
        copy(table, f"{table} {numbers}", {"flow_run_id": new_id, "created_at": "n.i * 60000000", "started_at": "n.i * 60000000", "ended_at": "n.i * 60000000 + 9000000"})


def audit():
    while (have := count("audit_entries")) < AUDIT_ENTRIES:
        copy("audit_entries", f"(SELECT * FROM audit_entries ORDER BY id LIMIT {AUDIT_ENTRIES - have}) t", {"id": ""})


def datasets():
    for name in (f"bench-{at:02}" for at in range(DATASETS - 1)):
        for version in range(1, VERSIONS + 1):
            copy("dataset_versions", f"(SELECT * FROM dataset_versions ORDER BY dataset, version LIMIT 1) t", {"dataset": f"'{name}'", "version": str(version), "digest": f"substr(t.digest, 1, 60) || printf('%04x', {version})"})


make = [runs]
if count("flow_runs") < FLOW_RUNS: make += [flow_runs, audit, datasets]
for step in make: step()
db.commit()
print(", ".join(f"{count(table):,} {table.replace('_', ' ')}" for table in ("runs", "flow_runs", "audit_entries", "dataset_versions", "model_versions")), f"after {time.time() - begin:.0f} s")
