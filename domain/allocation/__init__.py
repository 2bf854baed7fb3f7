"""Allocation: overhead to the projects, departments and clients that cause it, and why."""
