-- An OAuthConsent ends within fifteen minutes. Ready is Unknown until then, and afterwards True or False.
local message = "The operator has not seen this consent."
if obj.status ~= nil then
  for _, condition in ipairs(obj.status.conditions or {}) do
    if condition.type == "Ready" then
      if condition.status == "True" then
        return { status = "Healthy", message = condition.message }
      end
      if condition.status == "False" then
        return { status = "Degraded", message = condition.message }
      end
      message = condition.message
    end
  end
end
return { status = "Progressing", message = message }
