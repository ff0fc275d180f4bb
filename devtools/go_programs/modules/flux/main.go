// flux-judge runs the code of Flux on Kubernetes objects: kstatus, the health checks by CEL, and the apply.
//
//	flux-judge judge|apply|diff|delete < request.json > response.json
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// Request is what every command reads from standard input. Each command uses a part of it.
type Request struct {
	Objects    []*unstructured.Unstructured `json:"objects"`
	Checks     []HealthCheck                `json:"checks"`     // spec.healthCheckExprs of a Kustomization
	Kubeconfig string                       `json:"kubeconfig"` // path
}

var commands = map[string]func(context.Context, *Request) (any, error){
	"judge":  judge,
	"apply":  apply,
	"diff":   diff,
	"delete": prune,
}

func main() {
	klog.SetOutput(os.Stderr)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 || commands[os.Args[1]] == nil {
		return fmt.Errorf("usage: flux-judge judge|apply|diff|delete < request.json")
	}
	request := &Request{}
	if err := json.NewDecoder(os.Stdin).Decode(request); err != nil {
		return fmt.Errorf("the request is not valid JSON: %w", err)
	}
	response, err := commands[os.Args[1]](context.Background(), request)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(response)
}

func connect(request *Request) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", request.Kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 100, 200
	config.WarningHandler = rest.NoWarnings{}
	return config, nil
}
