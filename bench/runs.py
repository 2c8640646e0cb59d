"""Copies the runs of a stopped home until there are as many as asked: python3 bench/runs.py HOME 100000

The copies are rows as the server writes them, with ids, times and metric values of their own; making each through the API takes three
requests and as many syncs. Make a few thousand with the suite run-pages first, so that what is copied is as various as runs are."""
import sqlite3
import sys
import time

home, wanted = sys.argv[1], int(sys.argv[2])
db = sqlite3.connect(f"{home}/cairn.db")
present = db.execute("SELECT COUNT(*) FROM runs").fetchone()[0]
begin = time.time()
db.execute("CREATE TEMP TABLE source AS SELECT * FROM runs")
copy = 0
while (have := db.execute("SELECT COUNT(*) FROM runs").fetchone()[0]) < wanted:
    copy += 1
    db.execute("DROP TABLE IF EXISTS copied")
    db.execute(f"CREATE TEMP TABLE copied AS SELECT workspace_id, run_id, substr(run_id, 1, 24) || printf('%08x', {copy}) AS new_id FROM source LIMIT {wanted - have}")
    db.execute("CREATE UNIQUE INDEX temp.copied_by_id ON copied (workspace_id, run_id)")
    joined = "JOIN copied c ON c.workspace_id = t.workspace_id AND c.run_id = t.run_id"
    db.execute(f"""INSERT INTO runs SELECT t.workspace_id, c.new_id, t.experiment_id, t.name || '-{copy}', t.status, t.lifecycle_stage, t.user_name,
                   t.started_at - {copy} * 600000000, t.ended_at - {copy} * 600000000, t.deleted_at FROM source t {joined}""")
    db.execute(f"INSERT INTO run_params SELECT t.workspace_id, c.new_id, t.key, t.value, t.experiment_id, t.started_at - {copy} * 600000000 FROM run_params t {joined}")
    db.execute(f"INSERT INTO run_tags SELECT t.workspace_id, c.new_id, t.key, t.value FROM run_tags t {joined}")
    jitter = "t.value + random() / 9.3e18 * 0.001"
    db.execute(f"INSERT INTO run_metrics SELECT t.workspace_id, c.new_id, t.key, t.timestamp, t.step, {jitter}, t.is_nan FROM run_metrics t {joined}")
    db.execute(f"INSERT INTO run_latest_metrics SELECT t.workspace_id, c.new_id, t.key, t.experiment_id, t.timestamp, t.step, {jitter}, t.is_nan FROM run_latest_metrics t {joined}")
db.commit()
print(f"{have:,} runs, {have - present:,} of them copied in {time.time() - begin:.0f} s")
