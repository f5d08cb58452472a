"""Where releases are published: one adapter a warehouse, behind one protocol."""
