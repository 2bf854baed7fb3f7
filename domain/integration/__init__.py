"""What external systems answered."""
