"""The generated files of the Helm chart: schema and page of values, templates of CRDs, copies of files."""
