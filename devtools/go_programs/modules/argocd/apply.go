package main

import (
	"context"
	"encoding/json"

	"github.com/argoproj/gitops-engine/pkg/diff"
	"github.com/argoproj/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/gitops-engine/pkg/utils/tracing"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
)

// fieldManager is the field manager of the application controller.
const fieldManager = "argocd-controller"

func operations(request *Request) (kube.ResourceOperations, *rest.Config, func(), error) {
	config, err := connect(request)
	if err != nil {
		return nil, nil, nil, err
	}
	command := &kube.KubectlCmd{Log: logr.Discard(), Tracer: tracing.NopTracer{}}
	schema, _, err := command.LoadOpenAPISchema(config)
	if err != nil {
		return nil, nil, nil, err
	}
	found, cleanup, err := command.ManageResources(config, schema)
	return found, config, cleanup, err
}

// apply applies objects as a sync does: client-side, or server-side with the option ServerSideApply=true.
func apply(ctx context.Context, request *Request) (any, error) {
	resources, _, cleanup, err := operations(request)
	if err != nil {
		return nil, err
	}
	defer cleanup()
	lines := []string{}
	for _, object := range request.Objects {
		line, err := resources.ApplyResource(
			ctx, object, cmdutil.DryRunNone, false, true, request.ServerSide, fieldManager,
		)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// Difference is the state that Argo CD predicts for an object beside the live state; equal means Synced.
type Difference struct {
	Modified  bool            `json:"modified"`
	Predicted json.RawMessage `json:"predicted"`
	Live      json.RawMessage `json:"live"`
}

// compare compares objects with the cluster: by three-way merge, or by a dry run of the API server.
func compare(ctx context.Context, request *Request) (any, error) {
	config, err := connect(request)
	if err != nil {
		return nil, err
	}
	options, cleanup, err := diffOptions(request)
	if err != nil {
		return nil, err
	}
	defer cleanup()
	command := &kube.KubectlCmd{Log: logr.Discard(), Tracer: tracing.NopTracer{}}
	found := []Difference{}
	for _, object := range request.Objects {
		live, err := command.GetResource(
			ctx, config, object.GroupVersionKind(), object.GetName(), object.GetNamespace(),
		)
		if err != nil {
			return nil, err
		}
		result, err := diff.Diff(object, live, append(options, diff.WithNormalizer(withoutStatus{}))...)
		if err != nil {
			return nil, err
		}
		found = append(found, Difference{result.Modified, result.PredictedLive, result.NormalizedLive})
	}
	return found, nil
}

func diffOptions(request *Request) ([]diff.Option, func(), error) {
	options := []diff.Option{diff.WithManager(fieldManager), diff.WithLogr(logr.Discard())}
	if !request.ServerSide {
		return options, func() {}, nil
	}
	config, err := connect(request)
	if err != nil {
		return nil, nil, err
	}
	command := &kube.KubectlCmd{Log: logr.Discard(), Tracer: tracing.NopTracer{}}
	schema, parser, err := command.LoadOpenAPISchema(config)
	if err != nil {
		return nil, nil, err
	}
	resources, cleanup, err := kube.ManageServerSideDiffDryRuns(
		config, schema, tracing.NopTracer{}, logr.Discard(), func(string) (kube.CleanupFunc, error) { return func() {}, nil },
	)
	if err != nil {
		return nil, nil, err
	}
	options = append(options,
		diff.WithServerSideDiff(true),
		diff.WithServerSideDryRunner(diff.NewK8sServerSideDryRunner(resources)),
		diff.WithGVKParser(parser),
	)
	return options, cleanup, nil
}

// withoutStatus ignores the field status of every object, as Argo CD does since 3.0 (ignoreResourceStatusField: all).
type withoutStatus struct{}

func (withoutStatus) Normalize(object *unstructured.Unstructured) error {
	if object != nil {
		unstructured.RemoveNestedField(object.Object, "status")
	}
	return nil
}
