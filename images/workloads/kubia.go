package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
)

// kubia is the web server of the book; with a number of healthy requests it is its unhealthy sister.
type kubia struct {
	hostname string
	healthy  int
	received atomic.Int64
}

func serveKubia(s settings) int {
	hostname, err := os.Hostname()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("Kubia server starting...")
	err = http.ListenAndServe(":8080", &kubia{hostname: hostname, healthy: s.healthyRequests})
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// ServeHTTP counts in memory: a new container is healthy again.
func (k *kubia) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	host, _, err := net.SplitHostPort(request.RemoteAddr)
	if err != nil {
		host = request.RemoteAddr
	}
	fmt.Println("Received request from", host)
	number := k.received.Add(1)
	if k.healthy >= 0 && number > int64(k.healthy) {
		answer.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintln(answer, "I'm not well. Please restart me!")
		return
	}
	fmt.Fprintf(answer, "You've hit %s\n", k.hostname)
}
