"""What it means: recomputing a trial, and comparing it with the reference policy."""
