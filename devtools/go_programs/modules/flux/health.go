package main

import (
	"context"

	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// HealthCheck is one entry of healthCheckExprs.
type HealthCheck struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Current    string `json:"current"`
	InProgress string `json:"inProgress"`
	Failed     string `json:"failed"`
}

// Verdict is what kstatus and the health checks say about one object; Flux is empty for a kind without a check.
type Verdict struct {
	Kstatus string `json:"kstatus"`
	Flux    string `json:"flux"`
}

func judge(ctx context.Context, request *Request) (any, error) {
	verdicts := []Verdict{}
	for _, object := range request.Objects {
		computed, err := status.Compute(object)
		if err != nil {
			return nil, err
		}
		health, err := evaluate(ctx, request.Checks, object)
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, Verdict{computed.Status.String(), health})
	}
	return verdicts, nil
}

// evaluate does what kustomize-controller does with healthCheckExprs. An object without an expression is left to kstatus.
func evaluate(ctx context.Context, checks []HealthCheck, object *unstructured.Unstructured) (string, error) {
	for _, check := range checks {
		if check.APIVersion != object.GetAPIVersion() || check.Kind != object.GetKind() {
			continue
		}
		evaluator, err := cel.NewStatusEvaluator(&kustomize.HealthCheckExpressions{
			Current: check.Current, InProgress: check.InProgress, Failed: check.Failed,
		})
		if err != nil {
			return "", err
		}
		result, err := evaluator.Evaluate(ctx, object)
		if err != nil {
			return "", err
		}
		return result.Status.String(), nil
	}
	return "", nil
}
