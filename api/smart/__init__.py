"""SMART App Launch 2.2: an EHR opens the panel beside a patient, and signs its user in."""
