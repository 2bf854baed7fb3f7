"""Every way in: GraphQL, command line, and the wiring that assembles the whole."""
