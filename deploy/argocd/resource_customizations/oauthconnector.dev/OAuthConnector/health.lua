-- The status of an OAuthConnector follows kstatus: Ready always exists after the first reconciliation, and Reconciling
-- and Stalled exist only while they are true. A valid token is Healthy even while its refresh fails.
if obj.spec ~= nil and obj.spec.suspend == true then
  return { status = "Suspended", message = "The connector is suspended. Set spec.suspend to false." }
end
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "The operator has not seen this generation." }
end
local conditions = {}
for _, condition in ipairs(obj.status.conditions or {}) do
  if condition.status == "True" or condition.type == "Ready" then
    conditions[condition.type] = condition
  end
end
local ready = conditions["Ready"]
if ready == nil then
  return { status = "Progressing", message = "The operator has not seen this generation." }
end
if ready.status == "True" then
  return { status = "Healthy", message = ready.message }
end
if conditions["Stalled"] ~= nil then
  return { status = "Degraded", message = ready.message }
end
if conditions["ConsentRequired"] ~= nil then
  return { status = "Suspended", message = conditions["ConsentRequired"].message }
end
return { status = "Progressing", message = ready.message }
