local suspended = obj.spec.suspend == true
local authorized = obj.status ~= nil and obj.status.secretRef ~= nil
return {
  refresh = { disabled = suspended, iconClass = "fa fa-fw fa-sync" },
  suspend = { disabled = suspended, iconClass = "fa fa-fw fa-pause" },
  resume = { disabled = not suspended, iconClass = "fa fa-fw fa-play" },
  revoke = { disabled = not authorized, iconClass = "fa fa-fw fa-ban" },
}
