"""Trains the models of app.py: train.py TELCO_CSV FOLDER"""
import pickle
import sys

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

frame = pd.read_csv(sys.argv[1])
frame["TotalCharges"] = pd.to_numeric(frame["TotalCharges"], errors="coerce").fillna(0)
target = (frame.pop("Churn") == "Yes").astype(int)
frame = frame.drop(columns=["customerID"])
numbers = ["SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges"]
categories = [column for column in frame if column not in numbers]
for name, model in {"lr": LogisticRegression(max_iter=1000), "rf": RandomForestClassifier(100, random_state=1)}.items():
    prepare = ColumnTransformer([("c", OneHotEncoder(handle_unknown="ignore"), categories), ("n", StandardScaler(), numbers)])
    with open(f"{sys.argv[2]}/{name}.pkl", "wb") as file:
        pickle.dump(Pipeline([("prepare", prepare), ("model", model)]).fit(frame, target), file)
