"""Many trials at a glance."""
