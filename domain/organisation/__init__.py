"""Who we are and whom we work for: legal entities, clients, people."""
