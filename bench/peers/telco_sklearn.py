"""The same work as `Cairn.Bench learning-telco` with scikit-learn and XGBoost for Python, as they come with Debian 12.

    apt-get install -y python3-sklearn python3-xgboost python3-pandas
    /usr/bin/python3 bench/peers/telco_sklearn.py telco_churn.csv

Repeated stratified 5-fold x 4 on all rows but a stratified fifth; preprocessing is fitted inside each fold. Hyperparameters
are Cairn's first trial of each algorithm, so that both do the same arithmetic; folds are scikit-learn's own.
"""
import sys
import time

import numpy as np
import pandas as pd
import sklearn
import xgboost
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

data = pd.read_csv(sys.argv[1])
data["TotalCharges"] = pd.to_numeric(data["TotalCharges"], errors="coerce")
labels = (data.pop("Churn") == "Yes").astype(int).to_numpy()
data = data.drop(columns="customerID")
numbers = [c for c in data.columns if data[c].dtype != object]
texts = [c for c in data.columns if data[c].dtype == object]
train, test, train_labels, test_labels = train_test_split(data, labels, test_size=0.2, stratify=labels, random_state=42)


def features(dense):
    number = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()) if dense else "passthrough"
    return make_column_transformer((number, numbers), (OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts))


# As Cairn's trainers ask for a single thread in each fit of a fold, so do these; joblib runs no folds side by side here.
algorithms = {
    "xgboost": (False, lambda: xgboost.XGBClassifier(
        n_estimators=150, max_depth=3, learning_rate=0.05, subsample=0.8, colsample_bytree=0.8, min_child_weight=1, reg_lambda=1,
        tree_method="hist", n_jobs=1, random_state=42)),
    "logistic_regression": (True, lambda: LogisticRegression(C=1.0, max_iter=1000)),
    "random_forest": (True, lambda: RandomForestClassifier(n_estimators=200, max_depth=12, min_samples_leaf=10, n_jobs=1, random_state=42)),
}

print(f"scikit-learn {sklearn.__version__}, xgboost {xgboost.__version__}, numpy {np.__version__}")
print("stage | wall s | cpu s | result")
for name, (dense, make) in algorithms.items():
    wall, cpu, areas, losses = time.time(), time.process_time(), [], []
    for fit, held in RepeatedStratifiedKFold(n_splits=5, n_repeats=4, random_state=42).split(train, train_labels):
        model = make_pipeline(features(dense), make()).fit(train.iloc[fit], train_labels[fit])
        scores = model.predict_proba(train.iloc[held])[:, 1]
        areas.append(roc_auc_score(train_labels[held], scores))
        losses.append(log_loss(train_labels[held], scores))
    wall, cpu = time.time() - wall, time.process_time() - cpu
    model = make_pipeline(features(dense), make()).fit(train, train_labels)
    area = roc_auc_score(test_labels, model.predict_proba(test)[:, 1])
    print(f"20 fits of {name} | {wall:.2f} | {cpu:.2f} | roc_auc {np.mean(areas):.4f} ± {np.std(areas, ddof=1):.4f}, log_loss {np.mean(losses):.4f}; test roc_auc {area:.4f}")
