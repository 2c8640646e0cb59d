"""What a user would write instead: FastAPI, pydantic and a scikit-learn pipeline.
MODEL=lr.pkl python3 -m uvicorn app:app --port 8001   (Debian: python3-fastapi python3-uvicorn python3-sklearn python3-pandas)"""
import os
import pickle

import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

with open(os.environ["MODEL"], "rb") as file:
    model = pickle.load(file)
app = FastAPI()


class Customer(BaseModel):
    gender: str
    SeniorCitizen: int
    Partner: str
    Dependents: str
    tenure: int
    PhoneService: str
    MultipleLines: str
    InternetService: str
    OnlineSecurity: str
    OnlineBackup: str
    DeviceProtection: str
    TechSupport: str
    StreamingTV: str
    StreamingMovies: str
    Contract: str
    PaperlessBilling: str
    PaymentMethod: str
    MonthlyCharges: float
    TotalCharges: float


@app.post("/predict")
async def predict(customer: Customer):
    probability = float(model.predict_proba(pd.DataFrame([customer.dict()]))[0, 1])
    return {"prediction": int(probability > 0.5), "probability": probability, "model_version": "1"}
