"""Every way out: the database, the work queue, files and external systems."""
