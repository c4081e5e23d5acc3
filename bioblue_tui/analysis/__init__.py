"""What a trial means: recomputing it, and comparing it with the reference policy."""
