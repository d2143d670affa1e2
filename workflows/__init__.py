"""The business of the closed loop and the BPM engine beneath it. No Flask in here."""
