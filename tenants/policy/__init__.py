"""What a county decides for its market, dated: pay floors, silence, undo, fees, penalties."""
