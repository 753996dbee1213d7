"""The churn forecast on a company with planted causes."""
