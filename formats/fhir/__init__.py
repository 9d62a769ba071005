"""FHIR R4 resources to typed chart records; each resource stands or falls alone."""
