-- Revokes the grant at the provider and deletes its tokens. Any new value of the annotation is a request.
local os = require("os")
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["oauthconnector.dev/revoke-requested-at"] = os.date("!%Y-%m-%dT%XZ")
return obj
