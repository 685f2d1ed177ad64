"""How insurers are spoken to. `LINGGONG_INSURER_ADAPTERS` names them; each implements `port.InsurerPort`."""
