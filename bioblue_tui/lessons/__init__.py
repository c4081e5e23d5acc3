"""Teaching material: lessons are Markdown files with small directives; see ``format``."""
