"""Headless fronts: a trial as plain lines or as JSON lines."""
