"""The texts that agents get: wordings are TOML files of templates that put an environment's facts into words."""
