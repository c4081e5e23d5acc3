"""Language models: what is sent, what comes back, which servers there are."""
