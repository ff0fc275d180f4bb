// Command provider is an authorization server and a protected API for tests that run in a cluster. It serves HTTPS on
// port 8443 with /tls/tls.crt and /tls/tls.key.
//
//	POST /LIFETIME/DELAY/token     a token that expires after LIFETIME seconds; the response takes DELAY seconds
//	GET  /LIFETIME/DELAY/authorize authorizes at once, and redirects with a code
//	GET  /api                      200 with a valid token in the header Authorization, else 401
//	GET  /health                   200
//
// A refresh token can be used once. A second use revokes its grant, as strict servers do.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"oauthconnector.dev/devtools/pods/journal"
)

type accessToken struct {
	Client  string    `json:"client"`
	Number  int       `json:"number"`
	Issued  time.Time `json:"-"`
	Expires time.Time `json:"-"`
	Age     float64   `json:"age"`
	Left    float64   `json:"left"`
}

type server struct {
	lock    sync.Mutex
	tokens  map[string]accessToken
	current map[string]string // the refresh token of each grant that is valid now; the key is the client
}

func main() {
	s := &server{tokens: map[string]accessToken{}, current: map[string]string{}}
	http.HandleFunc("POST /{lifetime}/{delay}/token", s.issue)
	http.HandleFunc("GET /{lifetime}/{delay}/authorize", authorize)
	http.HandleFunc("GET /api", s.protect)
	http.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	journal.Write(map[string]any{"event": "started"})
	fmt.Fprintln(os.Stderr, http.ListenAndServeTLS(":8443", "/tls/tls.crt", "/tls/tls.key", nil))
	os.Exit(1)
}

func (s *server) issue(response http.ResponseWriter, request *http.Request) {
	client, _, _ := request.BasicAuth()
	client, _ = url.QueryUnescape(client)
	if client == "" {
		client = request.FormValue("client_id")
	}
	lifetime, _ := strconv.Atoi(request.PathValue("lifetime"))
	delay, _ := strconv.ParseFloat(request.PathValue("delay"), 64)
	grant := request.FormValue("grant_type")
	journal.Write(map[string]any{"event": "request", "client": client, "grant": grant})
	refreshToken, accepted := s.rotate(client, grant, request.FormValue("refresh_token"))
	time.Sleep(time.Duration(delay * float64(time.Second)))
	if !accepted {
		journal.Write(map[string]any{"event": "reuse", "client": client})
		answer(response, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	token := s.newToken(client, lifetime)
	body := map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": lifetime}
	if refreshToken != "" {
		body["refresh_token"] = refreshToken
	}
	answer(response, http.StatusOK, body)
}

// rotate returns the next refresh token of a client, and whether the request may have a token.
func (s *server) rotate(client, grant, presented string) (string, bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if grant == "client_credentials" {
		return "", true
	}
	current, known := s.current[client]
	if grant == "refresh_token" && known && presented != current {
		s.current[client] = "revoked"
		return "", false
	}
	s.current[client] = fmt.Sprintf("refresh-%s-%d", client, time.Now().UnixNano())
	return s.current[client], true
}

func (s *server) newToken(client string, lifetime int) string {
	s.lock.Lock()
	defer s.lock.Unlock()
	now := time.Now()
	number := len(s.tokens) + 1
	token := fmt.Sprintf("token-%d-%d", number, now.UnixNano())
	expires := now.Add(time.Duration(lifetime) * time.Second)
	s.tokens[token] = accessToken{Client: client, Number: number, Issued: now, Expires: expires}
	journal.Write(map[string]any{"event": "token", "client": client, "number": number, "lifetime": lifetime})
	return token
}

// authorize stands for a user who has a session and has consented before.
func authorize(response http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	target, err := url.Parse(query.Get("redirect_uri"))
	if err != nil || target.Host == "" {
		answer(response, http.StatusBadRequest, map[string]any{"error": "invalid_request"})
		return
	}
	target.RawQuery = url.Values{"code": {"code"}, "state": {query.Get("state")}}.Encode()
	journal.Write(map[string]any{"event": "authorized", "client": query.Get("client_id")})
	http.Redirect(response, request, target.String(), http.StatusSeeOther)
}

func (s *server) protect(response http.ResponseWriter, request *http.Request) {
	presented := strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")
	s.lock.Lock()
	token, known := s.tokens[presented]
	s.lock.Unlock()
	now := time.Now()
	token.Age, token.Left = now.Sub(token.Issued).Seconds(), token.Expires.Sub(now).Seconds()
	if !known || token.Left <= 0 {
		journal.Write(map[string]any{"event": "401", "reader": request.Header.Get("User-Agent"), "known": known})
		answer(response, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	answer(response, http.StatusOK, token)
}

func answer(response http.ResponseWriter, status int, body any) {
	response.Header().Set("Content-Type", "application/json")
	response.Header().Set("Cache-Control", "no-store")
	response.WriteHeader(status)
	json.NewEncoder(response).Encode(body)
}
