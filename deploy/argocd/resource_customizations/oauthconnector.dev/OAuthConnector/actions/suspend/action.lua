-- Stops token requests. The Secret and its token stay.
obj.spec.suspend = true
return obj
