"""The Wyoming protocol, which Home Assistant speaks: events over TCP, each a line of JSON and what follows it."""
