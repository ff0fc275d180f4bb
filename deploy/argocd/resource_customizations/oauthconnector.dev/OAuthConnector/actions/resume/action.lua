-- Lets the operator request tokens again.
obj.spec.suspend = false
return obj
