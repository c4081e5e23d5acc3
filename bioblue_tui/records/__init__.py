"""What is kept: the record of a trial on disk, published logs, and finding them again."""
