"""Generated files: CRDs, reference pages, the dashboard."""
