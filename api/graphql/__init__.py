"""The GraphQL gateway: commands as mutations, projections as connections, reports as queries.

Strawberry describes the schema. An operation is parsed, validated and planned once; a plan is
one SQL statement for each root field and one for each list below it, and a generated function
that turns rows into the answer, so a known operation costs what its rows cost.
"""
