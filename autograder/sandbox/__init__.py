"""Processes that run code apart from us: a fork server, what runs in its children, and the port that asks them."""
