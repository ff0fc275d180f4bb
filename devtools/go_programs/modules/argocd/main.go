// argo-judge runs the code of Argo CD on Kubernetes objects: its Lua engine for health and actions, its apply and diff.
//
//	argo-judge judge|act|apply|diff < request.json > response.json
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
	Config     map[string]string            `json:"config"`     // data of the ConfigMap argocd-cm
	Action     string                       `json:"action"`     // the action to run
	Kubeconfig string                       `json:"kubeconfig"` // path
	ServerSide bool                         `json:"serverSide"` // apply or diff by the API server
}

var commands = map[string]func(context.Context, *Request) (any, error){
	"judge": judge,
	"act":   act,
	"apply": apply,
	"diff":  compare,
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
		return fmt.Errorf("usage: argo-judge judge|act|apply|diff < request.json")
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
	// Argo CD writes this configuration to a kubeconfig, which may not have both a certificate and its path.
	err = rest.LoadTLSFiles(config)
	config.CAFile, config.CertFile, config.KeyFile = "", "", ""
	return config, err
}
