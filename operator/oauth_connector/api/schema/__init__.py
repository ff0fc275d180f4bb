"""How models become schemas: rules in CEL, bounded types, the CustomResourceDefinitions."""
