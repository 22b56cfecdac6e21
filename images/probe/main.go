// Probe is the pod by which `reconverge cluster up` judges a cluster's network: it says which pod it is,
// and it dials another and tells what came back.
//
// It answers as `agnhost netexec` of Kubernetes' own end-to-end tests does (/hostname, /dial), so that
// either image serves: agnhost where images are pulled, this one where they are built.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// A lost packet must not look like a slow one: kube-proxy and DNS answer in milliseconds on one machine.
var client = &http.Client{
	Timeout:   4 * time.Second,
	Transport: &http.Transport{DisableKeepAlives: true},
}

type answer struct {
	Responses []string `json:"responses,omitempty"`
	Errors    []string `json:"errors,omitempty"`
}

func main() {
	http.HandleFunc("/hostname", hostname)
	http.HandleFunc("/dial", dial)
	log.Fatal(http.ListenAndServe(":8080", nil))
}

func hostname(w http.ResponseWriter, _ *http.Request) {
	name, err := os.Hostname()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprint(w, name)
}

// dial asks http://HOST:PORT/REQUEST and reports the body or the error.
func dial(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	address := net.JoinHostPort(query.Get("host"), query.Get("port"))
	body, err := fetch("http://" + address + "/" + strings.TrimPrefix(query.Get("request"), "/"))
	told := answer{Responses: []string{body}}
	if err != nil {
		told = answer{Errors: []string{err.Error()}}
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(told); err != nil {
		log.Print(err)
	}
}

func fetch(url string) (string, error) {
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return string(body), err
}
