package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// kubia is the web server of the book; with a number of healthy requests it is its unhealthy sister.
type kubia struct {
	hostname string
	healthy  int
	settings kubiaSettings
	received atomic.Int64
}

func serveKubia(s settings) int {
	hostname, err := os.Hostname()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("Kubia server starting...")
	listener, err := net.Listen("tcp", ":8080")
	if err == nil {
		closeOnSignal(s.kubia, listener)
		err = serve(s, hostname, listener)
	}
	if errors.Is(err, net.ErrClosed) {
		fmt.Println("Nobody listens any more")
		select {} // the process lives on: what it lost is its ear
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func serve(s settings, hostname string, listener net.Listener) error {
	if s.kubia.isMute {
		return stayMute(listener)
	}
	server := &http.Server{Handler: &kubia{hostname: hostname, healthy: s.healthyRequests, settings: s.kubia}}
	if s.kubia.speaksGRPC {
		server.Protocols = new(http.Protocols)
		server.Protocols.SetHTTP1(true)
		server.Protocols.SetUnencryptedHTTP2(true)
	}
	return server.Serve(listener)
}

// ServeHTTP counts in memory: a new container is healthy again.
func (k *kubia) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	fmt.Println("Received request from", hostOf(request.RemoteAddr))
	number := k.received.Add(1)
	hesitate(request.Context(), k.settings.answerDelay)
	if k.isSick(number) {
		answer.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintln(answer, "I'm not well. Please restart me!")
		return
	}
	if k.settings.speaksGRPC && isGRPC(request) {
		answerGRPC(answer)
		return
	}
	if given, known := k.settings.answers[request.URL.Path]; known {
		given.write(answer)
		return
	}
	fmt.Fprintf(answer, "You've hit %s\n", k.hostname)
}

func (k *kubia) isSick(number int64) bool {
	every := int64(k.settings.sickEvery)
	return (k.healthy >= 0 && number > int64(k.healthy)) || (every > 0 && number%every == 0)
}

// hesitate ends early when nobody wants the answer any more.
func hesitate(asked context.Context, delay time.Duration) {
	if delay == 0 {
		return
	}
	select {
	case <-time.After(delay):
	case <-asked.Done():
	}
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
