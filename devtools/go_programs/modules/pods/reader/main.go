// Command reader is a workload for tests that run in a cluster: each second it calls the protected API at URL with the
// header value that the file FILE contains, or the variable AUTHORIZATION if FILE is not set.
//
// It writes an event for each new token, with the age that the API reports, and for each answer that is not 200.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"time"

	"oauthconnector.dev/devtools/pods/journal"
)

type accepted struct {
	Number int     `json:"number"`
	Age    float64 `json:"age"`
	Left   float64 `json:"left"`
}

func main() {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: trust()}}
	number, calls := 0, 0
	for range time.Tick(time.Second) {
		header, err := read()
		if err != nil {
			journal.Write(map[string]any{"event": "unreadable", "error": err.Error()})
			continue
		}
		status, token, err := call(client, header)
		calls++
		if err != nil {
			journal.Write(map[string]any{"event": "unreachable", "error": err.Error()})
		} else if status != http.StatusOK {
			journal.Write(map[string]any{"event": "refused", "status": status, "calls": calls})
		} else if token.Number != number {
			number = token.Number
			journal.Write(map[string]any{"event": "new", "number": number, "age": token.Age, "left": token.Left, "calls": calls})
		} else if calls%30 == 0 {
			journal.Write(map[string]any{"event": "well", "number": number, "left": token.Left, "calls": calls})
		}
	}
}

func trust() *tls.Config {
	authorities := x509.NewCertPool()
	if text, err := os.ReadFile(os.Getenv("CA")); err == nil {
		authorities.AppendCertsFromPEM(text)
	}
	return &tls.Config{RootCAs: authorities}
}

func read() (string, error) {
	if file := os.Getenv("FILE"); file != "" {
		text, err := os.ReadFile(file)
		return string(text), err
	}
	return os.Getenv("AUTHORIZATION"), nil
}

func call(client *http.Client, header string) (int, accepted, error) {
	token := accepted{}
	request, err := http.NewRequest(http.MethodGet, os.Getenv("URL"), nil)
	if err != nil {
		return 0, token, err
	}
	request.Header.Set("Authorization", header)
	request.Header.Set("User-Agent", os.Getenv("NAME"))
	response, err := client.Do(request)
	if err != nil {
		return 0, token, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		err = json.NewDecoder(response.Body).Decode(&token)
	}
	return response.StatusCode, token, err
}
