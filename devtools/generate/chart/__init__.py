"""The generated files of the Helm chart: schema and page of its values, templates of the CRDs, copies of other files."""
