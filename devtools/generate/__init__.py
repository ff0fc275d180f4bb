"""Generated files: CRDs, reference pages, the dashboard, a part of the policies."""
