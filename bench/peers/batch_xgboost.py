#!/usr/bin/python3
"""The same rows through the same trees with pandas and XGBoost for Python. Usage: batch_xgboost.py FOLDER (made by Cairn.Bench batch).

pandas of Debian has no Parquet reader, so it gets the columns as raw doubles and writes raw floats: less work than Cairn does.
"""
import sys
import time

import numpy
import pandas
import xgboost

folder, columns = sys.argv[1], 20
booster = xgboost.Booster()
booster.load_model(f"{folder}/model.ubj")
print(f"xgboost {xgboost.__version__}, pandas {pandas.__version__}, numpy {numpy.__version__}")
print("read columns into a data frame | DMatrix | predict | write | all (seconds) | all (CPU seconds)")
for _ in range(5):
    marks, cpu = [time.perf_counter()], time.process_time()
    values = numpy.fromfile(f"{folder}/source.f64", dtype=numpy.float64)
    frame = pandas.DataFrame({f"f{i}": column for i, column in enumerate(values.reshape(columns, -1))})
    marks.append(time.perf_counter())
    matrix = xgboost.DMatrix(frame)
    marks.append(time.perf_counter())
    scores = booster.predict(matrix, validate_features=False)
    marks.append(time.perf_counter())
    scores.tofile(f"{folder}/peer.f32")
    marks.append(time.perf_counter())
    print(" | ".join(f"{b - a:.2f}" for a, b in zip(marks, marks[1:])), f"| {marks[-1] - marks[0]:.2f} | {time.process_time() - cpu:.2f}")

print("largest resident set: %.0f MB" % (__import__("resource").getrusage(__import__("resource").RUSAGE_SELF).ru_maxrss / 1024))
