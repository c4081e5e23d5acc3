"""The application in browsers: a process and a data directory of its own for each visitor."""
