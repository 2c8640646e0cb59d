wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"customerID":"7590-VHVEG","gender":"Female","SeniorCitizen":0,"Partner":"Yes","Dependents":"No","tenure":12,"PhoneService":"Yes","MultipleLines":"No","InternetService":"Fiber optic","OnlineSecurity":"No","OnlineBackup":"Yes","DeviceProtection":"No","TechSupport":"No","StreamingTV":"Yes","StreamingMovies":"No","Contract":"Month-to-month","PaperlessBilling":"Yes","PaymentMethod":"Electronic check","MonthlyCharges":84.5,"TotalCharges":1014.0}'
done = function(s, l)
  local e = s.errors
  io.write(string.format("%8.0f req/s   p50 %7.3f ms   p99 %7.3f ms   errors %d\n", s.requests / (s.duration / 1e6),
    l:percentile(50) / 1000, l:percentile(99) / 1000, e.connect + e.read + e.write + e.timeout + e.status))
end
