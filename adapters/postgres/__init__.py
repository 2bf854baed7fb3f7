"""PostgreSQL: the embedded server, migrations, the log's recorder, its keys and its seal."""
