package main

import (
	"context"
	"slices"
	"strings"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Verdict is the health of one object, and the actions that are offered, by name. Without a script both are empty.
type Verdict struct {
	Health  string                    `json:"health"`
	Message string                    `json:"message"`
	Actions []v1alpha1.ResourceAction `json:"actions"`
}

func judge(_ context.Context, request *Request) (any, error) {
	overrides := parseOverrides(request.Config)
	verdicts := []Verdict{}
	for _, object := range request.Objects {
		verdict := Verdict{}
		if err := assess(overrides, object, &verdict); err != nil {
			return nil, err
		}
		verdicts = append(verdicts, verdict)
	}
	return verdicts, nil
}

func assess(overrides map[string]v1alpha1.ResourceOverride, object *unstructured.Unstructured, verdict *Verdict) error {
	health, err := lua.ResourceHealthOverrides(overrides).GetResourceHealth(object)
	if err != nil {
		return err
	}
	if health != nil {
		verdict.Health, verdict.Message = string(health.Status), health.Message
	}
	machine := lua.VM{ResourceOverrides: overrides}
	scripts, err := machine.GetResourceActionDiscovery(object)
	if err != nil || len(scripts) == 0 {
		return err
	}
	verdict.Actions, err = machine.ExecuteResourceActionDiscovery(object, scripts)
	slices.SortFunc(verdict.Actions, func(a, b v1alpha1.ResourceAction) int { return strings.Compare(a.Name, b.Name) })
	return err
}

// act runs an action on each object and returns the objects that Argo CD would write.
func act(_ context.Context, request *Request) (any, error) {
	machine := lua.VM{ResourceOverrides: parseOverrides(request.Config)}
	results := []*unstructured.Unstructured{}
	for _, object := range request.Objects {
		action, err := machine.GetResourceAction(object, request.Action)
		if err != nil {
			return nil, err
		}
		impacted, err := machine.ExecuteResourceAction(object, action.ActionLua, nil)
		if err != nil {
			return nil, err
		}
		for _, each := range impacted {
			results = append(results, each.UnstructuredObj)
		}
	}
	return results, nil
}

// parseOverrides reads the keys resource.customizations.TYPE.GROUP_KIND of argocd-cm, as Argo CD's settings do.
func parseOverrides(data map[string]string) map[string]v1alpha1.ResourceOverride {
	overrides := map[string]v1alpha1.ResourceOverride{}
	for key, value := range data {
		parts := strings.SplitN(key, ".", 4)
		if len(parts) < 4 || parts[0] != "resource" || parts[1] != "customizations" {
			continue
		}
		name := strings.Replace(parts[3], "_", "/", 1)
		override := overrides[name]
		switch parts[2] {
		case "health":
			override.HealthLua = value
		case "actions":
			override.Actions = value
		case "useOpenLibs":
			override.UseOpenLibs = value == "true"
		}
		overrides[name] = override
	}
	return overrides
}
