package main

import (
	"context"
	"fmt"

	"github.com/fluxcd/pkg/ssa"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/restmapper"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	fieldManager = "kustomize-controller"
	group        = "kustomize.toolkit.fluxcd.io"
)

// cleanup holds the takeovers of kustomize-controller: internal/controller/kustomization_controller.go, apply().
func cleanup() ssa.ApplyCleanupOptions {
	updated, applied := metav1.ManagedFieldsOperationUpdate, metav1.ManagedFieldsOperationApply
	return ssa.ApplyCleanupOptions{
		Annotations: []string{"kubectl.kubernetes.io/last-applied-configuration"},
		FieldManagers: []ssa.FieldManager{
			{Name: "kubectl", OperationType: applied},
			{Name: "kubectl", OperationType: updated},
			{Name: "before-first-apply", OperationType: updated},
			{Name: fieldManager, OperationType: updated},
		},
		Exclusions: map[string]string{group + "/ssa": "Merge"},
	}
}

func resourceManager(request *Request) (*ssa.ResourceManager, error) {
	config, err := connect(request)
	if err != nil {
		return nil, err
	}
	found, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	var mapper meta.RESTMapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found))
	api, err := client.New(config, client.Options{Mapper: mapper})
	if err != nil {
		return nil, err
	}
	manager := ssa.NewResourceManager(api, nil, ssa.Owner{Field: fieldManager, Group: group})
	manager.SetOwnerLabels(request.Objects, "connectors", "flux-system")
	return manager, nil
}

// apply returns what kustomize-controller logs for each object: created, configured or unchanged.
func apply(ctx context.Context, request *Request) (any, error) {
	manager, err := resourceManager(request)
	if err != nil {
		return nil, err
	}
	options := ssa.DefaultApplyOptions()
	options.Cleanup = cleanup()
	changes, err := manager.ApplyAll(ctx, request.Objects, options)
	if err != nil {
		return nil, err
	}
	return outcomes(changes), nil
}

func diff(ctx context.Context, request *Request) (any, error) {
	manager, err := resourceManager(request)
	if err != nil {
		return nil, err
	}
	changes := ssa.NewChangeSet()
	for _, object := range request.Objects {
		entry, _, _, err := manager.Diff(ctx, object, ssa.DefaultDiffOptions())
		if err != nil {
			return nil, err
		}
		changes.Add(*entry)
	}
	return outcomes(changes), nil
}

// prune deletes objects, as kustomize-controller does with those that left Git.
func prune(ctx context.Context, request *Request) (any, error) {
	manager, err := resourceManager(request)
	if err != nil {
		return nil, err
	}
	options := ssa.DefaultDeleteOptions()
	options.Inclusions = manager.GetOwnerLabels("connectors", "flux-system")
	changes, err := manager.DeleteAll(ctx, request.Objects, options)
	if err != nil {
		return nil, err
	}
	return outcomes(changes), nil
}

func outcomes(changes *ssa.ChangeSet) map[string]string {
	found := map[string]string{}
	for _, entry := range changes.Entries {
		found[entry.Subject] = fmt.Sprint(entry.Action)
	}
	return found
}
