"""Under fire: processes are killed, connections cut, the database stopped; nothing acknowledged may be lost or doubled."""
