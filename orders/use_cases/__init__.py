"""One file a verb. Lock order in all of them: order row, place row, ledger accounts, feed counter."""
