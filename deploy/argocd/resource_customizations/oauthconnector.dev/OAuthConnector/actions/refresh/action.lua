-- Requests a new token now. Any new value of the annotation is a request.
local os = require("os")
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["oauthconnector.dev/refresh-requested-at"] = os.date("!%Y-%m-%dT%XZ")
return obj
