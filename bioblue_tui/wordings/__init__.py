"""What agents are told, as data: wordings are TOML files of templates that put an environment's facts into words."""
