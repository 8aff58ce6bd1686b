"""The wire protocol without I/O: messages, codec and the state machines of both roles. Knows no engine, no socket."""
