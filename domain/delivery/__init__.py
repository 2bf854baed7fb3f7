"""What was delivered: projects, time and expenses, approved and rated."""
